"""Which character set a text is in that is not UTF-8, when nobody says.

`charset-normalizer` needs a paragraph to be right. Most such files that reach this bot are short Russian ones from old
Windows programs, so these are told first, by how often letters occur; the rest is left to it.
"""

import re
from typing import Final

_RUSSIAN: Final = ("cp1251", "koi8_r", "cp866")
_LATIN: Final = ["cp1252", "cp1250", "cp1254"]
_OTHERS: Final = ["cp1253", "cp1255", "cp1256", "gb18030", "shift_jis", "big5", "euc_kr", "euc_jp", *_LATIN, *_RUSSIAN]
_BY_FREQUENCY: Final = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_TYPOGRAPHY: Final = "«»—–№…“”„’"
_WESTERN: Final = frozenset("àâäáãåæçéèêëíìîïñóòôöõøœßúùûüÿ€£§°©®¿¡" + _TYPOGRAPHY)
_WORDS: Final = re.compile(rb"[\x80-\xff]{2,}")  # accents of Latin alphabets mostly stand alone
_MANGLED: Final = frozenset(map(chr, [0xA8, 0xB8, *range(0xC0, 0x100)]))  # where CP1251 has the Russian letters
_LAST_ALPHABET: Final = 0x05  # Latin, Greek and Cyrillic lie below U+0600
_LOWERCASE_BONUS: Final = 3
_RUSSIAN_SCORE: Final = 24  # Russian text has 26 and more, the same bytes read wrongly less; most other scripts too


def utf16(sample: bytes) -> str | None:
    """Give ``utf-16-le`` or ``utf-16-be`` for UTF-16 without its mark: every other byte then says which alphabet."""
    if b"\x00" not in sample:
        return None
    pairs = sample[: len(sample) & ~1]
    low, high = (sum(byte <= _LAST_ALPHABET for byte in pairs[start::2]) * 2 for start in (0, 1))
    if max(low, high) < len(pairs) * 0.9 or min(low, high) > len(pairs) * 0.5:
        return None
    return "utf-16-le" if high > low else "utf-16-be"


def guess(sample: bytes) -> str | None:
    """Give the most likely encoding of a text with bytes above ASCII; None when none makes sense."""
    above = sum(byte > 0x7F for byte in sample)  # noqa: PLR2004 - the end of ASCII
    words = b"".join(_WORDS.findall(sample))
    if len(words) * 2 < above:
        western = set(sample.decode("cp1252", errors="replace").lower()) - set(map(chr, range(0x80))) <= _WESTERN
        return "cp1252" if western else _by_library(sample, _LATIN)
    best = max(_RUSSIAN, key=lambda encoding: _russian_score(words, encoding))
    return best if _russian_score(words, best) >= _RUSSIAN_SCORE else _by_library(sample, _OTHERS)


def unmangled(text: str) -> str:
    """Give Russian that was taken for Western ("Äîãîâîð") as what it is; any other text stays as it is."""
    odd = sum(letter in _MANGLED for letter in text)
    if odd * 2 < sum(map(str.isalpha, text)) or not odd:
        return text
    raw = "".join(letter if letter in _MANGLED else " " for letter in text).encode("latin-1")
    words = b"".join(_WORDS.findall(raw))
    if _russian_score(words, "cp1251") < _RUSSIAN_SCORE:
        return text
    return "".join(letter.encode("latin-1").decode("cp1251") if letter in _MANGLED else letter for letter in text)


def _russian_score(words: bytes, encoding: str) -> float:
    text = words.decode(encoding, errors="replace")
    return sum(map(_weight, text)) / max(1, len(text))


def _weight(letter: str) -> int:
    rank = _BY_FREQUENCY.find(letter.lower())
    if rank < 0:
        return 0 if letter in _TYPOGRAPHY else -len(_BY_FREQUENCY)
    return len(_BY_FREQUENCY) - rank + (_LOWERCASE_BONUS if letter.islower() else 0)


def _by_library(sample: bytes, candidates: list[str]) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - costs 40 ms, which UTF-8 and Russian do not pay

    best = from_bytes(sample, cp_isolation=candidates, enable_fallback=False).best()
    return best.encoding if best else None

"""Which character set a text is in that is not UTF-8, when nobody says.

`charset-normalizer` needs a paragraph to be right. Most such files that reach this bot are short ones from old programs
of Windows and DOS in Cyrillic or Latin letters, so these are recognised first, by the letters of their languages; the
rest is left to it.
"""

import re
from collections.abc import Iterator
from typing import Final

_ENOUGH: Final = 1 << 15  # bytes above ASCII, with their neighbours, that are looked at
_LAST_ALPHABET: Final = 0x05  # Latin, Greek and Cyrillic lie below U+0600

_TYPOGRAPHY: Final = frozenset("«»–—№…“”„’‘‚•·§°©®™€£½¼±²³\xa0\xad¿¡×")
_BEFORE_WORDS: Final = frozenset("«„‘№§°©®™€£½¼±²³¿¡×")  # never right behind a letter
_WORDS: Final = re.compile(rb"[\x80-\xff]{2,}")  # accents of Latin alphabets mostly stand alone
_ACCENTED: Final = re.compile(rb"[A-Za-z]?[\x80-\xff]+[A-Za-z]?")

_CYRILLIC: Final = ("cp1251", "koi8_u", "cp1125", "mac_cyrillic", "iso8859_5")
"""The most usual first. Those of Ukraine are those of Russia (KOI8-R, CP866) with four letters more."""
_BY_FREQUENCY: Final = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_NEIGHBOURS: Final = frozenset("іїєґўјљњћђџќѓѕ")  # letters of Ukrainian, Belarusian, Serbian, Macedonian
_LOWERCASE_BONUS: Final = 3
_MOST_MIXED: Final = 0.3  # of the words: others are written in Latin letters with accents
_RARE: Final = frozenset({"mac_cyrillic", "iso8859_5"})
_RARE_PENALTY: Final = 1.5
_CYRILLIC_SCORE: Final = 22.5  # Russian text has 26 and more, the same bytes read wrongly less; most other scripts too
_CASED_SCORE: Final = 19  # with capitals only where words begin, which scripts without capitals do not give
_MANGLED: Final = frozenset(map(chr, [0xA8, 0xB8, *range(0xC0, 0x100)]))  # where CP1251 has the Russian letters

_WESTERN: Final = ("cp1252", "cp850", "mac_roman")
_CENTRAL: Final = ("cp1250", "iso8859_2", "cp852")
_LATIN: Final = (
    # Language by language: its letters beyond ASCII, frequent short words, and its character sets.
    ("äöüß", "der die und das ist den von mit im am", _WESTERN),
    ("àâæçéèêëîïôœùûüÿ", "le la les de des est une dans et du", _WESTERN),
    ("áéíñóúü", "el la los que de en y un por con", _WESTERN),
    ("àáâãçéêíóôõúü", "o os que de em um do da para com", _WESTERN),
    ("àèéìòùíó", "il che di la per un non con si", _WESTERN),
    ("åäöé", "och att det som en ja on ei se av", _WESTERN),
    ("æøåé", "og det at er en til av ikke med", _WESTERN),
    ("ëéïèöü", "de het een van en in is", _WESTERN),
    ("ąćęłńóśźż", "w i na z do nie to od po jest", _CENTRAL),
    ("áčďéěíňóřšťúůýž", "a se na je v do z po u od", _CENTRAL),
    ("áäčďéíĺľňóôŕšťúýž", "a sa na je v do z po u od", _CENTRAL),
    ("áéíóöőúüű", "a az hogy nem egy meg", _CENTRAL),
    ("čćđšž", "i je se na u za da od", _CENTRAL),
    ("ăâîşţ", "si in de la cu pe este un", _CENTRAL),
    ("çğıöşüâ", "ve bir bu da de ile", ("cp1254", "cp857")),
    ("ąčęėįšųūž", "ir yra kad su is", ("cp1257",)),
    ("āčēģīķļņšūž", "un ir no ar uz", ("cp1257",)),
    ("äöõüšž", "ja on ei ta see", ("cp1257",)),
    ("áðéíóúýþæö", "og er ekki sem um", _WESTERN),
)
_ONLY_SIGNS: Final = 0.95  # score of a text with nothing but typography
_LATIN_SCORE: Final = 0.4  # 1: all letters are those of the language
_WORD_BONUS: Final = 0.2  # for frequent words: they decide between languages whose letters fit alike
_PRIOR: Final = 0.005  # for each place in the lists: what is more usual wins when all else is equal
_OTHERS: Final = ["cp1253", "cp1255", "cp1256", "gb18030", "shift_jis", "big5", "euc_kr", "euc_jp", "cp1252", "cp1250"]


def utf16(sample: bytes) -> str | None:
    """Give ``utf-16-le`` or ``utf-16-be`` for UTF-16 without its mark: every other byte then says which alphabet."""
    if b"\x00" not in sample and sample.count(b"\x04") < len(sample) * 0.3:
        return None
    pairs = sample[: len(sample) & ~1]
    low, high = (sum(byte <= _LAST_ALPHABET for byte in pairs[start::2]) * 2 for start in (0, 1))
    if max(low, high) < len(pairs) * 0.9 or min(low, high) > len(pairs) * 0.5:
        return None
    return "utf-16-le" if high > low else "utf-16-be"


def guess(sample: bytes) -> str | None:
    """Give the most likely encoding of a text with bytes above ASCII; None when none makes sense."""
    above = sum(byte > 0x7F for byte in sample)  # noqa: PLR2004 - the end of ASCII
    words = b" ".join(_WORDS.findall(sample))[:_ENOUGH]
    runs = _ACCENTED.findall(sample[:_ENOUGH])
    mixed = sum(run[0] < 0x80 or run[-1] < 0x80 for run in runs)  # noqa: PLR2004 - Latin letters beside others
    if len(words) * 2 >= above and mixed <= len(runs) * _MOST_MIXED:
        best = max(_CYRILLIC, key=lambda encoding: _cyrillic_score(words, encoding))
        if _is_cyrillic(words, best):
            return best
    return _latin(sample) or _by_library(sample)


def unmangled(text: str) -> str:
    """Give Russian that was taken for Western ("Äîãîâîð") as what it is; any other text stays as it is."""
    odd = sum(letter in _MANGLED for letter in text)
    if odd * 2 < sum(map(str.isalpha, text)) or not odd:
        return text

    raw = "".join(letter if letter in _MANGLED else " " for letter in text).encode("latin-1")
    if not _is_cyrillic(b" ".join(_WORDS.findall(raw)), "cp1251"):
        return text
    return "".join(letter.encode("latin-1").decode("cp1251") if letter in _MANGLED else letter for letter in text)


def _is_cyrillic(words: bytes, encoding: str) -> bool:
    text = words.decode(encoding, errors="replace")
    cased = text != text.lower() and text != text.upper()
    return _cyrillic_score(words, encoding) >= (_CASED_SCORE if cased else _CYRILLIC_SCORE)


def _cyrillic_score(words: bytes, encoding: str) -> float:
    text = words.decode(encoding, errors="replace")
    pairs = zip(" " + text, text, strict=False)
    score = sum(_weight(before, letter) for before, letter in pairs if letter != " ")
    penalty = _RARE_PENALTY if encoding in _RARE else 0
    return score / max(1, len(text) - text.count(" ")) - penalty


def _weight(before: str, letter: str) -> int:
    if letter.isupper() and before.islower():  # no language begins a capital in the middle of a word
        return -len(_BY_FREQUENCY)
    rank = _BY_FREQUENCY.find(letter.lower())
    if rank < 0:
        is_sign = letter in _TYPOGRAPHY and not (before.isalpha() and letter in _BEFORE_WORDS)
        known = is_sign or letter.lower() in _NEIGHBOURS
        return len(_BY_FREQUENCY) // 3 if known else -len(_BY_FREQUENCY)
    return len(_BY_FREQUENCY) - rank + (_LOWERCASE_BONUS if letter.islower() else 0)


def _latin(sample: bytes) -> str | None:
    """The encoding of a text in an alphabet of Latin letters with a few of its own."""
    pieces = b" ".join(_ACCENTED.findall(sample))[:_ENOUGH]
    ascii_words = re.findall(r"[a-z]+", sample[:_ENOUGH].decode("ascii", errors="replace").lower())
    best, found = _LATIN_SCORE, None
    for encoding, letters, bonus in _candidates(ascii_words):
        score = _latin_score(pieces, encoding, letters) + bonus
        if score > best:
            best, found = score, encoding
    return found


def _candidates(words: list[str]) -> Iterator[tuple[str, frozenset[str], float]]:
    for place, (letters, frequent, encodings) in enumerate(_LATIN):
        known = frozenset(frequent.split())
        share = sum(word in known for word in words) / max(1, len(words))
        for rank, encoding in enumerate(encodings):
            bonus = min(share, _WORD_BONUS) - _PRIOR * (place / len(_LATIN) + rank)
            yield encoding, frozenset(letters + letters.upper() + "İI"), bonus


def _latin_score(pieces: bytes, encoding: str, letters: frozenset[str]) -> float:
    text = f" {pieces.decode(encoding, errors='replace')} "
    right, counted = 0.0, 0
    for before, letter, after in zip(text, text[1:], text[2:], strict=False):
        if letter.isascii():
            continue
        if letter in _TYPOGRAPHY and not (before.isalpha() and after.isalpha()):
            continue  # fits any language
        counted += 1
        if letter not in letters or (letter.isupper() and before.islower()):
            right -= 1.0
        elif letter.isupper() and not before.isalpha() and not after.isalpha():
            right += 0.5  # a word of its own, or a sign that was read wrongly
        else:
            right += 1.0
    return right / counted if counted else _ONLY_SIGNS


def _by_library(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - costs 40 ms, which the texts above do not pay

    best = from_bytes(sample, cp_isolation=_OTHERS, enable_fallback=False).best()
    return best.encoding if best else None

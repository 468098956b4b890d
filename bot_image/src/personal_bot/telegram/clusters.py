"""Where a text may be cut: never within what people see as one sign: a flag, a family, a letter with its accent."""

import itertools
import unicodedata
from typing import Final

_JOINER: Final = "\u200d"
_TONES: Final = ("\U0001f3fb", "\U0001f3ff")  # of skin
_TAGS: Final = ("\U000e0020", "\U000e007f")  # of flags of regions
_REGIONS: Final = ("\U0001f1e6", "\U0001f1ff")  # letters, two of which are a flag


def end_of_signs(text: str, end: int, *, earliest: int) -> int:
    """The last index up to `end` and after `earliest` that is in no sign; `end` when there is none."""
    return next((at for at in range(end, earliest, -1) if not _is_within(text, at)), end)


def _is_within(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False

    before, after = text[at - 1], text[at]
    if _JOINER in (before, after) or _continues(after):
        return True
    if not (_is_in(_REGIONS, before) and _is_in(_REGIONS, after)):
        return False
    letters = itertools.takewhile(lambda letter: _is_in(_REGIONS, letter), reversed(text[:at]))
    return sum(1 for _ in letters) % 2 == 1


def _continues(character: str) -> bool:
    """Whether it belongs to what stands before it: an accent, a variant, a tone or a tag."""
    return unicodedata.category(character)[0] == "M" or _is_in(_TONES, character) or _is_in(_TAGS, character)


def _is_in(span: tuple[str, str], character: str) -> bool:
    return span[0] <= character <= span[1]

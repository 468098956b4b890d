"""Which words carry a meaning, and which are forms of one, in English and Russian."""

import math
from collections.abc import Sequence
from os.path import commonprefix
from typing import Final

from standins.llm.units import WORD

_STOP_WORDS: Final = """
a about an and any are as at be been but by can did do document documents does file files for from had has have how i in
is it its many me much my no not of on or our please said say says tell than that the their them there they this to was
we were what when where which who whom whose why will with would you your
а без бы был была были было быть в вас вы где да для до документ документах документе документы его ее её если есть еще
ещё же за и из или их к как какая какие каков какова какое какой когда кто ли мне можно мы на над надо не нет но нужно о
об он она они
оно от по под при про расскажи с скажи сколько со так также такой там то только ты у уже файл файле чего чем что чтобы
эта эти это этот я
"""
_STOP: Final = frozenset(_STOP_WORDS.split())
_SYNONYMS: Final = (
    frozenset({"due", "payable", "paid", "pay", "payment"}),
    frozenset({"price", "cost", "costs", "fee"}),
    frozenset({"срок", "числа", "оплата", "платить", "оплачивается", "вносится", "платится"}),
    frozenset({"цена", "стоит", "стоимость", "составляет"}),
)


def content_words(text: str) -> list[str]:
    """The words of a text that carry its meaning, in lower case."""
    return [word.lower() for word in WORD.findall(text) if is_content(word)]


def is_content(word: str) -> bool:
    return word.lower() not in _STOP and (len(word) > 1 or word.isdigit())


def has_word(word: str, known: Sequence[str]) -> bool:
    """Whether a text with these words has the word, a form of it, or another word for it."""
    others = next((group for group in _SYNONYMS if word in group), frozenset())
    return any(_same(word, other) or other in others for other in known)


def _same(one: str, other: str) -> bool:
    """Whether two words are forms of one: they share a beginning of at least 4 letters and most of the shorter."""
    if one == other:
        return True

    shared = len(commonprefix((one, other)))  # noqa: RUF071 - letters are what is compared
    shorter, longer = sorted((len(one), len(other)))
    return shared >= max(4, math.ceil(0.7 * shorter)) and longer - shared <= 4  # an ending

"""What the bot says, in each language: a sentence by its key, with values for its placeholders.

The keys are a type, `TextKey`: one that does not exist is a type error.
"""

from collections.abc import Mapping
from typing import Final, TypeGuard

from personal_bot.text_keys import TextKey
from personal_bot.texts.en import TEXTS as ENGLISH
from personal_bot.texts.ru import TEXTS as RUSSIAN

LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {"en": ENGLISH, "ru": RUSSIAN}
DEFAULT: Final = "en"


def language_of(code: str | None) -> str:
    """Give the language for somebody whose Telegram has this IETF tag."""
    language = (code or "").split("-")[0].lower()
    return language if language in LANGUAGES else DEFAULT


def say(language: str, key: TextKey, **values: object) -> str:
    """Fill a sentence. A value that nobody gave is shown as "?" rather than losing the sentence."""
    return LANGUAGES[language][key].format_map(_Values(values))


def knows(key: str) -> TypeGuard[TextKey]:
    """Whether there is such a sentence."""
    return key in ENGLISH


def known(key: str) -> TextKey:
    """Give a key that is put together from parts.

    Raises:
        KeyError: there is no such sentence.
    """
    if not knows(key):
        raise KeyError(key)
    return key


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"

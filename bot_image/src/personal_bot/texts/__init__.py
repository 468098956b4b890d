"""What the bot says, in each language: a sentence by its key, with values for its placeholders."""

from typing import Final

from personal_bot.texts.en import TEXTS as EN
from personal_bot.texts.ru import TEXTS as RU

LANGUAGES = {"en": EN, "ru": RU}
DEFAULT: Final = "en"


def language_of(code: str | None) -> str:
    """Give the language for somebody whose Telegram has this IETF tag."""
    language = (code or "").split("-")[0].lower()
    return language if language in LANGUAGES else DEFAULT


def say(language: str, key: str, **values: object) -> str:
    """Fill a sentence. A value that nobody gave is shown as "?" rather than losing the sentence."""
    return LANGUAGES[language][key].format_map(_Values(values))


def knows(key: str) -> bool:
    """Whether there is such a sentence."""
    return key in EN


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"

"""What the bot says, in each language: a sentence by its key, with values for its placeholders."""

from __future__ import annotations

from personal_bot.texts import (
    answers_en,
    answers_ru,
    archives_en,
    archives_ru,
    en,
    files_en,
    files_ru,
    groups_en,
    groups_ru,
    ru,
    senses_en,
    senses_ru,
)

EN = en.TEXTS | answers_en.TEXTS | archives_en.TEXTS | files_en.TEXTS | groups_en.TEXTS | senses_en.TEXTS
RU = ru.TEXTS | answers_ru.TEXTS | archives_ru.TEXTS | files_ru.TEXTS | groups_ru.TEXTS | senses_ru.TEXTS
LANGUAGES = {"en": EN, "ru": RU}
DEFAULT = "en"


def language_of(code: str | None) -> str:
    """The language that is spoken with somebody whose Telegram has this IETF tag."""
    language = (code or "").split("-")[0].lower()
    return language if language in LANGUAGES else DEFAULT


def say(language: str, key: str, **values: object) -> str:
    """The sentence. A value that the sentence needs and nobody gave is shown as "?" rather than losing the sentence."""
    return LANGUAGES[language][key].format_map(_Values(values))


def knows(key: str) -> bool:
    """Whether there is such a sentence."""
    return key in EN


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"

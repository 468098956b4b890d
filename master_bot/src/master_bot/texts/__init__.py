"""All that the master bot says, in one place per language, as Telegram's HTML.

`English` is the pattern; every other language is a subclass that says all of it again (a test compares them). Values
are put in by `fill`, which escapes them.
"""

from collections.abc import Mapping
from html import escape

from master_bot.texts.en.general import English
from master_bot.texts.ru.general import Russian

Texts = English

LANGUAGES: Mapping[str, Texts] = {"en": English(), "ru": Russian()}


def texts_for(language_code: str | None) -> Texts:
    """The texts for a person's `language_code` (IETF tag, such as `pt-br`); English when there are none."""
    return LANGUAGES.get((language_code or "").partition("-")[0].lower(), LANGUAGES["en"])


def fill(template: str, **values: object) -> str:
    """`template` with `values` in its places, escaped for HTML."""
    return template.format_map({name: escape(str(value), quote=False) for name, value in values.items()})

"""What the stand-in says of its own, in English and Russian, and how it quotes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Language = Literal["en", "ru"]

TEXTS: Final[Mapping[Language, Mapping[str, str]]] = MappingProxyType({
    "en": MappingProxyType({
        "nothing": "The documents do not say anything about this.",
        "talk": "I answer from documents, and this request holds none. Send me a document and ask about it.",
        "count": "I can't count or calculate here: I see only a part of the table or chat.",
        "picture": "The picture shows {}.",
        "nothing seen": "nothing that can be told",
        "what is": "What {verb} the {subject}?",
        "about": "What is said about {subject}?",
    }),
    "ru": MappingProxyType({
        "nothing": "В документах об этом ничего не сказано.",
        "talk": "Я отвечаю по документам, а в этом запросе их нет. Пришлите документ и спросите о нём.",
        "count": "Посчитать это я не могу: мне видна только часть таблицы или чата.",
        "picture": "На картинке: {}.",
        "nothing seen": "ничего не разобрать",
        "what is": "{Subject}: что об этом сказано?",
        "about": "{Subject}: что об этом сказано?",
    }),
})  # fmt: skip

_BRACKETS: Final = str.maketrans("[]", "()")
"""A bracket in a quote would be taken for the number of a source."""


def plain(text: str) -> str:
    """A piece of a passage without what would look like a mark of the answer."""
    return text.lstrip("-*•·# ").strip().translate(_BRACKETS)


def quoted(text: str, source: int) -> str:
    """A piece of a passage with the passage's number, before the stop."""
    body = plain(text)
    end = body[-1] if body[-1] in ".!?…" else "."
    return f"{body.rstrip('.!?…')} [{source}]{end}"

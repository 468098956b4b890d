"""Formatted text: a plain string with entities, whose offsets count UTF-16 units.

Inside this package spans count characters, since Python does; they become UTF-16 units where they leave it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Final

from standins.telegram.errors import bad_request
from standins.telegram.models import Json

TEXT_LIMIT: Final = 4096
CAPTION_LIMIT: Final = 1024
_TYPES: Final = frozenset({
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic", "underline",
    "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention",
    "custom_emoji", "date_time",
})  # fmt: skip
_CLOSED: Final = frozenset(
    {"code", "pre", "text_link", "text_mention", "url", "email", "mention", "bot_command", "hashtag"}
)
_FOUND: Final = {
    "url": re.compile(
        r"(?<![\w@./-])(?:(?:https?|tg|ftp)://[^\s<>\"«»“”]+"
        r"|(?:[a-z0-9-]+\.)+(?:com|org|net|io|me|dev|ru|ai|app|info|eu|de|uk)\b(?:[/?#:][^\s<>\"«»“”]*)?)",
        re.IGNORECASE,
    ),
    "email": re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE),
    "bot_command": re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])"),
    "mention": re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{3,32}\b"),
    "hashtag": re.compile(r"(?<![\w#/&])#(?=\w*[^\W\d])\w{1,256}\b"),
}


@dataclass(frozen=True, slots=True)  # written like a range: type, start, end
class Span:
    """A stretch of text, in characters from `start` up to `end`, with what else its type needs (url, language)."""

    type: str
    start: int
    end: int
    extra: Json = field(default_factory=dict)


def utf16_length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def trimmed(text: str, spans: Iterable[Span]) -> tuple[str, list[Span]]:
    """Without white space around, as Telegram keeps messages; spans that hold nothing any more are dropped."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    moved = (
        replace(span, start=max(span.start, start) - start, end=min(span.end, end) - start)
        for span in spans
    )  # fmt: skip

    return text[start:end], [span for span in moved if span.start < span.end]


def detected(text: str, spans: list[Span]) -> list[Span]:
    """The spans and, where they leave room, the links, addresses, commands, mentions and hashtags of the text."""
    taken = [span for span in spans if span.type in _CLOSED]
    found: list[Span] = []

    for kind, pattern in _FOUND.items():
        for match in pattern.finditer(text):
            end = match.end()
            while kind == "url" and text[end - 1] in ".,;:!?)]}'":
                end -= 1

            if all(end <= other.start or other.end <= match.start() for other in [*taken, *found]):
                found.append(Span(kind, match.start(), end))

    return [*spans, *found]


def to_json(text: str, spans: Iterable[Span]) -> list[Json]:
    """The spans as the Bot API writes them, in its order: outer before inner."""
    units = list(accumulate((1 + (character > "\uffff") for character in text), initial=0))
    ordered = sorted(spans, key=lambda span: (span.start, -span.end))

    return [
        {"offset": units[span.start], "length": units[span.end] - units[span.start], "type": span.type} | span.extra
        for span in ordered
    ]


def from_json(text: str, entities: object) -> list[Span]:
    """Spans of entities that a bot gave.

    Raises:
        ApiError: they are no list of entities, or reach outside the text.
    """
    if not isinstance(entities, list):
        raise bad_request("can't parse message entities: expected an Array")

    units = list(accumulate((1 + (character > "\uffff") for character in text), initial=0))
    spans = []

    for entity in entities:
        if not isinstance(entity, dict) or entity.get("type") not in _TYPES:
            raise bad_request("can't parse MessageEntity: Unsupported type of the entity specified")

        offset, length = int(entity.get("offset", 0)), int(entity.get("length", 0))
        if offset < 0 or length < 0 or offset + length > units[-1]:
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text"
                f" at UTF-16 offset {offset + length}"
            )

        extra = {key: entity[key] for key in ("url", "user", "language", "custom_emoji_id") if entity.get(key)}
        spans.append(Span(entity["type"], bisect_left(units, offset), bisect_left(units, offset + length), extra))

    return [span for span in spans if span.start < span.end]

"""Markdown as models write it → texts with entities as Telegram takes them, in pieces that fit a message.

Offsets and lengths count UTF-16 code units, as the Bot API does. Entities cannot make a message invalid the way broken
markup can, so whatever a model writes arrives.
"""

import itertools
import re
from dataclasses import dataclass
from typing import Any, Final

from aiogram.types import LinkPreviewOptions, MessageEntity

from personal_bot.telegram.clusters import end_of_signs
from personal_bot.telegram.wide_tables import reflowed

LONGEST: Final = 4096
"""UTF-16 code units of a message."""

NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
"""Keeps Telegram from showing the page behind a link below the message."""

_BREAKS: Final = ("\n\n", "\n", ". ", " ")  # where a text is cut, the best first
_NEW_LINE: Final = "\n".encode("utf-16-le")
_CODE_OR_ANGLE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|<(?!https?://)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one message holds; `entities` are the Bot API's MessageEntity objects."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def shortened(text: str, longest: int) -> str:
    """As much of a text as fits so many characters, with an ellipsis for what does not."""
    if len(text) <= longest:
        return text
    return text[: end_of_signs(text, longest - 1, earliest=0)] + "…"


def entities_of(piece: Piece) -> list[MessageEntity] | None:
    """A piece's entities as Telegram takes them."""
    values: list[dict[str, Any]] = list(piece.entities)
    return [MessageEntity(**entity) for entity in values] or None


def render(markdown: str) -> Piece:
    """The Markdown as one text with entities, of any length."""
    from telegramify_markdown import RenderConfig, convert  # noqa: PLC0415 - 2.5 MiB that a bot at rest does not need

    # Models write headings; Telegram has none, so they are bold, without the symbols that the library adds.
    config = RenderConfig.isolated()
    symbols = config.markdown_symbol
    symbols.heading_level_1 = symbols.heading_level_2 = symbols.heading_level_3 = symbols.heading_level_4 = ""
    symbols.task_uncompleted = "☐"

    try:
        text, entities = convert(reflowed(_CODE_OR_ANGLE.sub(_without_html, markdown)), config=config)
    except Exception:  # noqa: BLE001 - whatever a parser stumbles over, the text itself must arrive
        return Piece(text=markdown.strip())

    # Not every phone's font has the library's bullet. The other one is as long, so the entities stay right.
    text = text.replace("⦁", "•")
    whole = Piece(text=text, entities=tuple(entity.to_dict() for entity in entities))
    return _stripped(_with_code_on_lines_of_its_own(whole))


def join(*parts: Piece, between: str = "\n\n") -> Piece:
    """The parts as one text; empty ones leave no gap."""
    text, entities = "", list[dict[str, Any]]()
    for part in parts:
        if not part.text:
            continue
        text += between if text else ""
        shift = units(text)
        entities += [entity | {"offset": entity["offset"] + shift} for entity in part.entities]
        text += part.text
    return Piece(text=text, entities=tuple(entities))


def bold(text: str) -> Piece:
    """The text in bold."""
    return Piece(text=text, entities=({"type": "bold", "offset": 0, "length": units(text)},))


def linked(text: str, url: str) -> Piece:
    """The text, which opens an address; "" opens none."""
    entity = {"type": "text_link", "offset": 0, "length": units(text), "url": url}
    return Piece(text=text, entities=(entity,) if url else ())


def cut(piece: Piece, *, limit: int = LONGEST) -> list[Piece]:
    """Cut into pieces of at most `limit` units, between paragraphs where that can be.

    Entities that cross a cut go on in the next piece.
    """
    result = []
    while units(piece.text) > limit:
        end = _end_of_first(piece.text, limit)
        result.append(_stripped(_part(piece, 0, end)))
        piece = _stripped(_part(piece, end, len(piece.text)))

    return [part for part in [*result, piece] if part.text]


def _without_html(match: re.Match[str]) -> str:
    """Escape what looks like a tag (`List<int>`): Markdown would take it for HTML and drop it."""
    return "\\<" if match.group() == "<" else match.group()


def _with_code_on_lines_of_its_own(piece: Piece) -> Piece:
    """The library glues a block of code in an item of a list to the words before it."""
    data = piece.text.encode("utf-16-le")
    starts = sorted({one["offset"] for one in piece.entities if one["type"] == "pre" and one["offset"]})
    glued = [start for start in starts if data[2 * start - 2 : 2 * start] != _NEW_LINE]
    if not glued:
        return piece

    edges = [0, *glued, len(data) // 2]
    text = "\n".join(data[2 * start : 2 * end].decode("utf-16-le") for start, end in itertools.pairwise(edges))
    moved = []
    for entity in piece.entities:
        before = sum(start <= entity["offset"] for start in glued)
        inside = sum(entity["offset"] < start < entity["offset"] + entity["length"] for start in glued)
        moved.append(entity | {"offset": entity["offset"] + before, "length": entity["length"] + inside})
    return Piece(text=text, entities=tuple(moved))


def _end_of_first(text: str, limit: int) -> int:
    """Index at which the first piece ends: after a paragraph, line, sentence or word, and at least half full."""
    end = limit
    while units(text[:end]) > limit:
        end -= max(1, (units(text[:end]) - limit) // 2)

    for mark in _BREAKS:
        at = text.rfind(mark, end // 2, end)
        if at > 0:
            return at + len(mark)
    return end_of_signs(text, end, earliest=end // 2)


def _part(piece: Piece, start: int, end: int) -> Piece:
    first, last = units(piece.text[:start]), units(piece.text[:end])

    entities = []
    for entity in piece.entities:
        begins = max(entity["offset"], first)
        ends = min(entity["offset"] + entity["length"], last)
        if begins < ends:
            entities.append(entity | {"offset": begins - first, "length": ends - begins})

    return Piece(text=piece.text[start:end], entities=tuple(entities))


def _stripped(piece: Piece) -> Piece:
    """Without the space at its ends, which Telegram would strip without moving the entities."""
    start = len(piece.text) - len(piece.text.lstrip())
    end = len(piece.text.rstrip())
    return piece if (start, end) == (0, len(piece.text)) else _part(piece, start, max(start, end))

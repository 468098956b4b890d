"""DOC and PPT, the binary formats of Office before 2007, by the reader of office-oxide."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import office_oxide

from personal_bot.knowledge.extract.sections import sections
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_LINES: Final = frozenset({"line_break", "break", "page_break", "column_break"})
_ENCRYPTED: Final = ("encrypt", "password")


def read_doc(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text under each heading, the heading included; the place is the path of headings.

    Raises:
        CannotReadError: broken, encrypted, or nothing but pictures.
    """
    found = False
    parts = _sections(path, "doc")
    for segment in sections(block for part in parts for block in _blocks(part)):
        found = True
        yield segment
    reading.progress("share", 1, 1)
    if not found and _pictures(parts):
        raise CannotReadError("document_without_text")


def read_ppt(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text of each slide with the speaker's notes below it.

    Raises:
        CannotReadError: broken, encrypted, or nothing but pictures.
    """
    slides, pictures, texts = _sections(path, "ppt"), list[int](), 0
    for number, slide in enumerate(slides, start=1):
        text = "\n".join(text for _, text in _blocks(slide)).strip()
        if text:
            texts += 1
            yield Segment(text, "slide", str(number))
        elif _pictures(slide):
            pictures.append(number)
        reading.progress("slides", number, len(slides))
    if slides and not texts:
        raise CannotReadError("document_without_text", pages=len(slides))
    reading.lose("lost_slides", len(pictures), pictures)


def _sections(path: Path, kind: Literal["doc", "ppt"]) -> list[dict[str, Any]]:
    try:
        with office_oxide.Document.from_bytes(path.read_bytes(), kind) as document:
            found: list[dict[str, Any]] = json.loads(document.to_ir_json())["sections"]
    except office_oxide.OfficeOxideError as error:
        encrypted = any(word in str(error).lower() for word in _ENCRYPTED)
        raise CannotReadError("document_encrypted" if encrypted else "document_corrupt") from error
    return found


def _blocks(part: object) -> Iterator[tuple[int, str]]:  # noqa: C901, PLR0912 - a case a kind of element
    """The paragraphs, items and rows of a part with their level as a heading (0: none), whatever holds them."""
    match part:
        case {"type": "heading", "level": level, "content": content}:
            yield int(level), _text(content)
        case {"type": "paragraph", "content": content}:
            if text := _text(content):
                yield 0, text
        case {"type": "list", "items": list(items), **how}:
            yield from _items(items, first=int(str(how.get("start_number") or 1)) if how.get("ordered") else None)
        case {"rows": list(rows)}:
            for row in rows:
                if line := " | ".join(filter(None, (_flat(cell) for cell in row.get("cells", ())))):
                    yield 0, line
        case dict():
            for key, value in part.items():
                if isinstance(value, (dict, list)):
                    yield from _blocks(value)
                elif key == "speaker_notes" and value:
                    yield 0, str(value)
        case list():
            for one in part:
                yield from _blocks(one)


def _items(items: list[Any], *, first: int | None) -> Iterator[tuple[int, str]]:
    """The items of a list, with their numbers from `first` on; None: with bullets, which are left out."""
    for index, item in enumerate(items):
        text = _flat(item.get("content"))
        yield 0, text if first is None or not text else f"{first + index}. {text}"
        if nested := item.get("nested"):
            yield from _items(nested.get("items") or [], first=1 if nested.get("ordered") else None)


def _flat(part: object) -> str:
    return "\n".join(text for _, text in _blocks(part))


def _text(content: object) -> str:
    match content:
        case {"type": kind} if kind in _LINES:
            return "\n"
        case {"type": "tab"}:
            return "\t"
        case {"text": str(text)}:
            return text
        case dict():
            return "".join(_text(value) for value in content.values() if isinstance(value, (dict, list)))
        case list():
            return "".join(map(_text, content)).strip()
        case _:
            return ""


def _pictures(part: object) -> bool:
    match part:
        case {"type": "image"}:
            return True
        case dict():
            return any(map(_pictures, part.values()))
        case list():
            return any(map(_pictures, part))
        case _:
            return False

"""FB2 (FictionBook 2): the sections in reading order, their titles as places; notes under a title of their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped] # has no types

from personal_bot.knowledge.extract.sections import sections
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_LINES: Final = frozenset({"p", "v", "subtitle", "text-author", "date", "book-title"})
_AUTHOR: Final = ("first-name", "middle-name", "last-name", "nickname")
_UNREAD: Final = frozenset({"binary", "stylesheet", "document-info", "publish-info", "custom-info"})
_ERROR_CUT: Final = frozenset({"ERR_DOCUMENT_END", "ERR_TAG_NOT_FINISHED"})


def read_fb2(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text under each title, the title included; the place is the path of titles.

    Raises:
        CannotReadError: there is nothing in it that could be read.
    """
    with path.open("rb") as file:
        # Books are made by hand and by converters: what is no XML in them must not lose the rest.
        events = etree.iterparse(
            file, events=("start", "end"), recover=True, huge_tree=True, resolve_entities=False, no_network=True
        )
        try:
            yield from reading.counted(sections(_blocks(events)), "bytes", file.tell, path.stat().st_size)
        except etree.XMLSyntaxError as error:
            raise CannotReadError("document_corrupt") from error
        reading.lose("lost_cut", any(one.type_name in _ERROR_CUT for one in events.error_log))


def _blocks(events: Any) -> Iterator[tuple[int, str]]:  # noqa: ANN401, C901, PLR0912 - lxml has no types; a case a kind of element
    depth, unread = 0, 0
    title: list[str] | None = None
    for event, element in events:
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name in _UNREAD:
            unread += 1 if event == "start" else -1
        elif unread:
            continue
        elif event == "start":
            depth += name in {"section", "body"}
            title = [] if name == "title" else title
        elif name == "title":
            text = " ".join(title or ())
            if text:
                yield max(depth, 1), text
            title = None
        elif name in {"section", "body"}:
            depth -= 1
        elif name == "author":
            yield 0, " ".join(filter(None, (_child(element, part) for part in _AUTHOR)))
        elif name == "tr":
            yield 0, " | ".join(filter(None, (_text(cell) for cell in element)))
        elif name in _LINES and (text := _text(element)):
            if title is not None:
                title.append(text)
            elif element.getparent() is None or etree.QName(element.getparent()).localname not in {"td", "th"}:
                yield 0, text
        if event == "end" and name in {*_LINES, *_UNREAD, "tr", "section", "title"}:
            element.clear(keep_tail=True)


def _child(element: Any, name: str) -> str:  # noqa: ANN401 - lxml has no types
    return next((_text(one) for one in element if etree.QName(one).localname == name), "")


def _text(element: Any) -> str:  # noqa: ANN401 - lxml has no types
    return " ".join("".join(element.itertext()).split())

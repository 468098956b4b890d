"""HTML, as forgiving as browsers are: paragraphs, lists and tables in reading order, headings as places."""

import codecs
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.plain.plain_text import opened
from personal_bot.knowledge.extract.sections import sections
from personal_bot.knowledge.extract.segments import Reading, Segment

_BLOCK: Final = 1 << 16  # characters
_UNSEEN: Final = frozenset({"script", "style", "template", "noscript", "title"})
_PHRASING: Final = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark q rp rt ruby s samp "
    "small span strike strong sub sup time tt u var wbr"
)
_INLINE: Final = frozenset(_PHRASING.split())
_CELLS: Final = frozenset({"td", "th"})
_HEADING: Final = re.compile(r"h([1-6])")
_HEAD: Final = 4096  # bytes of a page in which it names its character set
_CHARSET: Final = re.compile(
    rb"""(?:<meta[^>]{0,200}charset\s*=\s*|<\?xml[^>]{0,100}encoding\s*=\s*)["']?([A-Za-z0-9_-]{2,20})""", re.IGNORECASE
)
_SPACE: Final = re.compile(r"\s+")


def read_html(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text under each heading, the heading included; the place is the path of headings.

    Raises:
        CannotReadError: no character set makes text of it.
    """
    with opened(path, declared_charset(path)) as file:
        found = sections(blocks(iter(lambda: file.read(_BLOCK), "")))
        yield from reading.counted(found, "bytes", file.buffer.tell, path.stat().st_size)


def declared_charset(path: Path) -> str | None:
    """Give the character set that a page itself names, when it is one that Python knows."""
    with path.open("rb") as file:
        return named_charset(file.read(_HEAD))


def named_charset(page: bytes) -> str | None:
    """Give the character set that the head of a page names, when it is one that Python knows."""
    head = page[:_HEAD]
    named = _CHARSET.search(head)
    try:
        name = codecs.lookup(named[1].decode("ascii")).name if named else ""
    except LookupError:
        return None
    return None if name.startswith(("utf-16", "utf-32")) else name or None  # whoever reads this, it is not so


def blocks(html: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Give the blocks of a page that comes in pieces, each with its level as a heading (0: none)."""
    parser = _Parser()
    for piece in html:
        parser.feed(piece)
        yield from parser.taken()
    parser.close()
    parser.flush()
    yield from parser.taken()


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[tuple[int, str]] = []
        self._parts: list[str] = []
        self._level = 0
        self._unseen = ""
        self._pre = 0

    def taken(self) -> list[tuple[int, str]]:
        blocks, self._blocks = self._blocks, []
        return blocks

    def flush(self) -> None:
        text = "".join(self._parts).strip().strip("|").strip()
        if text:
            self._blocks.append((self._level, text))
        self._parts, self._level = [], 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's own
        if self._unseen or tag in _INLINE:
            return
        if tag in _UNSEEN:
            self._unseen = tag
        elif tag in _CELLS:
            self._parts.append(" | ")
        elif tag == "br":
            self._parts.append("\n")
        elif not self._in_row(tag):
            self.flush()
            self._pre += tag == "pre"
            if heading := _HEADING.fullmatch(tag):
                self._level = int(heading[1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN:  # <script/> and <title/> are complete in XHTML
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            if tag == self._unseen:
                self._unseen = ""
        elif tag not in _INLINE and tag not in _CELLS and tag != "br" and not self._in_row(tag):
            self.flush()
            self._pre = max(0, self._pre - (tag == "pre"))

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._parts.append(data if self._pre else _SPACE.sub(" ", data))

    def _in_row(self, tag: str) -> bool:
        """Whether it is a paragraph in a table's cell, which does not end the row."""
        return tag in {"p", "div"} and any(part == " | " for part in self._parts)

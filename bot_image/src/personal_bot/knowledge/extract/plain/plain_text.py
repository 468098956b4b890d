"""Plain text and Markdown, read in blocks so that size costs no memory; Markdown's headings become places."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from personal_bot.knowledge.extract.plain.charsets import guess, utf16
from personal_bot.knowledge.extract.sections import sections
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 1 << 18  # bytes by which the character set is recognised
_ABOVE_ASCII: Final = bytes(range(0x80, 0x100))
_MOST_ABOVE_ASCII: Final = 0.1  # of the bytes
_WHOLE_FOR_EACH_BROKEN: Final = 10
_BLOCK: Final = 1 << 16  # characters held at once
_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})")


def read_text(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give a text file in blocks without a place, cut between lines where there are any.

    Raises:
        CannotReadError: no character set makes text of it.
    """
    with opened(path) as file:
        found = (Segment(block + file.readline(_BLOCK)) for block in iter(lambda: file.read(_BLOCK), ""))
        yield from reading.counted(found, "bytes", file.buffer.tell, path.stat().st_size)


def read_markdown(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text under each heading, the heading's included; the place is the path of headings.

    Raises:
        CannotReadError: no character set makes text of it.
    """
    with opened(path) as file:
        yield from reading.counted(sections(_blocks(file)), "bytes", file.buffer.tell, path.stat().st_size)


def _blocks(file: TextIO) -> Iterator[tuple[int, str]]:
    fence = ""
    while line := file.readline(_BLOCK):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = ""
        text = line.rstrip("\n")
        heading = None if fence else _HEADING.match(text)
        yield (len(heading[1]), heading[2]) if heading else (0, text)


def opened(path: Path, named: str | None = None) -> TextIO:
    """Open a text in the character set that it is in, which may be the one that it names.

    Raises:
        CannotReadError: no character set makes text of it.
    """
    return path.open(encoding=encoding_of(path, named), errors="replace")


def encoding_of(path: Path, named: str | None = None) -> str:
    """Tell the character set of a text.

    Args:
        path: of the text.
        named: what the text itself says, which is often not true any more when it was saved as UTF-8.

    Raises:
        CannotReadError: no character set makes text of it.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if marked := _marked(sample):
        return marked
    odd = _not_utf8(path)
    if odd is None or _mostly_utf8(odd):
        return "utf-8"
    if found := _other_than_utf8(named) or guess(odd):
        return found
    if _mostly_ascii(odd):  # with something in it that is no text: that is reported as a loss
        return "utf-8"
    raise CannotReadError("document_corrupt")


def charset_of(content: bytes, named: str | None = None) -> str:
    """Tell the character set of a short text that is held already; it is UTF-8 when nothing else makes sense."""
    if marked := _marked(content[:_SAMPLE]):
        return marked
    try:
        content.decode()
    except UnicodeDecodeError:
        if _mostly_utf8(content):
            return "utf-8"
        return _other_than_utf8(named) or guess(content[:_SAMPLE]) or "utf-8"
    return "utf-8"


def _other_than_utf8(named: str | None) -> str | None:
    return None if named and named.lower().replace("_", "-") in {"utf-8", "utf8", "us-ascii", "ascii"} else named


def _marked(sample: bytes) -> str | None:
    named = next((encoding for mark, encoding in _BOMS if sample.startswith(mark)), None)
    return named or utf16(sample)


def _not_utf8(path: Path) -> bytes | None:
    """The first block of a file that is not UTF-8; None when all of it is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    block = b""
    try:
        with path.open("rb") as file:
            while block := file.read(_SAMPLE):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return block
    return None


def _mostly_ascii(block: bytes) -> bool:
    return len(block) - len(block.translate(None, _ABOVE_ASCII)) < len(block) * _MOST_ABOVE_ASCII


def _mostly_utf8(block: bytes) -> bool:
    """Whether a text is UTF-8 with a few broken letters: no other character set looks like it."""
    text = block.decode(errors="replace")
    broken = text.count("\ufffd")
    return len(text) - len(text.encode("ascii", errors="ignore")) - broken > broken * _WHOLE_FOR_EACH_BROKEN

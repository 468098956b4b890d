"""ODP (OpenDocument 1.3, presentation): the text of each slide with its notes."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.odf_text import Walker
from personal_bot.knowledge.extract.office.odt import list_styles, refuse_encrypted
from personal_bot.knowledge.extract.office.xml_package import package
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_CONTENT: Final = "content.xml"
_BLOCK: Final = 1 << 16  # bytes
_SLIDE: Final = b"<draw:page "


def read_odp(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text of each slide with the speaker's notes below it.

    Raises:
        CannotReadError: broken, encrypted, larger unpacked than any text, or nothing but pictures.
    """
    with package(path) as parts:
        refuse_encrypted(parts)
        total, texts, pictures = parts.read(_CONTENT).count(_SLIDE), 0, list[int]()
        slides = _Slides(Walker(lists=list_styles(parts, reading)))
        with parts.open(_CONTENT) as content:
            for number, (text, is_picture) in enumerate(slides.read(content), start=1):
                if text:
                    texts += 1
                    yield Segment(text, "slide", str(number))
                elif is_picture:
                    pictures.append(number)
                reading.progress("slides", number, max(total, number))
        if not texts and pictures:
            raise CannotReadError("document_without_text", pages=len(pictures))
        reading.lose("lost_slides", len(pictures), pictures)


class _Slides:
    """Cuts what a walker finds at the end of each slide."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._walker.at_page = self._cut
        self._slides: list[tuple[str, bool]] = []
        self._pictures = 0

    def read(self, file: IO[bytes]) -> Iterator[tuple[str, bool]]:
        """Give the text of each slide, and whether there are pictures on it."""
        parser = ET.XMLParser(target=self._walker)  # noqa: S314 - expat resolves no external entity, limits others
        while block := file.read(_BLOCK):
            parser.feed(block)
            yield from self._slides
            self._slides.clear()
        parser.close()

    def _cut(self) -> None:
        text = "\n".join(text for _, text in self._walker.taken())
        self._slides.append((text.strip(), self._walker.pictures > self._pictures))
        self._pictures = self._walker.pictures

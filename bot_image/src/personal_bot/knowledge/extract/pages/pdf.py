"""PDF, page by page, by Chromium's own reader: the text, what was filled in and noted, and files inside."""

import functools
import itertools
import mmap
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pypdfium2
import pypdfium2.raw as pdfium

from personal_bot.knowledge.extract.containers.nested import segments_inside
from personal_bot.knowledge.extract.pages.pdf_annotations import File, annotations, attachments
from personal_bot.knowledge.extract.plain.charsets import unmangled
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_PASSWORD_NEEDED: Final = 4  # FPDF_ERR_PASSWORD, fpdfview.h
_PICTURE_SHARE: Final = 0.8  # of the page: pictures that cover as much are a scan
_FEW: Final = 100  # letters: a scan has no more beside its pictures (a stamp of the scanning program)
_MOST_OBJECTS: Final = 5000  # of a page that are looked at
_SAMPLED: Final = 20  # letters of a page that are asked whether their font says what they are
_UNKNOWN_SHARE: Final = 0.3  # of these: more unknown ones, and the page is reported

_HYPHENATION: Final = re.compile(r"[\ufffe\x02]\s*")  # what PDFium puts where a word is broken at a line's end
_STAMP: Final = re.compile(r"(?:scann?ed (?:with|by)|отсканировано|сканировано)\b.*", re.IGNORECASE)
_CATALOG: Final = re.compile(rb"(\d+)\s+(\d+)\s+obj\b(?:(?!endobj).){0,2000}?/Type\s*/Catalog\b", re.DOTALL)
_SPACED: Final = re.compile(r"(?<!\S)(?:[^\W\d_a-zа-я] ){3,}[^\W\d_a-zа-я](?!\w)")
_SIGNS: Final = str.maketrans({"\uf0b7": "•", "\uf0a7": "•", "\uf0fc": "✓", "\uf0d8": "➢"})
_NO_LETTERS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ue000-\uf8ff]")


def read_pdf(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text of each page, with its form fields and notes below it, then the files inside.

    Raises:
        CannotReadError: encrypted, broken, or nothing but pictures.
    """
    repaired = reading.scratch.with_name(f"{reading.scratch.name}.{reading.depth}.pdf")
    try:
        with _opened(path, repaired, reading) as document:
            yield from _segments(document, reading)
    finally:
        repaired.unlink(missing_ok=True)


def _segments(document: pypdfium2.PdfDocument, reading: Reading) -> Iterator[Segment]:
    if document.get_formtype() != pdfium.FORMTYPE_NONE:
        document.init_forms()

    lost, files, letters = defaultdict[str, list[int]](list), list[File](), 0
    unknown = 0
    for number in range(1, len(document) + 1):
        page = _Page(document, number - 1)
        unknown += page.unknown
        files += page.files
        letters += sum(map(str.isalnum, _STAMP.sub("", page.text) if page.loss else page.text))
        if page.loss:
            lost[page.loss].append(number)
        if page.text:
            yield Segment(page.text, "page", str(number))
        reading.progress("pages", number, len(document))

    for segment in _inside([*attachments(document), *files], reading):
        letters += 1
        yield segment
    if not letters:
        raise CannotReadError("document_without_text", pages=len(document))

    for kind, pages in lost.items():
        reading.lose(kind, len(pages), pages)
    reading.lose("lost_glyphs", unknown)
    if document.get_formtype() == pdfium.FORMTYPE_XFA_FULL:
        reading.lose("lost_xfa", 1)


class _Page:
    """What a page says.

    Attributes:
        text: with form fields and notes.
        loss: kind of what is lost of it as a whole, "" for nothing.
        unknown: how many letters have a font that does not say what they are.
        files: attached to it.
    """

    def __init__(self, document: pypdfium2.PdfDocument, index: int) -> None:
        self.text, self.loss, self.unknown = "", "", 0
        self.files: list[File] = []
        try:
            page = document[index]
        except pypdfium2.PdfiumError:  # one broken page does not lose the others
            self.loss = "lost_pages_broken"
            return

        try:
            printed = self._printed(page)
            if len(printed) < _FEW:
                self.loss = _loss(page, printed)
            beside = annotations(document, page)
            self.files = beside.files
            noted = (line for line in beside.lines if line not in printed)
            self.text = "\n".join((printed, *noted)).strip()
        finally:
            page.close()

    def _printed(self, page: pypdfium2.PdfPage) -> str:
        text_page = page.get_textpage()
        try:
            raw = text_page.get_text_range()
            self.unknown = _unknown(text_page, raw)
        finally:
            text_page.close()

        text = _HYPHENATION.sub("", raw.replace("\r\n", "\n")).translate(_SIGNS)
        return _SPACED.sub(_joined, unmangled(_NO_LETTERS.sub("", text))).strip()


def _joined(spaced: re.Match[str]) -> str:
    """A word that is set letter by letter ("П Р И К А З"); a row of letters in the alphabet's order is none."""
    letters = spaced[0].split(" ")
    is_word = letters[0].isupper() and any(ord(b) != ord(a) + 1 for a, b in itertools.pairwise(letters))
    return "".join(letters) if is_word else spaced[0]


def _loss(page: pypdfium2.PdfPage, text: str) -> str:
    """What is lost of a page with next to no text: it is a picture, drawn letters, or just empty."""
    width, height = page.get_size()
    covered, objects = 0.0, 0
    for one in itertools.islice(page.get_objects(max_depth=3), _MOST_OBJECTS):  # a map has millions of lines
        objects += 1
        if one.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = one.get_bounds()
            covered += max(0, min(right, width) - max(left, 0)) * max(0, min(top, height) - max(bottom, 0))
    is_picture = covered >= _PICTURE_SHARE * width * height
    return "lost_pages" if is_picture or (objects and not text) else ""


def _unknown(text_page: pypdfium2.PdfTextPage, text: str) -> int:
    """How many letters of a page are guesses, since their font does not say what they are; estimated."""
    count = text_page.count_chars()
    sampled = range(0, count, max(1, count // _SAMPLED))
    guessed = [pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1 for index in sampled]
    share = sum(guessed) / max(1, len(guessed))
    if share >= _UNKNOWN_SHARE:
        return int(share * count)
    odd = len(_NO_LETTERS.findall(text.translate(_SIGNS)))
    return odd if odd > count * _UNKNOWN_SHARE else 0


def _opened(path: Path, repaired: Path, reading: Reading) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD_NEEDED:
            raise CannotReadError("document_encrypted") from error
        if not _repair(path, repaired):
            raise CannotReadError("document_corrupt") from error

    try:
        document = pypdfium2.PdfDocument(repaired)
    except pypdfium2.PdfiumError as error:
        raise CannotReadError("document_corrupt") from error
    reading.lose("lost_cut", 1)
    return document


def _repair(path: Path, into: Path) -> bool:
    """Append the end that a file has lost; False when there is nothing that it could point to."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        catalog = None
        for catalog in _CATALOG.finditer(content):  # noqa: B007 - the last one is the newest
            pass
        if catalog is None:
            return False
        with into.open("wb") as copy:
            copy.write(content)
            copy.write(b"\nendobj\ntrailer\n<</Root %s %s R>>\nstartxref\n0\n%%%%EOF\n" % (catalog[1], catalog[2]))
    return True


def _inside(files: list[File], reading: Reading) -> Iterator[Segment]:
    return segments_inside([(file.name, functools.partial(_unpack, file)) for file in files], reading)


def _unpack(file: File, into: Path) -> None:
    try:
        into.write_bytes(file.read())
    except pypdfium2.PdfiumError as error:
        raise CannotReadError("document_corrupt") from error

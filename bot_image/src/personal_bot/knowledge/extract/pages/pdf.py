"""PDF, page by page, by Chromium's own reader."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pypdfium2  # type: ignore[import-untyped] # has no types

from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_PASSWORD_NEEDED: Final = 4  # FPDF_ERR_PASSWORD, fpdfview.h
_HYPHENATION: Final = re.compile(r"[\ufffe\x02]\s*")  # what PDFium puts where a word is broken at a line's end


def read_pdf(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text of each page.

    Raises:
        CannotReadError: encrypted, broken, or nothing but pictures.
    """
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        encrypted = error.err_code == _PASSWORD_NEEDED
        raise CannotReadError("document_encrypted" if encrypted else "document_corrupt") from error
    with document:
        total, letters = len(document), 0
        for number in range(total):
            text = _page_text(document, number)
            letters += sum(map(str.isalnum, text))
            if text:
                yield Segment(text, "page", str(number + 1))
            reading.progress("pages", number + 1, total)
        if not letters:
            raise CannotReadError("document_without_text", pages=total)


def _page_text(document: pypdfium2.PdfDocument, number: int) -> str:
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return ""  # one broken page does not lose the others
    text_page = page.get_textpage()
    try:
        text = text_page.get_text_range()
    finally:
        text_page.close()
        page.close()
    return _HYPHENATION.sub("", text.replace("\r\n", "\n")).strip()

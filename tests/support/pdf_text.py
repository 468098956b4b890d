"""What a PDF says, in one line."""

from pathlib import Path

import pypdfium2


def words_of(pdf: bytes | Path) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())

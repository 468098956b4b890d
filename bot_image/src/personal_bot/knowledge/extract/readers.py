"""The reader of each kind of document, imported when it is needed: a document pays for one alone."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from personal_bot.knowledge.extract.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from personal_bot.knowledge.extract.segments import Reading, Segment

_READERS = {
    "pdf": "pdf.read_pdf",
    "docx": "docx.read_docx",
    "pptx": "pptx.read_pptx",
    "xlsx": "tables.read_sheets",
    "xls": "tables.read_sheets",
    "ods": "tables.read_sheets",
    "odt": "odt.read_odt",
    "epub": "epub.read_epub",
    "zip": "archive.read_zip",
    "markdown": "text.read_markdown",
    "text": "text.read_text",
    "html": "web.read_html",
    "csv": "tables.read_csv",
    "json": "values.read_json",
    "eml": "mail.read_mail",
    "code": "source.read_code",
}


def segments(source: Path, name: str, reading: Reading) -> Iterator[Segment]:
    """Give the segments of a document.

    Raises:
        CannotReadError: it cannot be taken in.
    """
    module, _, reader = _READERS[kind_of(source, name)].partition(".")
    found: Iterator[Segment] = getattr(import_module(f"{__package__}.{module}"), reader)(source, reading)
    return found

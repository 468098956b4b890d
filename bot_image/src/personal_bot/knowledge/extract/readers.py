"""The reader of each kind of document, imported when it is needed: a document pays for one reader alone."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.kinds import kind_of
from personal_bot.knowledge.extract.segments import Reading, Segment

READERS: Final = {
    "pdf": "pages.pdf.read_pdf",
    "html": "pages.html_page.read_html",
    "epub": "pages.epub.read_epub",
    "fb2": "pages.fb2.read_fb2",
    "docx": "office.docx.read_docx",
    "pptx": "office.pptx.read_pptx",
    "doc": "office.legacy.read_doc",
    "ppt": "office.legacy.read_ppt",
    "rtf": "office.rtf.read_rtf",
    "odp": "office.odp.read_odp",
    "odt": "office.odt.read_odt",
    "xlsx": "tables.spreadsheet.read_sheets",
    "xls": "tables.spreadsheet.read_sheets",
    "ods": "tables.spreadsheet.read_sheets",
    "csv": "tables.csv_table.read_csv",
    "html_table": "tables.text_tables.read_html_table",
    "xml_table": "tables.text_tables.read_xml_table",
    "text": "plain.plain_text.read_text",
    "markdown": "plain.plain_text.read_markdown",
    "subtitles": "plain.subtitles.read_subtitles",
    "contacts": "plain.contacts.read_contacts",
    "json": "plain.json_values.read_json",
    "code": "plain.source_code.read_code",
    "eml": "containers.mail.read_mail",
    "mbox": "containers.mailbox_file.read_mailbox",
    "msg": "containers.outlook.read_msg",
    "zip": "containers.zip_archive.read_zip",
}
"""Module and function of the reader, by the kind that `kind_of` gives."""


def segments(source: Path, name: str, reading: Reading) -> Iterator[Segment]:
    """Give the segments of a document.

    Raises:
        CannotReadError: it cannot be taken in.
    """
    module, _, reader = READERS[kind_of(source, name)].rpartition(".")
    found: Iterator[Segment] = getattr(import_module(f"{__package__}.{module}"), reader)(source, reading)
    return found

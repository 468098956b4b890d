"""What a file is, by its content; its name only says what it should be."""

import mmap
import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.plain.charsets import utf16
from personal_bot.sandbox.errors import CannotReadError
from personal_bot.texts import known

_HEAD: Final = 4096  # bytes
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY: Final = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"OggS": "Ogg",
    b"ID3": "MP3",
    b"fLaC": "FLAC",
    b"\x1f\x8b": "GZIP",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"BZh": "BZIP2",
    b"\xfd7zXZ": "XZ",
    b"\x7fELF": "ELF",
    b"MZ": "EXE",
    b"SQLite format": "SQLite",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"RIFF": "RIFF",
    b"\x1aE\xdf\xa3": "Matroska",
    b"AT&TFORM": "DjVu",
    b"ITSF": "CHM",
}
_HEIC: Final = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")  # brands of pictures (ISO/IEC 23008-12)
_MEMBERS: Final = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xlsx",
}
_TYPES: Final = "[Content_Types].xml"
_LONGEST_TYPES: Final = 1 << 20  # bytes
_MAIN_TYPE: Final = re.compile(
    rb"application/vnd\.(?:openxmlformats-officedocument\.|ms-)(wordprocessingml|presentationml|spreadsheetml|word|"
    rb"powerpoint|excel)\.[\w.]+\.main(?:\+xml)?[\"']",
    re.IGNORECASE,
)
_MAIN_TYPES: Final = {
    b"wordprocessingml": "docx",
    b"word": "docx",
    b"presentationml": "pptx",
    b"powerpoint": "pptx",
    b"spreadsheetml": "xlsx",
    b"excel": "xlsx",
}
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument."
_MIMETYPES: Final = {  # of OpenDocument and EPUB, whose first member says what they are
    _OPEN_DOCUMENT + b"text": "odt",
    _OPEN_DOCUMENT + b"spreadsheet": "ods",
    _OPEN_DOCUMENT + b"presentation": "odp",
    b"application/epub+zip": "epub",
}
_STREAMS: Final = {  # of OLE files, by the name of a stream that no other kind has
    "Workbook": "xls",
    "WordDocument": "doc",
    "PowerPoint Document": "ppt",
    "__properties_version1.0": "msg",
    "Book": "xls",  # of Excel 5 and 95
}
_LABELS: Final = {
    "pdf": "PDF",
    "docx": "DOCX",
    "doc": "DOC",
    "rtf": "RTF",
    "pptx": "PPTX",
    "ppt": "PPT",
    "xlsx": "XLSX",
    "xls": "XLS",
    "ods": "ODS",
    "odt": "ODT",
    "odp": "ODP",
    "epub": "EPUB",
    "fb2": "FB2",
    "zip": "ZIP",
    "markdown": "Markdown",
    "text": "TXT",
    "html": "HTML",
    "csv": "CSV",
    "json": "JSON",
    "eml": "EML",
    "mbox": "MBOX",
    "msg": "MSG",
    "subtitles": "SRT",
    "contacts": "VCF",
    "code": "TXT",
    "html_table": "HTML",
    "xml_table": "XML",
}
_TEXTS: Final = frozenset({"markdown", "text", "html", "csv", "json", "eml", "mbox", "subtitles", "contacts", "code"})
"""Which of them, only the name can tell."""
_ENDINGS: Final = {
    "docx": "docm dotx dotm",
    "doc": "dot",
    "pptx": "pptm ppsx ppsm potx",
    "ppt": "pps pot",
    "xlsx": "xlsm xlsb xltx xltm",
    "xls": "xlt",
    "odt": "ott",
    "ods": "ots",
    "odp": "otp",
    "markdown": "md mdx",
    "text": "txt text log",
    "html": "htm xhtml",
    "csv": "tsv tab",
    "json": "jsonl ndjson geojson ipynb",
    "eml": "mht mhtml",
    "subtitles": "srt vtt",
    "contacts": "vcf vcard",
    "code": "asm bash bat c cc clj cljs cmake cpp cs css cxx dart dockerfile ex exs f90 fs go gradle graphql groovy h "
    "hh hpp hs ini java jl js jsx kt kts less lisp lua m makefile mjs ml mm nim nix pas php pl pm proto ps1 py pyi r "
    "rb rs sass scala scss sh sol sql svelte swift tcl tf toml ts tsx vb vue xml xsd xsl yaml yml zig zsh",
}
_NAMED: Final = {kind: kind for kind in _LABELS} | {
    ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()
}
_ALIKE: Final = frozenset(
    {
        ("doc", "docx"), ("docx", "doc"), ("doc", "rtf"), ("docx", "rtf"), ("doc", "odt"), ("docx", "odt"),
        ("xls", "xlsx"), ("xlsx", "xls"), ("xls", "ods"), ("xlsx", "ods"),
        ("ppt", "pptx"), ("pptx", "ppt"), ("ppt", "odp"), ("pptx", "odp"),
    }
)  # fmt: skip
"""Names under which the programs of Office open another kind as well."""
_BOMS: Final = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_SPREADSHEETS: Final = frozenset({"xls", "xlsx"})
_PAGE: Final = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_MARKUP: Final = re.compile(
    r"\s*<(?:!doctype\s+html|html|head|body|table|tr|meta|style|div|center|p|font|b|h[1-6])\b", re.IGNORECASE
)
_MAILBOX: Final = re.compile(r"From \S+.*\d\d\d\d\r?\n(?:>?[\w-]+:.*\r?\n)", re.ASCII)
_CONTROLS: Final = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 27})
_MOST_CONTROLS: Final = 0.02  # of the bytes of a text
_MOST_CONTROLS_NAMED: Final = 0.1  # where the name says that it is one


def kind_of(path: Path, name: str) -> str:
    """Tell the kind of a document, one of those that `readers` reads.

    Raises:
        CannotReadError: it is empty, of no kind that is read here, or not what its name says.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\x00\r\n\t ") or head in _BOMS:
        raise CannotReadError("document_empty")

    found = _by_content(path, head)
    claimed = _NAMED.get(name.rpartition("/")[2].rpartition(".")[2].lower())
    if found == "binary" and claimed in _TEXTS and _controls(head) <= _MOST_CONTROLS_NAMED:
        found = "text"  # with something else in it, which is reported as a loss
    if found == "text" and (text := _text_kind(head, claimed)):
        return text
    if found == "OLE":
        raise CannotReadError("document_type_unsupported", kind=found)
    if claimed not in {None, found} and (claimed, found) not in _ALIKE:
        raise CannotReadError("document_mismatch", claimed=_LABELS[str(claimed)], found=_LABELS.get(found, found))
    if found in _PICTURES:
        raise CannotReadError(known(_PICTURES[found]), kind=found)
    if found not in _LABELS:
        raise CannotReadError("document_type_unsupported", kind=found)
    return found


_PICTURES: Final = {"HEIC": "document_heic", "DjVu": "document_djvu"}
"""Kinds that are refused with a sentence of their own."""


def _text_kind(head: bytes, claimed: str | None) -> str | None:  # noqa: PLR0911 - a case a kind
    """The kind of a text by what it begins with and by its name; None when its name says that it is none."""
    text = head.decode(utf16(head) or ("utf-16" if head.startswith(_BOMS[:2]) else "utf-8-sig"), errors="replace")
    text = text.removeprefix("\ufeff")
    start = text.lstrip()
    if "<FictionBook" in text:
        return "fb2"
    if start[:11].upper() == "BEGIN:VCARD":
        return "contacts"
    if _MAILBOX.match(start):
        return "mbox"
    if claimed in _SPREADSHEETS:  # programs write tables of all kinds under this name, and Excel opens them
        return _table_kind(start)
    if claimed == "doc":
        return "html" if _MARKUP.match(start) else "eml" if _is_mail(start) else "text"
    if claimed in _TEXTS:
        return claimed
    if claimed is None:
        return "html" if _PAGE.match(text) else "subtitles" if start.startswith("WEBVTT") else "text"
    return None


def _table_kind(start: str) -> str | None:
    if "urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "xml_table"
    if _MARKUP.match(start) or _PAGE.match(start):
        return "html_table"
    if _is_mail(start):
        return "eml"
    return "csv" if any(sign in start.partition("\n")[0] for sign in "\t;,|") else None


def _is_mail(start: str) -> bool:
    return start.lower().startswith(("mime-version:", "from:", "content-type:"))


def _by_content(path: Path, head: bytes) -> str:  # noqa: PLR0911 - a case a kind
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if head.startswith(_OLE):
        return _ole_kind(path)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rtf"):
        return "rtf"
    for magic, kind in _BINARY.items():
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp":
        return "HEIC" if head[8:12] in _HEIC else "MP4"
    return "text" if _is_text(head) else "binary"


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:100].strip() if "mimetype" in names else b""
            types = archive.read(_TYPES)[:_LONGEST_TYPES] if _TYPES in names else b""
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, NotImplementedError) as error:
        raise CannotReadError("document_corrupt") from error

    mimetype = mimetype.removesuffix(b"-template")
    if mimetype in _MIMETYPES:
        return _MIMETYPES[mimetype]
    if main := _MAIN_TYPE.search(types):  # the main part may have any name
        return _MAIN_TYPES[main[1].lower()]
    if "META-INF/container.xml" in names:
        return "epub"
    return next((kind for member, kind in _MEMBERS.items() if member in names), "zip")


def _ole_kind(path: Path) -> str:
    # An encrypted DOCX, XLSX or PPTX is an OLE file with the first stream ([MS-OFFCRYPTO] 2.3), others have one that
    # names them ([MS-XLS] 2.1.2, [MS-DOC] 2.1.1, [MS-PPT] 2.1.2, [MS-OXMSG] 2.4).
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise CannotReadError("document_encrypted")
        if content.find("__properties_version1.0".encode("utf-16-le")) >= 0:
            return "msg"  # may hold documents whose streams have the other names
        found = (kind for name, kind in _STREAMS.items() if content.find(name.encode("utf-16-le")) >= 0)
        return next(found, "OLE")


def _is_text(head: bytes) -> bool:
    if head.startswith(_BOMS) or utf16(head):
        return True
    if b"\x00" in head:
        return False
    return _controls(head) <= _MOST_CONTROLS


def _controls(head: bytes) -> float:
    """The share of bytes that are no text."""
    return (len(head) - len(head.translate(None, _CONTROLS))) / len(head)

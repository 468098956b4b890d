"""What a file is, by its content; its name only says what it should be."""

import mmap
import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.plain.charsets import utf16
from personal_bot.sandbox.errors import CannotReadError

_HEAD: Final = 4096
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
    b"{\\rtf": "RTF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"RIFF": "RIFF",
    b"\x1aE\xdf\xa3": "Matroska",
}
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
_MIMETYPES: Final = {  # of OpenDocument and EPUB, whose first member says what they are
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "ODP",
    b"application/epub+zip": "epub",
}
_LABELS: Final = {
    "pdf": "PDF",
    "docx": "DOCX",
    "pptx": "PPTX",
    "xlsx": "XLSX",
    "xls": "XLS",
    "ods": "ODS",
    "odt": "ODT",
    "epub": "EPUB",
    "zip": "ZIP",
    "markdown": "Markdown",
    "text": "TXT",
    "html": "HTML",
    "csv": "CSV",
    "json": "JSON",
    "eml": "EML",
    "code": "TXT",
}
_TEXTS: Final = frozenset(
    {"markdown", "text", "html", "csv", "json", "eml", "code"}
)  # which of them, only the name can tell
_ENDINGS: Final = {
    "docx": "docm dotx",
    "pptx": "pptm ppsx potx",
    "xlsx": "xlsm xlsb xltx",
    "odt": "ott",
    "markdown": "md mdx",
    "text": "txt text log",
    "html": "htm xhtml",
    "csv": "tsv",
    "json": "jsonl ndjson geojson ipynb",
    "code": "asm bash bat c cc clj cljs cmake cpp cs css cxx dart dockerfile ex exs f90 fs go gradle graphql groovy h "
    "hh hpp hs ini java jl js jsx kt kts less lisp lua m makefile mjs ml mm nim nix pas php pl pm proto ps1 py pyi r "
    "rb rs sass scala scss sh sol sql svelte swift tcl tf toml ts tsx vb vue xml xsd xsl yaml yml zig zsh",
}
_NAMED: Final = {kind: kind for kind in _LABELS} | {
    ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()
}
_BOMS: Final = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_CONTROLS: Final = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 27})
_MOST_CONTROLS: Final = 0.02  # of the characters of a text


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
    if found == "text":
        if claimed in _TEXTS:
            return str(claimed)
        if claimed is None and _PAGE.match(head):
            return "html"
    if claimed not in {None, found}:
        raise CannotReadError("document_mismatch", claimed=_LABELS[str(claimed)], found=_LABELS.get(found, found))
    if found not in _LABELS:
        raise CannotReadError("document_type_unsupported", kind=found)
    return found


def _by_content(path: Path, head: bytes) -> str:
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if head.startswith(_OLE):
        return _ole_kind(path)
    for magic, kind in _BINARY.items():
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp":
        return "MP4"
    return "text" if _is_text(head) else "binary"


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:100].strip() if "mimetype" in names else b""
            types = archive.read(_TYPES)[:_LONGEST_TYPES] if _TYPES in names else b""
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, NotImplementedError) as error:
        raise CannotReadError("document_corrupt") from error
    if mimetype in _MIMETYPES:
        return _MIMETYPES[mimetype]
    if main := _MAIN_TYPE.search(types):  # the main part may have any name
        return _MAIN_TYPES[main[1].lower()]
    return next((kind for member, kind in _MEMBERS.items() if member in names), "zip")


def _ole_kind(path: Path) -> str:
    # An encrypted DOCX, XLSX or PPTX is an OLE file with the first stream ([MS-OFFCRYPTO] 2.3), a workbook of old one
    # with the second ([MS-XLS] 2.1.2); all others are formats that are not read.
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise CannotReadError("document_encrypted")
        return "xls" if content.find("Workbook".encode("utf-16-le")) >= 0 else "DOC"


def _is_text(head: bytes) -> bool:
    if head.startswith(_BOMS):
        return True
    if b"\x00" in head:
        return utf16(head) is not None
    return len(head) - len(head.translate(None, _CONTROLS)) <= len(head) * _MOST_CONTROLS

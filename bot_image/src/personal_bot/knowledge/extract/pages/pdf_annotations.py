"""What lies on pages of a PDF and is no text of theirs: form fields, notes, attached files (ISO 32000, 12.5-12.7)."""

import ctypes
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from personal_bot.knowledge.extract.office.xml_package import LARGEST
from personal_bot.sandbox.errors import CannotReadError

_SILENT: Final = frozenset({pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP})  # a note's window repeats it
_BUTTONS: Final = frozenset(
    {pdfium.FPDF_FORMFIELD_PUSHBUTTON, pdfium.FPDF_FORMFIELD_SIGNATURE, pdfium.FPDF_FORMFIELD_UNKNOWN}
)
_CHECKED: Final = frozenset({pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON})
_PASSWORD: Final = 1 << 13  # flag of a field whose value nobody is meant to see
_INDEX: Final = re.compile(r"\[\d+\]$")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file inside; `read` gives its bytes."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies on a page."""

    lines: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)


def annotations(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Beside:
    """Give the filled fields of a page as "name: value", its notes, and the files attached to it."""
    beside = Beside()
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            if kind == pdfium.FPDF_ANNOT_WIDGET:
                beside.lines.extend(_field(document.formenv, annotation))
            elif kind == pdfium.FPDF_ANNOT_FILEATTACHMENT:
                beside.files.extend(_attached(document, annotation))
            elif kind not in _SILENT:
                beside.lines.extend(_note(annotation, kind))
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return beside


def attachments(document: pypdfium2.PdfDocument) -> Iterator[File]:
    """Give the files of the whole document, those of a portfolio too."""
    for index in range(document.count_attachments()):
        yield _file(document.get_attachment(index))


def _field(forms: Any, annotation: Any) -> Iterator[str]:  # noqa: ANN401 - pypdfium2 has no types
    kind = -1 if forms is None else pdfium.FPDFAnnot_GetFormFieldType(forms, annotation)
    if kind < 0 or kind in _BUTTONS or pdfium.FPDFAnnot_GetFormFieldFlags(forms, annotation) & _PASSWORD:
        return
    if kind in _CHECKED and not pdfium.FPDFAnnot_IsChecked(forms, annotation):
        return

    value = _string(pdfium.FPDFAnnot_GetFormFieldValue, forms, annotation)
    if kind in _CHECKED:
        value = _string(pdfium.FPDFAnnot_GetFormFieldExportValue, forms, annotation) or value
    name = _string(pdfium.FPDFAnnot_GetFormFieldName, forms, annotation).rpartition(".")[2]
    label = _string(pdfium.FPDFAnnot_GetFormFieldAlternateName, forms, annotation) or _INDEX.sub("", name)
    if value:
        yield f"{label}: {value}" if label else value


def _note(annotation: Any, kind: int) -> Iterator[str]:  # noqa: ANN401 - pypdfium2 has no types
    text = _string(pdfium.FPDFAnnot_GetStringValue, annotation, b"Contents").replace("\r", "\n")
    author = _string(pdfium.FPDFAnnot_GetStringValue, annotation, b"T")
    if text and kind == pdfium.FPDF_ANNOT_FREETEXT:  # it stands on the page like any text
        yield text
    elif text:
        yield f"[{author}: {text}]" if author else f"[{text}]"


def _attached(document: pypdfium2.PdfDocument, annotation: Any) -> Iterator[File]:  # noqa: ANN401 - it has no types
    if attachment := pdfium.FPDFAnnot_GetFileAttachment(annotation):
        yield _file(pypdfium2.PdfAttachment(attachment, document))


def _file(attachment: pypdfium2.PdfAttachment) -> File:
    return File(name=attachment.get_name() or "attachment", read=functools.partial(_content, attachment))


def _content(attachment: pypdfium2.PdfAttachment) -> bytes:
    size = ctypes.c_ulong()
    pdfium.FPDFAttachment_GetFile(attachment, None, 0, size)
    if size.value > LARGEST:
        raise CannotReadError("document_unpacks_too_large", limit=LARGEST)
    return bytes(attachment.get_data())


def _string(function: Callable[..., int], *arguments: Any) -> str:  # noqa: ANN401 - pypdfium2 has no types
    """What a function of PDFium's writes as UTF-16: the first call says how long it is."""
    size = function(*arguments, None, 0)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    function(*arguments, buffer, size)
    return bytes(buffer)[:size].decode("utf-16-le", errors="replace").rstrip("\0").strip()

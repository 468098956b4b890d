"""Documents as people's programs make them."""

import io
import zipfile
from collections.abc import Mapping, Sequence

import openpyxl
import pptx
from docx import Document
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas


def zip_of(members: Mapping[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def show(*slides: tuple[str, str, str]) -> bytes:
    """A presentation of slides with a title, a text and the speaker's notes."""
    presentation = pptx.Presentation()
    for title, text, notes in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def odt(body: str, *, manifest: str = "") -> bytes:
    """A text as LibreOffice writes it, with nothing but what is needed."""
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{office}office:1.0" xmlns:text="{office}text:1.0" '
        f'xmlns:table="{office}table:1.0"><office:body><office:text>{body}</office:text></office:body>'
        "</office:document-content>"
    )
    members = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}
    if manifest:
        members["META-INF/manifest.xml"] = (
            f'<m:manifest xmlns:m="{office}manifest:1.0"><m:file-entry>{manifest}</m:file-entry></m:manifest>'
        )
    return zip_of(members)


def epub(*chapters: str, encryption: str = "") -> bytes:
    items = "".join(
        f'<item id="c{n}" href="text/c%20{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        "OEBPS/book.opf": f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest>'
        f"<spine>{spine}</spine></package>",
    }
    members |= {
        f"OEBPS/text/c {n}.xhtml": f"<html><head><title>no text</title></head><body>{body}</body></html>"
        for n, body in enumerate(chapters)
    }
    if encryption:
        members["META-INF/encryption.xml"] = (
            '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
            f'<e:EncryptionMethod Algorithm="{encryption}"/></encryption>'
        )
    return zip_of(members)


def pdf(pages: Sequence[str], *, password: str = "") -> bytes:
    buffer = io.BytesIO()
    encryption = StandardEncryption(password, ownerPassword="owner") if password else None
    page = canvas.Canvas(buffer, encrypt=encryption)
    for text in pages:
        lines = page.beginText(60, 780)
        for line in text.splitlines():
            lines.textLine(line)
        page.drawText(lines)
        page.rect(50, 50, 20, 20)
        page.showPage()
    page.save()
    return buffer.getvalue()


def docx(*parts: str) -> bytes:
    """Make a DOCX of paragraphs; "# x" and "## x" become headings, "a|b" a row of a table."""
    document = Document()
    for part in parts:
        if part.startswith("#"):
            document.add_heading(part.lstrip("# "), part.count("#"))
        elif "|" in part:
            cells = part.split("|")
            row = document.add_table(rows=1, cols=len(cells)).rows[0].cells
            for cell, text in zip(row, cells, strict=True):
                cell.text = text
        else:
            document.add_paragraph(part)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


WORD = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def p(text: str, properties: str = "") -> str:
    """A paragraph of WordprocessingML; a text that begins with "<" is XML."""
    run = text if text.startswith("<") else f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{run}</w:p>"


def rels(**targets: str) -> str:
    """Relationships, "kind=part" each; a number after the kind keeps several of a kind apart."""
    listed = "".join(
        f'<Relationship Id="{key}" Type="{RELATION}{key.rstrip("0123456789")}" Target="{target}"/>'
        for key, target in targets.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'
    )


def word(body: str, *, folder: str = "word", main: str = "document.xml", **parts: str | bytes) -> bytes:
    """A DOCX with this body; each further part is the inside of its root, or bytes, related by its own kind.

    The kinds: styles, numbering, footnotes, endnotes, comments, header, footer, chart, diagramData, package …
    """
    roots = {"header": "hdr", "footer": "ftr"}
    endings = {"package": "xlsx", "aFChunk": "html"}
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": rels(officeDocument=f"{folder}/{main}"),
        f"{folder}/{main}": f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
    }
    names = {key: f"{key}.{endings.get(key.rstrip('0123456789'), 'xml')}" for key in parts}
    names |= {key: f"{key}.docx" for key, content in parts.items() if key == "aFChunk" and content[:2] == b"PK"}
    members[f"{folder}/_rels/{main}.rels"] = rels(**names)
    for key, content in parts.items():
        kind = key.rstrip("0123456789")
        root = f"w:{roots.get(kind, kind)}"
        whole = content if isinstance(content, bytes) else f"<{root} {WORD}>{content}</{root}>"
        members[f"{folder}/{names[key]}"] = whole
    return zip_of(members)

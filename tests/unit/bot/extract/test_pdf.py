"""PDF: what was filled in, noted and attached is read too, and scans are told from text."""

import ctypes
import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from personal_bot.knowledge.extract.plain.charsets import unmangled
from personal_bot.knowledge.extraction import Extracted
from personal_bot.models import Loss, RefusedError
from support.documents import pdf

CASES = Path(__file__).parents[3] / "cases" / "docs"
Read = Callable[..., Awaitable[list[list[str]]]]
Events = Callable[..., Awaitable[list[object]]]
WIDE, HIGH = 595, 842


async def losses(events: Events, content: bytes) -> tuple[Loss, ...]:
    found = (await events("a.pdf", content))[-1]
    assert isinstance(found, Extracted)
    return found.losses


def drawn(*pages: Callable[[canvas.Canvas], object]) -> bytes:
    buffer = io.BytesIO()
    made = canvas.Canvas(buffer, pagesize=(WIDE, HIGH))
    for draw in pages:
        draw(made)
        made.showPage()
    made.save()
    return buffer.getvalue()


def picture(page: canvas.Canvas, share: float = 1.0, text: str = "") -> None:
    page.drawImage(ImageReader(io.BytesIO(PNG)), 0, 0, WIDE, HIGH * share)
    page.drawString(60, 800, text)


def text(page: canvas.Canvas) -> None:
    page.drawString(60, 780, "The rent is 900 euros.")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fea7"
    "3581840000000049454e44ae426082"
)


async def test_a_form_is_read_with_what_was_filled_in(read: Read) -> None:
    rows = await read("a.pdf", (CASES / "filled_form.pdf").read_bytes())
    assert rows[0][0].endswith("name: Greta Example\ntenant: TN-77412\npets: Yes")


async def test_fields_are_told_by_what_people_read_and_empty_ones_left_out(read: Read) -> None:
    def form(page: canvas.Canvas) -> None:
        text(page)
        fields = page.acroForm
        fields.textfield(name="top[0].f1[0]", tooltip="Full name", value="Greta", x=60, y=700)
        fields.textfield(name="empty", value="", x=60, y=660)
        fields.checkbox(name="cats", checked=True, x=60, y=620)
        fields.checkbox(name="dogs", checked=False, x=60, y=600)
        fields.choice(name="city", value="Oslo", options=["Oslo", "Bergen"], x=60, y=560)

    rows = await read("a.pdf", drawn(form))
    assert rows[0][0] == "The rent is 900 euros.\nFull name: Greta\ncats: Yes\ncity: Oslo"


def annotated(content: bytes, kind: int, **values: str) -> bytes:
    document = pypdfium2.PdfDocument(content)
    page = document[0]
    annotation = pdfium.FPDFPage_CreateAnnot(page, kind)
    for key, value in values.items():
        wide = (value + "\0").encode("utf-16-le")
        pdfium.FPDFAnnot_SetStringValue(
            annotation, key.encode(), (ctypes.c_ushort * (len(wide) // 2)).from_buffer_copy(wide)
        )
    pdfium.FPDFPage_CloseAnnot(annotation)
    return saved(document)


def attached(content: bytes, **files: bytes) -> bytes:
    document = pypdfium2.PdfDocument(content)
    for name, data in files.items():
        document.new_attachment(name.replace("__", ".")).set_data(data)
    return saved(document)


def saved(document: pypdfium2.PdfDocument) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "values", "line"),
    [
        (pdfium.FPDF_ANNOT_FREETEXT, {"Contents": "Approved"}, "Approved"),
        (pdfium.FPDF_ANNOT_TEXT, {"Contents": "Спросить", "T": "Бо"}, "[Бо: Спросить]"),
        (pdfium.FPDF_ANNOT_HIGHLIGHT, {"Contents": "important"}, "[important]"),
        (pdfium.FPDF_ANNOT_STAMP, {"Contents": "PAID"}, "[PAID]"),
        (pdfium.FPDF_ANNOT_HIGHLIGHT, {"Contents": ""}, ""),
        (pdfium.FPDF_ANNOT_POPUP, {"Contents": "twice"}, ""),
    ],
)
async def test_notes_stand_below_their_page(read: Read, kind: int, values: dict[str, str], line: str) -> None:
    rows = await read("a.pdf", annotated(drawn(text), kind, **values))
    assert rows[0][0] == "\n".join(filter(None, ("The rent is 900 euros.", line)))


async def test_a_portfolio_is_read_file_by_file(read: Read) -> None:
    rows = await read(
        "a.pdf", attached(drawn(lambda page: page), lease__pdf=pdf(["900 euros"]), notes__txt=b"code 5512")
    )
    assert [(row[0], row[-1]) for row in rows] == [("900 euros", "lease.pdf"), ("code 5512", "notes.txt")]


async def test_one_scanned_page_among_others_is_named(events: Events) -> None:
    def stamped(page: canvas.Canvas) -> None:
        picture(page, text="Scanned with CamScanner")

    def figure(page: canvas.Canvas) -> None:
        picture(page, 0.4, text="Figure 1")

    content = drawn(text, picture, stamped, figure, lambda page: page, text, stamped)
    assert await losses(events, content) == (Loss(kind="lost_pages", count=3, where="2–3, 7"),)


async def test_a_page_of_drawn_letters_is_named(events: Events) -> None:
    content = drawn(text, lambda page: page.rect(50, 50, 20, 20))
    assert await losses(events, content) == (Loss(kind="lost_pages", count=1, where="2"),)


@pytest.mark.parametrize("stamp", ["Scanned with CamScanner", "Scanned by TapScanner"])
async def test_a_scan_with_the_stamp_of_its_program_is_still_a_scan(read: Read, stamp: str) -> None:
    with pytest.raises(RefusedError, match="document_without_text"):
        await read("a.pdf", drawn(*[lambda page: picture(page, text=stamp)] * 2))


async def test_a_certificate_on_a_picture_keeps_its_few_words(read: Read, events: Events) -> None:
    content = drawn(lambda page: picture(page, text="Certificate for Anna"))
    assert (await read("a.pdf", content))[0][0] == "Certificate for Anna"
    assert [loss.kind for loss in await losses(events, content)] == ["lost_pages"]


async def test_a_file_that_lost_its_end_is_read_as_far_as_it_goes(read: Read, events: Events) -> None:
    content = (CASES / "broken_xref.pdf").read_bytes()
    assert (await read("a.pdf", content))[0][0] == "The code of the gate is 5512."
    assert await losses(events, content) == (Loss(kind="lost_cut", count=1),)


@pytest.mark.parametrize(
    ("set_", "told"),
    [("O R D E R", "ORDER"), ("A B C D E", "A B C D E"), ("x y z w", "x y z w"), ("I D O", "I D O")],
)
async def test_a_word_set_letter_by_letter_is_one(read: Read, set_: str, told: str) -> None:
    assert (await read("a.pdf", drawn(lambda page: page.drawString(60, 780, set_))))[0][0] == told


async def test_letters_that_no_font_explains_are_named(events: Events) -> None:
    glyphs = pypdfium2.PdfDocument((CASES / "no_tounicode.pdf").read_bytes())
    both = pypdfium2.PdfDocument(drawn(text))
    both.import_pages(glyphs)
    assert [loss.kind for loss in await losses(events, saved(both))] == ["lost_glyphs"]


@pytest.mark.parametrize(
    ("read_as", "text"),
    [
        ("Äîãîâîð àðåíäû ïîäïèñàí 1 ìàÿ", "Договор аренды подписан 1 мая"),
        ("Größe: schöne Übergänge für Männer", "Größe: schöne Übergänge für Männer"),
        ("Été à Paris", "Été à Paris"),
        ("no letters above", "no letters above"),
    ],
)
def test_russian_taken_for_western_is_put_right(read_as: str, text: str) -> None:
    assert unmangled(read_as) == text

"""What of a document is not taken in is told, wherever people see the document."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from personal_bot.handlers.documents import card
from personal_bot.knowledge.extract.segments import spans
from personal_bot.knowledge.extraction import Extracted
from personal_bot.knowledge.stores.points import record_of, record_payload
from personal_bot.knowledge.stores.store import Record, Status
from personal_bot.models import Document, Ingested, Loss
from personal_bot.requests.results import ingested, taken_from_inbox
from personal_bot.telegram.buttons import DocumentsButton
from support.documents import zip_of

Events = Callable[..., Awaitable[list[object]]]
LOSSES = (Loss(kind="lost_pages", count=3, where="2–3, 7"), Loss(kind="lost_letters", count=5, file="old/a.txt"))


def document(losses: tuple[Loss, ...] = LOSSES) -> Document:
    return Document(
        id="a", name="a.pdf", mime_type="", size=1, chunks=2, added=datetime(2024, 5, 1, tzinfo=UTC), losses=losses
    )


OF_A_LOG = (Loss(kind="lost_binary", count=28),)


@pytest.mark.parametrize(
    ("name", "content", "losses"),
    [
        ("a.txt", "Хлеб ".encode() * 9 + b"\xff\xfe" + "соль".encode(), (Loss(kind="lost_letters", count=2),)),
        ("a.txt", b"text\x00 and\x01\x02 more" + b" words" * 1000, (Loss(kind="lost_binary", count=3),)),
        ("a.txt", b"words " * 1000 + b"\x00\x01\x02", (Loss(kind="lost_binary", count=3),)),
        ("a.log", b"line\n" * 2000 + bytes(range(256)), OF_A_LOG),
        ("a.log", b"\x1b[31mred\x1b[0m", ()),
        ("a.md", b"# All of it", ()),
    ],
)
async def test_what_is_no_text_is_counted(events: Events, name: str, content: bytes, losses: tuple[Loss, ...]) -> None:
    found = (await events(name, content))[-1]
    assert isinstance(found, Extracted)
    assert found.losses == losses


async def test_losses_of_a_file_inside_have_its_path(events: Events) -> None:
    inner = zip_of({"b.txt": "Хлеб ".encode() * 9 + b"\xff"})
    found = (await events("a.zip", zip_of({"docs/inner.zip": inner, "c.txt": b"whole"})))[-1]
    assert isinstance(found, Extracted)
    assert found.losses == (Loss(kind="lost_letters", count=1, file="docs/inner.zip/b.txt"),)


@pytest.mark.parametrize(
    ("numbers", "written"),
    [([1, 2, 3, 5, 7, 8], "1–3, 5, 7–8"), ([4], "4"), (["a.xml", "b.xml"], "a.xml, b.xml"), ([], "")],
)
def test_numbers_are_written_as_people_do(numbers: list[int | str], written: str) -> None:
    assert spans(numbers) == written
    assert spans(range(1, 100, 2)).endswith("37, 39, …")


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "only pictures (a scan): 2–3, 7."), ("ru", "только картинки (скан): 2–3, 7.")],
)  # fmt: skip
def test_a_loss_is_told_in_the_answer_and_on_the_card(language: str, line: str) -> None:
    view = DocumentsButton(action="card", document="a")
    answer = ingested(Ingested(document=document()), name="a.pdf", language=language).pieces[0].text
    again = ingested(Ingested(document=document(), already_known=True), name="a.pdf", language=language).pieces[0].text
    inbox = taken_from_inbox("a.pdf", Ingested(document=document()), language)
    for text in (answer, again, card(document(), view, language, is_open=True)[0], inbox):
        assert line in text
        assert "• old/a.txt: " in text
    assert answer.startswith("⚠️")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_document_that_is_in_as_a_whole_is_said_to_be(language: str) -> None:
    whole = document(losses=())
    assert ingested(Ingested(document=whole), name="a.pdf", language=language).pieces[0].text.startswith("✅")
    assert "•" not in card(whole, DocumentsButton(action="card", document="a"), language, is_open=True)[0]


def test_losses_are_kept_with_the_document() -> None:
    record = Record(generation="g", status=Status.COMPLETE, document=document())
    assert record_of(record_payload(record)) == record
    before = {key: value for key, value in record_payload(record).items() if key != "losses"}
    assert record_of(before).document.losses == ()

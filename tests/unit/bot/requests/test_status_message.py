"""What status messages and results read, and how the chat is treated while they change."""

import asyncio
import errno
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from personal_bot.archives.chart import draw
from personal_bot.models import (
    Answer,
    Document,
    Ingested,
    IngestProgress,
    Passage,
    Place,
    RefusedError,
    Stage,
    Turn,
    Waiting,
)
from personal_bot.requests import progress
from personal_bot.requests.results import (
    Attachment,
    Result,
    answer_buttons,
    answered,
    failed,
    human_size,
    ingested,
    refused,
    sentence,
    source,
)
from personal_bot.requests.status_message import StatusMessage
from personal_bot.telegram.client import Connection
from personal_bot.telegram.intents import Sender
from personal_bot.telegram.markup import LONGEST, Piece, units
from personal_bot.text_keys import TextKey
from personal_bot.texts import say
from personal_bot.texts.places import where
from standins.telegram import TelegramStandIn
from standins.telegram.client import NewBot, Person


def passage(name: str, locator: str = "", place: Place | None = None) -> Passage:
    return Passage(
        document_id="d", document_name=name, locator=locator, position=0, text="t", score=1, place=place or Place()
    )


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (progress.RECEIVED, "🔍 Got it · 7 s"),
        (progress.in_queue(3), "⏳ In line, place 3 · 7 s"),
        (progress.at_stage(Stage.SEARCHING), "🔍 Searching the documents · 7 s"),
        (progress.at_stage(Stage.READING), "📊 Reading what was found · 7 s"),
        (progress.at_stage(Stage.THINKING), "🤔 Thinking · 7 s"),
        (progress.at_stage(Stage.WRITING).with_body("The **cat**"), "✏️ Writing · 7 s\n\nThe cat"),
        (progress.waiting(Waiting(seconds=11.6)), "⏳ The LLM service asked to wait; going on in 12 s · 7 s"),
        (progress.taking_in(IngestProgress(unit="pages", done=0, total=0), "a.pdf"), "📥 Reading a.pdf · 7 s"),
        (
            progress.taking_in(IngestProgress(unit="pages", done=2, total=5), "a.pdf"),
            "📥 Reading a.pdf: page 2 of 5 (40 %) · 7 s",
        ),
    ],
)
def test_a_status_message_says_where_the_request_stands_and_for_how_long(shown: progress.Progress, text: str) -> None:
    assert progress.shown(shown, seconds=7.9, language="en").text == text


def test_the_time_that_is_left_follows_from_the_pace_of_each_unit() -> None:
    pace = progress.Eta()
    pages = [IngestProgress(unit="pages", done=done, total=100) for done in (0, 10, 100)]
    assert [pace.left(event, now=now) for event, now in zip(pages, (5.0, 10.0, 55.0), strict=True)] == [
        None,
        45.0,
        None,
    ]
    assert pace.left(IngestProgress(unit="chunks", done=32, total=640), now=56.0) is None
    assert pace.left(IngestProgress(unit="chunks", done=64, total=640), now=60.0) == 72.0
    shown = progress.taking_in(pages[1], "a.pdf", left=45.0)
    text = progress.shown(shown, seconds=7, language="en").text
    assert text == "📥 Reading a.pdf: page 10 of 100 (10 %) · 7 s · about 45 s left"


def test_a_long_answer_in_writing_shows_its_end() -> None:
    written = "\n\n".join(f"Paragraph {number} " + "word " * 50 for number in range(40))
    shown = progress.shown(progress.at_stage(Stage.WRITING).with_body(written), seconds=5, language="en")
    assert units(shown.text) <= LONGEST
    assert "Paragraph 39" in shown.text


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.9, "59 s"), (65, "1:05"), (3607, "1:00:07")])
def test_running_times_read_well(seconds: float, text: str) -> None:
    assert progress.clock(seconds) == text


def test_what_no_passage_backs_is_said_to_be_so_and_all_documents_are_offered_in_place_of_the_chosen() -> None:
    unbacked = answered(Answer(text="Paris.", sources=()), question="Capital?", language="en")
    assert unbacked.pieces[0].text == f"Paris.\n\n{say('en', 'no_support')}"
    assert unbacked.buttons == ()

    denied = Answer(text="The documents do not say it.", sources=())
    assert answered(denied, question="Capital?", language="en").pieces[0].text == denied.text
    chosen = answered(denied, question="Capital?", language="en", chosen=1)
    refusal = refused(RefusedError("nothing_found_in_scope", count=1), language="en")
    assert [[label for label, _ in row] for row in chosen.buttons] == [[say("en", "scope_all_again")]]
    assert refusal.buttons == chosen.buttons


def test_an_answer_lists_its_sources_in_the_persons_language() -> None:
    answer = Answer(
        text="It is **red** [1][2].",
        sources=(passage("a.pdf", "page 3", Place(kind="page", value="3")), passage("b_c*.md", "Cars › Volvo")),
    )
    result = answered(answer, question="Which?", language="ru")
    assert result.pieces[0].text == "It is red [1][2].\n\nИсточники\n[1] a.pdf, стр. 3\n[2] b_c*.md, Cars › Volvo"
    assert result.turn == Turn(question="Which?", answer=answer.text)


@pytest.mark.parametrize(
    ("place", "en", "ru"),
    [
        (Place(kind="slide", value="3–4"), "slides 3–4", "слайды 3–4"),
        (Place(kind="page", value="97–98"), "pages 97–98", "стр. 97–98"),
        (Place(kind="sheet", value="Prices!2:15"), "sheet Prices!2:15", "лист Prices!2:15"),
        (Place(kind="row", value="7"), "row 7", "строка 7"),
        (Place(kind="line", value="1–20"), "lines 1–20", "строки 1–20"),
        (Place(kind="path", value="$.users[3]"), "$.users[3]", "$.users[3]"),
        (Place(kind="heading", value="Cars › {x}"), "Cars › {x}", "Cars › {x}"),
        (Place(), "", ""),
    ],
)
def test_a_place_is_told_in_each_language(place: Place, en: str, ru: str) -> None:
    assert (where(place, "en"), where(place, "ru")) == (en, ru)


@pytest.mark.parametrize(
    ("name", "heading", "told"),
    [
        ("Положение об отпусках.docx", "Положение об отпусках", "Положение об отпусках.docx"),
        ("rental_agreement.md", "Rental agreement › 2. Rent", "rental_agreement.md, 2. Rent"),
        ("lease.md", "Rental agreement › 2. Rent", "lease.md, Rental agreement › 2. Rent"),
        ("notes.md", "", "notes.md"),
    ],
)
def test_a_title_that_repeats_the_name_of_the_document_is_left_out(name: str, heading: str, told: str) -> None:
    assert source(passage(name, heading, Place(kind="heading", value=heading)), "en") == told


def test_an_answer_that_was_cut_short_says_so() -> None:
    result = answered(Answer(text="It is", sources=(), cut_short=True), question="?", language="en")
    assert result.pieces[0].text == "It is\n\n✂️ The answer was cut short here."


def test_a_result_survives_the_journal() -> None:
    answer = Answer(text="**a** " * 3000, sources=(passage("a.pdf"),))
    result = answered(answer, question="?", language="en")
    assert len(result.pieces) > 1
    assert Result.from_json(result.to_json()) == result


def test_a_refusal_is_its_sentence_below_what_there_is() -> None:
    result = refused(RefusedError("document_too_large", size=3 * 2**20, limit=2**20), language="en", body="So far")
    assert result.pieces[0].text.startswith("So far\n\nThis document is too large for this bot: 3 MB, and at most 1 MB")
    assert result.outcome == "refused"


def test_a_fault_is_a_friendly_sentence_with_a_number_that_the_log_knows(caplog: pytest.LogCaptureFixture) -> None:
    result = failed(ValueError("secret details"), language="en")
    (record,) = caplog.records
    assert record.__dict__["error_id"] in result.pieces[0].text
    assert "secret details" not in result.pieces[0].text


def test_a_full_disk_is_no_surprise() -> None:
    assert failed(OSError(errno.ENOSPC, "x"), language="en") == sentence("en", "disk_full", outcome="refused")


def test_a_refusal_without_a_sentence_is_a_fault_not_a_crash() -> None:
    unknown = RefusedError("nobody_wrote_this")  # type: ignore[arg-type] # a key from another version
    assert refused(unknown, language="en").outcome == "failed"


@pytest.mark.parametrize(
    ("size", "text"), [(5, "5 B"), (2048, "2 KB"), (5 * 2**20, "5 MB"), (1536 * 2**20, "1.5 GB"), ("?", "?")]
)
def test_sizes_read_well(size: object, text: str) -> None:
    assert human_size(size) == text


def document(number: int) -> Document:
    return Document(
        id=f"{number:064x}", name=f"{number}.pdf", mime_type="", size=2**20, chunks=3, added=datetime.now(UTC)
    )


def test_files_in_an_archive_that_were_left_out_are_named_with_the_reason() -> None:
    skipped: tuple[tuple[str, TextKey], ...] = tuple((f"{n}.png", "document_type_unsupported") for n in range(12))
    text = ingested(Ingested(document=document(1), skipped=skipped), name="a.zip", language="en").pieces[0].text
    assert "files in it: 12\n• 0.png: I cannot read this kind of file." in text
    assert "9.png" in text
    assert text.endswith("…")


def test_a_document_that_is_known_already_is_said_to_be() -> None:
    known = ingested(Ingested(document=document(1), already_known=True), name="1.pdf", language="en")
    assert known.pieces[0].text == "✅ I know 1.pdf already. Ask me about it."


@pytest.fixture
async def chat() -> AsyncIterator[tuple[TelegramStandIn, Person, NewBot, StatusMessage]]:
    async with TelegramStandIn.start() as telegram:
        anna = await telegram.client.join("Anna")
        bot = await telegram.client.make_bot("anna_docs_bot")
        question = await anna.send(bot.username, "What?")
        connection = Connection(api_url=telegram.url, token=bot.token)
        status = StatusMessage(
            connection,
            sender=Sender(user_id=anna.id, chat_id=anna.id, message_id=question.id, language="en", private=True),
            request_id=1,
            messages=[],
            on_sent=_nothing,
        )
        yield telegram, anna, bot, status
        await connection.close()


async def _nothing(_: list[int]) -> None:
    pass


Chat = tuple[TelegramStandIn, "Person", "NewBot", StatusMessage]


async def test_a_message_is_edited_at_most_once_a_second_and_shows_only_the_newest(chat: Chat) -> None:
    telegram, anna, bot, status = chat
    await status.open()
    for number in range(25):
        status.show(progress.at_stage(Stage.WRITING).with_body(f"word {number}"))
        await asyncio.sleep(0.1)
    await status.close([Piece(text="done")])
    calls = await telegram.client.calls(method="editMessageText")
    moments = [call["at"] for call in calls[:-1]]
    assert len(moments) <= 3
    assert all(later - earlier > 0.9 for earlier, later in itertools.pairwise(moments))
    assert (await anna.messages(bot.username))[-1].text == "done"


async def test_when_telegram_asks_to_wait_stale_edits_are_dropped_and_the_end_arrives(chat: Chat) -> None:
    telegram, anna, bot, status = chat
    await status.open()
    await telegram.client.fault(method="editMessageText", code=429, retry_after=2, times=1)
    for number in range(15):
        status.show(progress.at_stage(Stage.WRITING).with_body(f"word {number}"))
        await asyncio.sleep(0.1)
    await status.close([Piece(text="done")])
    calls = await telegram.client.calls(method="editMessageText")
    assert calls[0]["code"] == 429
    assert len(calls) <= 3
    assert (await anna.messages(bot.username))[-1].text == "done"


async def test_an_answer_in_parts_stands_in_messages_of_its_own_in_order(chat: Chat) -> None:
    _, anna, bot, status = chat
    await status.open()
    await status.close([Piece(text=part) for part in ("one", "two", "three")])
    assert [m.text for m in await anna.messages(bot.username) if m.from_bot] == ["one", "two", "three"]


async def test_an_answer_whose_message_was_deleted_comes_in_a_new_one(chat: Chat) -> None:
    _, anna, bot, status = chat
    await status.open()
    shown = await anna.wait(bot.username, lambda m: m.from_bot)
    await anna.delete(shown)
    await status.close([Piece(text="done")])
    assert [m.text for m in await anna.messages(bot.username) if m.from_bot] == ["done"]


async def test_an_answer_that_is_delivered_again_changes_nothing(chat: Chat) -> None:
    _, anna, bot, status = chat
    await status.open()
    await status.close([Piece(text="done")])
    await status.close([Piece(text="done")])
    assert [m.text for m in await anna.messages(bot.username) if m.from_bot] == ["done"]


async def test_a_text_whose_entities_telegram_dislikes_arrives_plain(chat: Chat) -> None:
    _, anna, bot, status = chat
    await status.open()
    broken = Piece(text="done", entities=({"type": "text_link", "offset": 0, "length": 4, "url": "::no url::"},))
    await status.close([broken])
    await anna.wait(bot.username, lambda m: m.text == "done")


async def test_a_text_that_telegram_finds_too_long_arrives_in_shorter_messages(chat: Chat) -> None:
    telegram, anna, bot, status = chat
    await status.open()
    too_long = "Bad Request: MESSAGE_TOO_LONG"
    await telegram.client.fault(method="editMessageText", code=400, description=too_long, times=1)
    text = "\n\n".join(f"Paragraph {number} " + "word " * 50 for number in range(12))
    await status.close([Piece(text=text)], buttons=((("PDF", "file:7"),),))
    shown = [m for m in await anna.messages(bot.username) if m.from_bot]
    assert "".join("".join(m.text.split()) for m in shown) == "".join(text.split())
    assert [bool(m.buttons) for m in shown] == [False, True]


async def test_an_answer_whose_buttons_telegram_dislikes_arrives_without_them(chat: Chat) -> None:
    telegram, anna, bot, status = chat
    await status.open()
    refused = "Bad Request: BUTTON_DATA_INVALID"
    await telegram.client.fault(method="editMessageText", code=400, description=refused, times=1)
    await status.close([Piece(text="done")], buttons=((("PDF", "file:7"),),))
    shown = await anna.wait(bot.username, lambda m: m.text == "done")
    assert not shown.buttons


@pytest.mark.parametrize("older", [False, True])
async def test_a_photo_stands_above_the_text_from_an_older_bot_api_server_too(
    chat: Chat, tmp_path: Path, *, older: bool
) -> None:
    telegram, anna, bot, status = chat
    if older:
        told = "Bad Request: message can't be edited"
        await telegram.client.fault(method="editMessageMedia", code=400, description=told, times=None)
    (tmp_path / "7.png").write_bytes(draw([1] * 24, [1] * 7, language="en"))
    photo = Attachment(path=str(tmp_path / "7.png"), name="activity.png", photo=True)
    await status.open()
    for _ in range(1 if older else 2):  # the second time as the process after this one may
        await status.close([Piece(text="above"), Piece(text="below")], attachments=[photo])
    *_, above, below = [m for m in await anna.messages(bot.username) if m.from_bot]
    assert (above.text, bool(above.photo), below.text) == ("above", True, "below")
    assert len(await telegram.client.calls(method="sendPhoto")) == older


def test_a_row_has_as_many_buttons_of_sources_as_a_phone_shows() -> None:
    rows = answer_buttons(1, count=8)
    assert [[label for label, _ in row] for row in rows] == [["[1]", "[2]", "[3]", "[4]", "[5]"], ["[6]", "[7]", "[8]"]]

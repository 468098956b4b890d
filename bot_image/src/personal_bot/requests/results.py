"""How a request ends: the messages that the person gets, made from an answer, a document, a refusal or a fault."""

from __future__ import annotations

import errno
import logging
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from personal_bot.knowledge.inbox_folder import REFUSED
from personal_bot.models import Answer, Ingested, Refusal, Turn
from personal_bot.telegram.markup import Piece, bold, cut, join, linked, render, units
from personal_bot.text_keys import TextKey
from personal_bot.texts import knows, say
from personal_bot.texts.places import where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from personal_bot.models import Passage

_MOST_SKIPPED = 10  # files named that could not be read
_SIZES = frozenset({"size", "limit"})
_PER_ROW = 8  # buttons that a row of Telegram's has room for
SOURCE = "source"  # callback data: source:<request id>:<number>

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file on the bot's volume that goes with a message.

    Attributes:
        path: of the file.
        name: under which the person gets it.
        photo: whether it is shown as one.
        kept: whether it stays on the volume when it is delivered.
    """

    path: str
    name: str
    photo: bool = False
    kept: bool = False


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the person gets, and what the dialogue keeps of it.

    Attributes:
        pieces: a message each.
        outcome: for logs and metrics: answered, refused, stopped, timed_out, failed.
        turn: for the dialogue, when this was an answer to a question.
        buttons: under the last message: rows of texts with their callback data.
        attachments: files, each with the piece of its place as its caption.
    """

    pieces: tuple[Piece, ...]
    outcome: str
    turn: Turn | None = None
    buttons: tuple[tuple[tuple[str, str], ...], ...] = ()
    attachments: tuple[Attachment, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values, for the journal."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Result:
        """The result that `to_json` gave."""
        turn = values.get("turn")
        return cls(
            pieces=tuple(Piece(text=piece["text"], entities=tuple(piece["entities"])) for piece in values["pieces"]),
            outcome=values["outcome"],
            turn=Turn(**turn) if turn else None,
            buttons=tuple(tuple((text, data) for text, data in row) for row in values.get("buttons", ())),
            attachments=tuple(Attachment(**one) for one in values.get("attachments", ())),
        )


def sentence(language: str, key: TextKey, *, outcome: str, body: str = "", **values: object) -> Result:
    """One sentence, below what there is of an answer already (Markdown)."""
    whole = join(render(body), Piece(text=say(language, key, **values)))
    return Result(pieces=tuple(cut(whole)), outcome=outcome)


def answered(
    answer: Answer,
    *,
    question: str,
    language: str,
    buttons: tuple[tuple[tuple[str, str], ...], ...] = (),
    chosen: int = 0,
) -> Result:
    """The answer with its numbered sources below it.

    Args:
        answer: what was found.
        question: for the dialogue.
        language: of the person.
        buttons: those that show the passages, when these are kept.
        chosen: how many documents alone were searched; 0: all.
    """
    parts = [render(answer.text)]
    if answer.cut_short:
        parts.append(Piece(text=say(language, "cut_short")))
    elif not answer.sources:
        parts.append(Piece(text=say(language, "no_support")))
    if answer.sources:
        lines = [
            linked(f"[{number}] {source(one, language)}", one.place.link)
            for number, one in enumerate(answer.sources, start=1)
        ]
        parts.append(join(bold(say(language, "sources")), *lines, between="\n"))
    if answer.words_only:
        parts.append(Piece(text=say(language, "words_only")))
    if chosen:
        parts.append(Piece(text=say(language, "scope_note", count=chosen)))
    return Result(
        pieces=tuple(cut(join(*parts))),
        outcome="answered",
        turn=Turn(question=question, answer=answer.text),
        buttons=buttons,
    )


def answer_buttons(
    request_id: int, *, count: int, file: tuple[str, str] | None = None
) -> tuple[tuple[tuple[str, str], ...], ...]:
    """A button for each number of an answer, in rows, and one that gives it as a file; none for one without sources."""
    buttons = [(f"[{number}]", f"{SOURCE}:{request_id}:{number}") for number in range(1, count + 1)]
    rows = [tuple(buttons[start : start + _PER_ROW]) for start in range(0, count, _PER_ROW)]
    return (*rows, (file,)) if rows and file else tuple(rows)


def passage_shown(passage: Passage, *, number: int, language: str) -> Piece:
    """A passage as its source has it, below the source's name."""
    text = passage.text.strip()
    quoted = Piece(text=text, entities=({"type": "expandable_blockquote", "offset": 0, "length": units(text)},))
    link = linked(passage.place.link, passage.place.link)
    return cut(join(join(bold(f"[{number}] {source(passage, language)}"), link, between="\n"), quoted))[0]


def source(passage: Passage, language: str) -> str:
    """A source: the document, and where in it."""
    place = where(passage.place, language) or passage.locator
    return f"{passage.document_name}, {place}" if place else passage.document_name


def ingested(event: Ingested, *, name: str, language: str) -> Result:
    """The document is in."""
    key: TextKey = "already_known" if event.already_known else "ingested"
    said = [say(language, key, name=name, chunks=event.document.chunks)]
    if event.skipped:
        shown = [f"• {file}: {say(language, why)}" for file, why in event.skipped[:_MOST_SKIPPED]]
        said += ["", say(language, "ingested_skipped", count=len(event.skipped)), *shown]
    if len(event.skipped) > _MOST_SKIPPED:
        said.append("…")
    return Result(pieces=tuple(cut(Piece(text="\n".join(said)))), outcome="answered")


def taken_from_inbox(name: str, outcome: Ingested | Refusal, language: str) -> str:
    """What became of a file in the inbox folder."""
    if isinstance(outcome, Ingested):
        return say(language, "inbox_taken", name=name, chunks=outcome.document.chunks)
    why = refused(outcome, language=language).pieces[0].text
    return say(language, "inbox_refused", name=name, folder=f"{REFUSED}/", why=why)


def refused(refusal: Refusal, *, language: str, body: str = "") -> Result:
    """The sentence that a refusal names."""
    if not knows(refusal.key):
        log.error("There is no sentence for the refusal %s", refusal.key)
        return failed(refusal, language=language, body=body)
    values = {name: human_size(value) if name in _SIZES else value for name, value in refusal.values.items()}
    return sentence(language, refusal.key, outcome="refused", body=body, **values)


def failed(error: Exception, *, language: str, body: str = "") -> Result:
    """What nobody foresaw: the person gets a number under which the log tells what it was."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return sentence(language, "disk_full", outcome="refused", body=body)
    number = secrets.token_hex(3)
    log.error("A request failed", exc_info=error, extra={"error_id": number})
    return sentence(language, "unexpected", outcome="failed", body=body, id=number)


def human_size(size: object) -> str:
    """Bytes as people read them."""
    if not isinstance(size, int):
        return str(size)
    for unit, name in ((2**30, "GB"), (2**20, "MB"), (2**10, "KB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} B"

"""How a request ends: the messages that the person gets, made from an answer, a document, a refusal or a fault."""

import errno
import logging
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import PurePath
from typing import Any, Final, Self

from personal_bot.answers.citations import says_nothing_found
from personal_bot.knowledge.inbox_folder import REFUSED
from personal_bot.models import Answer, Document, Ingested, Passage, RefusedError, Turn
from personal_bot.telegram.buttons import Rows, ScopeButton, SourceButton, in_rows
from personal_bot.telegram.markup import Piece, bold, cut, join, linked, render, units
from personal_bot.text_keys import TextKey
from personal_bot.texts import knows, say
from personal_bot.texts.places import where

_MOST_SKIPPED: Final = 10  # files that a message names because the bot could not read them
_SIZES: Final = frozenset({"size", "limit"})  # values of sentences that are bytes
_PER_ROW: Final = 5  # buttons that a row has room for on a phone

_BELOW: Final = " › "  # between a heading and the one below it
_MOST_LOSSES: Final = 10  # lines about what was not taken in
_CAPTION: Final = 1000  # UTF-16 units of Telegram's 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file on the bot's volume that goes with a message.

    Attributes:
        path: of the file.
        name: under which the person gets it.
        photo: whether Telegram shows it as one.
        kept: whether it stays on the volume after it is delivered.
    """

    path: str
    name: str
    photo: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the person gets, and what the dialogue keeps of it.

    Attributes:
        pieces: a message each.
        outcome: for logs and metrics: ``answered``, ``refused``, ``stopped``, ``timed_out`` or ``failed``.
        turn: for the dialogue, when this was an answer to a question.
        buttons: under the last message.
        attachments: files; the first one has the first piece as its caption, and so on.
        documents: ids of the documents that were taken in.
    """

    pieces: tuple[Piece, ...]
    outcome: str
    turn: Turn | None = None
    buttons: Rows = ()
    attachments: tuple[Attachment, ...] = ()
    documents: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values, for the journal."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
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
    """One sentence, below what there is of an answer (`body`, Markdown)."""
    whole = join(render(body), Piece(text=say(language, key, **values)))
    return Result(pieces=tuple(cut(whole)), outcome=outcome)


def answered(
    answer: Answer,
    *,
    question: str,
    language: str,
    buttons: Rows = (),
    chosen: int = 0,
) -> Result:
    """The answer with its numbered sources below it.

    Args:
        answer: what the answerer found.
        question: for the dialogue.
        language: of the person.
        buttons: those that show the passages, when the bot keeps these.
        chosen: how many documents the search was limited to; 0: none.
    """
    parts = [render(answer.text)]

    if answer.cut_short:
        parts.append(Piece(text=say(language, "cut_short")))
    elif not answer.sources and not says_nothing_found(answer.text):
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
        buttons=buttons if answer.sources or not chosen else all_documents(language),
    )


def all_documents(language: str) -> Rows:
    """A button that ends the choice of documents."""
    return ((ScopeButton(change="all").labelled(say(language, "scope_all_again")),),)


def answer_buttons(request_id: int, *, count: int, file: tuple[str, str] | None = None) -> Rows:
    """A button for each of `count` sources, and one that gives the answer as a file; none without sources."""
    numbers = range(1, count + 1)
    rows = in_rows([SourceButton(request_id=request_id, number=one).labelled(f"[{one}]") for one in numbers], _PER_ROW)
    return (*rows, (file,)) if rows and file else rows


def passage_shown(passage: Passage, *, number: int, language: str) -> Piece:
    """A passage word for word, below the name of its source."""
    text = passage.text.strip()
    quoted = Piece(text=text, entities=({"type": "expandable_blockquote", "offset": 0, "length": units(text)},))
    link = linked(passage.place.link, passage.place.link)
    return cut(join(join(bold(f"[{number}] {source(passage, language)}"), link, between="\n"), quoted))[0]


def source(passage: Passage, language: str) -> str:
    """A source: the document, and where in it; a title that only repeats the document's name is left out."""
    place = where(passage.place, language) or passage.locator
    title, _, below = place.partition(_BELOW)
    if passage.place.kind in {"heading", ""} and _letters(title) == _letters(PurePath(passage.document_name).stem):
        place = below
    return f"{passage.document_name}, {place}" if place else passage.document_name


def _letters(title: str) -> str:
    return "".join(filter(str.isalnum, title.casefold()))


def ingested(event: Ingested, *, name: str, language: str) -> Result:
    """The sentence for a document that the bot took in, with what is lost of it and what it could not read inside."""
    lost = losses(event.document, language)
    key: TextKey = "already_known" if event.already_known else "ingested_partly" if lost else "ingested"
    lines = [say(language, key, name=name), *lost]

    if event.skipped:
        shown = [f"• {file}: {say(language, why)}" for file, why in event.skipped[:_MOST_SKIPPED]]
        lines += ["", say(language, "ingested_skipped", count=len(event.skipped)), *shown]
    if len(event.skipped) > _MOST_SKIPPED:
        lines.append("…")

    return Result(pieces=tuple(cut(Piece(text="\n".join(lines)))), outcome="answered")


def below(first: Piece, result: Result) -> Result:
    """The result below something that the person is told before it."""
    whole = join(first, result.pieces[0])
    pieces = cut(whole, limit=_CAPTION)[:1] if result.attachments else cut(whole)
    return replace(result, pieces=(*pieces, *result.pieces[1:]))


def losses(document: Document, language: str) -> list[str]:
    """What of a document was not taken in, a line each below a title; nothing when all of it was."""
    lines = [
        f"• {f'{loss.file}: ' if loss.file else ''}{say(language, loss.kind, count=loss.count, where=loss.where)}"
        for loss in document.losses[:_MOST_LOSSES]
        if knows(loss.kind)
    ]
    more = ["…"] if len(document.losses) > _MOST_LOSSES else []
    return ["", say(language, "lost_title"), *lines, *more] if lines else []


def taken_from_inbox(name: str, outcome: Ingested | RefusedError, language: str) -> str:
    """What became of a file in the inbox folder."""
    if isinstance(outcome, Ingested):
        taken = say(language, "inbox_taken", name=name)
        return "\n".join((taken, *losses(outcome.document, language)))
    why = refused(outcome, language=language).pieces[0].text
    return say(language, "inbox_refused", name=name, folder=f"{REFUSED}/", why=why)


def refused(refusal: RefusedError, *, language: str, body: str = "") -> Result:
    """The sentence that a refusal names."""
    if not knows(refusal.key):
        logger.error("There is no sentence for the refusal %s", refusal.key)
        return failed(refusal, language=language, body=body)

    values = {name: human_size(value) if name in _SIZES else value for name, value in refusal.values.items()}
    result = sentence(language, refusal.key, outcome="refused", body=body, **values)
    return replace(result, buttons=all_documents(language)) if refusal.key == "nothing_found_in_scope" else result


def failed(error: Exception, *, language: str, body: str = "") -> Result:
    """The sentence for a fault: it has a number, under which the log has the error."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return sentence(language, "disk_full", outcome="refused", body=body)

    number = secrets.token_hex(3)
    logger.error("A request failed", exc_info=error, extra={"error_id": number})
    return sentence(language, "unexpected", outcome="failed", body=body, id=number)


def human_size(size: object) -> str:
    """Bytes as people read them."""
    if not isinstance(size, int):
        return str(size)
    for unit, name in ((2**30, "GB"), (2**20, "MB"), (2**10, "KB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} B"

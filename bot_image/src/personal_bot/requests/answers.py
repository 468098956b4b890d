"""How an answer reaches a person: as text, or as a file when they wish so or it would take too many messages."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from personal_bot.answer_files.contents import Paper, file_name
from personal_bot.answer_files.files import MARKDOWN, PDF
from personal_bot.models import Answer, Refusal
from personal_bot.requests.progress import Progress
from personal_bot.requests.results import Attachment, Result, answer_buttons, answered, source
from personal_bot.telegram.markup import Piece, bold, cut, join, render, units
from personal_bot.texts import say

if TYPE_CHECKING:
    from personal_bot.answer_files.files import AnswerFiles
    from personal_bot.requests.status_message import StatusMessage
    from personal_bot.state.preferences import PreferencesStore
    from personal_bot.state.shown_passages import ShownPassages
    from personal_bot.telegram.updates import Press, Sender

FILE = "file"  # callback data: file:<request id>:<kind>
MOST_MESSAGES = 3  # that a text may take
_CAPTION_ROOM = 800  # units of a caption, which has 1024, for the answer's beginning
_TITLE = 200  # units of a question above a file

log = logging.getLogger(__name__)


class Replies:
    """Makes results of answers."""

    def __init__(self, *, preferences: PreferencesStore, shown: ShownPassages, files: AnswerFiles) -> None:
        self._preferences = preferences
        self._shown = shown
        self._files = files

    async def reply(self, answer: Answer, *, question: str, sender: Sender, request_id: int, chosen: int = 0) -> Result:
        """The answer in the form that the person has chosen; its passages are kept under `request_id`.

        `chosen`: how many documents alone were searched; 0: all.
        """
        form = self._preferences.of(sender.user_id).form
        ids = {"user_id": sender.user_id, "chat_id": sender.chat_id}
        kept = self._shown.keep(request_id, answer.sources, question=question, answer=answer.text, **ids)
        button = _button(form or PDF, request_id) if kept else None
        result = answered(
            answer,
            question=question,
            language=sender.language,
            buttons=answer_buttons(request_id, count=len(answer.sources), file=button) if kept else (),
            chosen=chosen,
        )
        if not form and len(result.pieces) <= MOST_MESSAGES:
            return result
        try:
            file, why = await self._file(answer, question, form or PDF, request_id, sender.language)
        except OSError as error:
            log.warning("An answer is not made a file: %s", error.strerror, extra={"user_id": sender.user_id})
            return result
        return Result(
            pieces=(join(_beginning(answer.text, sender.language), why),),
            outcome=result.outcome,
            turn=result.turn,
            buttons=answer_buttons(request_id, count=len(answer.sources)) if kept else (),
            attachments=(file,),
        )

    async def as_file(self, press: Press, request_id: int, status: StatusMessage) -> Result:
        """The answer under whose button somebody pressed, as a file.

        Raises:
            Refusal: it is not kept any more.
            OSError: the volume is full.
        """
        _, answered_by, kind = (*press.data.split(":"), "", "")[:3]
        sender = press.sender
        kept = self._shown.answer(int(answered_by), chat_id=sender.chat_id) if answered_by.isdecimal() else None
        if not kept:
            raise Refusal("source_gone")
        question, text, passages = kept
        status.show(Progress(key="file_making"))
        kind = kind if kind in {PDF, MARKDOWN} else PDF
        answer = Answer(text=text, sources=passages)
        file, why = await self._file(answer, question, kind, request_id, sender.language)
        caption = join(cut(bold(question), limit=_TITLE)[0], why)
        return Result(pieces=(caption,), outcome="answered", attachments=(file,))

    async def _file(
        self, answer: Answer, question: str, kind: str, request_id: int, language: str
    ) -> tuple[Attachment, Piece]:
        """The file, and what is to be said of its kind."""
        paper = Paper(
            title=question.partition("\n\n")[0],  # below it may stand what a picture shows
            note=say(language, "file_note", date=f"{datetime.now(UTC):%Y-%m-%d}"),
            text=answer.text,
            heading=say(language, "sources"),
            sources=tuple((source(one, language), one.place.link) for one in answer.sources),
            language=language,
        )
        path, why = await self._files.make(paper, kind=kind, request_id=request_id)
        said = Piece(text=say(language, why) if why else "")
        return Attachment(path=str(path), name=file_name(paper.title, path.suffix[1:])), said


def _button(kind: str, request_id: int) -> tuple[str, str]:
    return f"📄 {'PDF' if kind == PDF else 'Markdown'}", f"{FILE}:{request_id}:{kind}"


def _beginning(text: str, language: str) -> Piece:
    """The beginning of an answer, all of it when it is short, and that the rest is in the file."""
    whole = render(text)
    if units(whole.text) <= _CAPTION_ROOM:
        return whole
    return join(cut(whole, limit=_CAPTION_ROOM)[0], Piece(text=say(language, "file_whole")))

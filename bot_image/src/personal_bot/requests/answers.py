"""How an answer reaches a person: as text, or as a file when they want one or the text takes too many messages."""

import logging
from datetime import UTC, datetime
from typing import Final

from personal_bot.answer_files.contents import Paper, file_name
from personal_bot.answer_files.files import MARKDOWN, PDF, AnswerFiles
from personal_bot.models import Answer, RefusedError
from personal_bot.requests.progress import Progress
from personal_bot.requests.results import Attachment, Result, answer_buttons, answered, source
from personal_bot.requests.status_message import StatusMessage
from personal_bot.state.preferences import PreferencesStore
from personal_bot.state.shown_passages import ShownPassages
from personal_bot.telegram.buttons import AnswerFileButton
from personal_bot.telegram.intents import Press, Sender
from personal_bot.telegram.markup import Piece, bold, cut, join, render, units
from personal_bot.texts import say

MOST_MESSAGES: Final = 3
"""Messages that the text of an answer may take."""

_CAPTION_ROOM: Final = 800  # UTF-16 units of a caption, which has 1024, for the answer's beginning
_TITLE: Final = 200  # UTF-16 units of a question above a file

logger = logging.getLogger(__name__)


class AnswerResults:
    """Makes results of answers."""

    def __init__(self, *, preferences: PreferencesStore, shown: ShownPassages, files: AnswerFiles) -> None:
        self._preferences = preferences
        self._shown = shown
        self._files = files

    async def result(
        self, answer: Answer, *, question: str, sender: Sender, request_id: int, chosen: int = 0
    ) -> Result:
        """The answer in the form that the person has chosen; the bot keeps its passages under `request_id`.

        `chosen`: how many documents the search was limited to; 0: none.
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
            logger.warning("An answer is not made a file: %s", error.strerror, extra={"user_id": sender.user_id})
            return result

        return Result(
            pieces=(join(_beginning(answer.text, sender.language), why),),
            outcome=result.outcome,
            turn=result.turn,
            buttons=answer_buttons(request_id, count=len(answer.sources)) if kept else (),
            attachments=(file,),
        )

    async def as_file(self, press: Press[AnswerFileButton], request_id: int, status: StatusMessage) -> Result:
        """The answer above the button, as a file.

        Raises:
            RefusedError: the bot does not keep it any more.
            OSError: the volume is full.
        """
        sender, button = press.sender, press.button
        kept = self._shown.answer(button.request_id, chat_id=sender.chat_id)
        if not kept:
            raise RefusedError("source_gone")

        question, text, passages = kept
        status.show(Progress(key="file_making"))
        kind = button.kind if button.kind in {PDF, MARKDOWN} else PDF
        answer = Answer(text=text, sources=passages)
        file, why = await self._file(answer, question, kind, request_id, sender.language)
        caption = join(cut(bold(question), limit=_TITLE)[0], why)
        return Result(pieces=(caption,), outcome="answered", attachments=(file,))

    async def _file(
        self, answer: Answer, question: str, kind: str, request_id: int, language: str
    ) -> tuple[Attachment, Piece]:
        """The file, and a note on its kind, which may be empty."""
        paper = Paper(
            title=question.partition("\n\n")[0],  # below it may stand what a picture shows
            note=say(language, "file_note", date=f"{datetime.now(UTC):%Y-%m-%d}"),
            text=answer.text,
            heading=say(language, "sources"),
            sources=tuple((source(one, language), one.place.link) for one in answer.sources),
            language=language,
        )
        path, why = await self._files.make(paper, kind=kind, request_id=request_id)

        note = Piece(text=say(language, why) if why else "")
        return Attachment(path=str(path), name=file_name(paper.title, path.suffix[1:])), note


def _button(kind: str, request_id: int) -> tuple[str, str]:
    button = AnswerFileButton(request_id=request_id, kind=kind)
    return button.labelled(f"📄 {'PDF' if kind == PDF else 'Markdown'}")


def _beginning(text: str, language: str) -> Piece:
    """The answer when it is short, else its beginning, and a note that the rest is in the file."""
    whole = render(text)
    if units(whole.text) <= _CAPTION_ROOM:
        return whole
    return join(cut(whole, limit=_CAPTION_ROOM)[0], Piece(text=say(language, "file_whole")))

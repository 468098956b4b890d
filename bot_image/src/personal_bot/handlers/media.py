"""What people speak or show instead of writing: the LLM service turns it into words, and the bot answers these.

The person sees what the bot understood, above the answer. When the service cannot hear or see, the bot says so.
"""

import asyncio
import base64
import contextlib
import functools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from personal_bot.llm.client import LLM
from personal_bot.llm.events import Finished, Heard
from personal_bot.llm.protocol import Message
from personal_bot.models import RefusedError, Turn, Waiting
from personal_bot.requests import progress
from personal_bot.requests.costs import Kind
from personal_bot.requests.progress import Progress
from personal_bot.requests.results import Result, below
from personal_bot.requests.runner import Answering, Job
from personal_bot.requests.status_message import StatusMessage
from personal_bot.state.preferences import PreferencesStore
from personal_bot.telegram.client import Connection
from personal_bot.telegram.files import download
from personal_bot.telegram.intents import Picture, Recording, TextQuestion
from personal_bot.telegram.markup import Piece, cut, render, shortened
from personal_bot.texts import say

_LONGEST_SHOWN: Final = 500  # characters of what the bot understood that stand above an answer
_LARGEST_PICTURE: Final = 5 << 20  # bytes: what services take, and what the pod's memory holds five times over
_NOT_IN_DOCUMENTS: Final = frozenset({"no_documents", "nothing_found", "nothing_found_in_scope"})
_CANNOT_SEE: Final = frozenset({"llm_rejected", "llm_model_missing"})
_LANGUAGES: Final = {"en": "English", "ru": "Russian"}
_DESCRIBE: Final = """\
Describe what the picture shows, as exactly as it takes to answer questions about it. Repeat all text in it word for \
word, tables as tables. Write in {language}; no introduction."""


class Media:
    """Hears and sees by the LLM service."""

    def __init__(
        self,
        *,
        connection: Connection,
        llm: LLM,
        preferences: PreferencesStore,
        answering: Answering,
        folder: Path,
    ) -> None:
        """`folder` on the bot's volume is for files on their way to the service."""
        self._connection = connection
        self._llm = llm
        self._preferences = preferences
        self._answering = answering
        self._folder = folder

    async def recording(self, recording: Recording, request_id: int) -> Job:
        """Answer what somebody said."""
        work = functools.partial(self._hear, recording, request_id)
        return Job(sender=recording.sender, kind=Kind.QUESTION, work=work)

    async def picture(self, picture: Picture, request_id: int) -> Job:
        """Answer a question about a picture from the documents, or from it alone; without one, say what it shows."""
        work = functools.partial(self._see, picture, request_id)
        return Job(sender=picture.sender, kind=Kind.QUESTION, work=work)

    async def _hear(self, recording: Recording, request_id: int, status: StatusMessage) -> Result:
        status.show(Progress(key="voice_hearing"))
        text = await self._heard(recording, request_id, status)
        if not text:
            raise RefusedError("voice_silent")

        whole = f"{recording.text}\n\n{text}" if recording.text else text
        question = TextQuestion(sender=recording.sender, text=whole)
        understood = say(recording.sender.language, "voice_heard", text=shortened(text, _LONGEST_SHOWN))
        return await self._answer_below(understood, question, request_id, status)

    async def _heard(self, recording: Recording, request_id: int, status: StatusMessage) -> str:
        text = ""
        async with (
            self._downloaded(recording, request_id) as path,
            contextlib.aclosing(self._llm.transcribe(path, name=recording.name)) as events,
        ):
            async for event in events:
                match event:
                    case Heard():
                        text = event.text.strip()
                    case Waiting():
                        status.show(progress.waiting(event))
        return text

    async def _see(self, picture: Picture, request_id: int, status: StatusMessage) -> Result:
        language = picture.sender.language
        if (picture.size or 0) > _LARGEST_PICTURE:
            raise RefusedError("picture_too_large", name=picture.name, size=picture.size, limit=_LARGEST_PICTURE)

        status.show(Progress(key="picture_looking"))
        async with self._downloaded(picture, request_id) as path:
            data = base64.b64encode(await asyncio.to_thread(path.read_bytes)).decode()
        seen = await self._described(data, picture, status)
        alone = Result(
            pieces=tuple(cut(render(seen))),
            outcome="answered",
            turn=Turn(question=picture.text or say(language, "picture_sent"), answer=seen),
        )
        if not picture.text:
            return alone

        shows = say(language, "picture_shows", text=seen)
        question = TextQuestion(sender=picture.sender, text=f"{picture.text}\n\n{shows}")
        understood = say(language, "picture_seen", text=shortened(seen, _LONGEST_SHOWN))
        try:
            return await self._answer_below(understood, question, request_id, status)
        except RefusedError as refusal:
            if refusal.key not in _NOT_IN_DOCUMENTS:
                raise
            return alone

    async def _described(self, data: str, picture: Picture, status: StatusMessage) -> str:
        """What the picture (base64) shows, in the model's words."""
        instructions = _DESCRIBE.format(language=_LANGUAGES.get(picture.sender.language, "English"))
        parts: list[dict[str, Any]] = [
            {"type": "text", "text": picture.text or "What does it show?"},
            {"type": "image_url", "image_url": {"url": f"data:{picture.mime_type};base64,{data}"}},
        ]
        request: list[Message] = [{"role": "system", "content": instructions}, {"role": "user", "content": parts}]
        model = self._preferences.of(picture.sender.user_id).model

        try:
            async with contextlib.aclosing(self._llm.chat(request, model=model)) as events:
                async for event in events:
                    match event:
                        case Finished() if event.text.strip():
                            return event.text.strip()
                        case Waiting():
                            status.show(progress.waiting(event))
        except RefusedError as refusal:
            raise RefusedError("pictures_unseen") if refusal.key in _CANNOT_SEE else refusal from refusal
        raise RefusedError("pictures_unseen")

    @contextlib.asynccontextmanager
    async def _downloaded(self, media: Recording | Picture, request_id: int) -> AsyncIterator[Path]:
        """The file, as long as the block runs.

        Raises:
            RefusedError: Telegram does not give it.
        """
        path = self._folder / f"{request_id}-sense"
        chat_id = media.sender.chat_id
        try:
            await download(self._connection, file_id=media.file_id, chat_id=chat_id, name=media.name, into=path)
            yield path
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _answer_below(
        self, understood: str, question: TextQuestion, request_id: int, status: StatusMessage
    ) -> Result:
        """The answer, below what the bot understood."""
        return below(Piece(text=understood), await self._answering(question, request_id)(status))

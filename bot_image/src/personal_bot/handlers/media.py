"""What is spoken or shown instead of written: the LLM service turns it into words, and these are answered.

The person sees what was understood, above the answer. A service that cannot do it is no fault of the bot's: it says so.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
from aiogram.exceptions import TelegramAPIError
from aiogram.methods import GetFile

from personal_bot.llm.events import Finished, Heard
from personal_bot.models import Refusal, Turn, Waiting
from personal_bot.requests import progress
from personal_bot.requests.progress import Progress
from personal_bot.requests.results import Result
from personal_bot.telegram.markup import Piece, cut, join, render
from personal_bot.telegram.updates import Ask
from personal_bot.texts import say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from personal_bot.llm.client import LLM
    from personal_bot.llm.protocol import Message
    from personal_bot.requests.status_message import StatusMessage
    from personal_bot.state.preferences import PreferencesStore
    from personal_bot.telegram.client import Connection
    from personal_bot.telegram.updates import Picture, Recording

    Answering = Callable[[Ask, int], Callable[[StatusMessage], Awaitable[Result]] | None]

_LONGEST_SHOWN = 500  # characters of what was understood that stand above an answer
_CAPTION = 1000  # units of Telegram's 1024
_NOT_IN_DOCUMENTS = frozenset({"no_documents", "nothing_found", "nothing_found_in_scope"})
_LARGEST_PICTURE = 5 << 20  # bytes: what services take, and what the pod's memory holds five times over
_CANNOT_SEE = frozenset({"llm_rejected", "llm_model_missing"})
_LOOK = """\
Describe what the picture shows, as exactly as it takes to answer questions about it. Repeat all text in it word for \
word, tables as tables. Write in {language}; no introduction."""
_LANGUAGES = {"en": "English", "ru": "Russian"}


class Senses:
    """Hears and sees by the LLM service."""

    def __init__(self, *, connection: Connection, llm: LLM, preferences: PreferencesStore, folder: Path) -> None:
        """`folder` on the bot's volume is for files on their way to the service."""
        self._connection = connection
        self._llm = llm
        self._preferences = preferences
        self._folder = folder

    async def hear(self, recording: Recording, request_id: int, answering: Answering, status: StatusMessage) -> Result:
        """Answer what was spoken.

        Raises:
            Refusal: it cannot be heard, or there is no answer.
        """
        language, text = recording.sender.language, ""
        status.show(Progress(key="voice_hearing"))
        async with (
            self._fetched(recording, request_id, recording.name) as path,
            contextlib.aclosing(self._llm.transcribe(path, name=recording.name)) as events,
        ):
            async for event in events:
                if isinstance(event, Heard):
                    text = event.text.strip()
                else:
                    status.show(progress.waiting(event))
        if not text:
            raise Refusal("voice_silent")
        ask = Ask(sender=recording.sender, text=text)
        return await _above(ask, request_id, answering, status, say(language, "voice_heard", text=_shown(text)))

    async def see(self, picture: Picture, request_id: int, answering: Answering, status: StatusMessage) -> Result:
        """Answer a question about a picture from the documents, or from it alone; without one, say what it shows.

        Raises:
            Refusal: it cannot be seen, or there is no answer.
        """
        language = picture.sender.language
        if (picture.size or 0) > _LARGEST_PICTURE:
            raise Refusal("picture_too_large", name=picture.name, size=picture.size, limit=_LARGEST_PICTURE)
        status.show(Progress(key="picture_looking"))
        async with self._fetched(picture, request_id, picture.name) as path:
            data = base64.b64encode(await asyncio.to_thread(path.read_bytes)).decode()
        seen = await self._look(data, picture, status)
        shown = Result(
            pieces=tuple(cut(render(seen))),
            outcome="answered",
            turn=Turn(question=picture.text or say(language, "picture_sent"), answer=seen),
        )
        if not picture.text:
            return shown
        ask = Ask(sender=picture.sender, text=f"{picture.text}\n\n{say(language, 'picture_shows', text=seen)}")
        try:
            return await _above(ask, request_id, answering, status, say(language, "picture_seen", text=_shown(seen)))
        except Refusal as refusal:
            if refusal.key not in _NOT_IN_DOCUMENTS:
                raise
            return shown

    async def _look(self, data: str, picture: Picture, status: StatusMessage) -> str:
        instructions = _LOOK.format(language=_LANGUAGES.get(picture.sender.language, "English"))
        parts: list[dict[str, Any]] = [
            {"type": "text", "text": picture.text or "What does it show?"},
            {"type": "image_url", "image_url": {"url": f"data:{picture.mime_type};base64,{data}"}},
        ]
        request: list[Message] = [{"role": "system", "content": instructions}, {"role": "user", "content": parts}]
        model = self._preferences.of(picture.sender.user_id).model
        try:
            async with contextlib.aclosing(self._llm.chat(request, model=model)) as events:
                async for event in events:
                    if isinstance(event, Finished) and event.text.strip():
                        return event.text.strip()
                    if isinstance(event, Waiting):
                        status.show(progress.waiting(event))
        except Refusal as refusal:
            raise Refusal("pictures_unseen") if refusal.key in _CANNOT_SEE else refusal from refusal
        raise Refusal("pictures_unseen")

    @contextlib.asynccontextmanager
    async def _fetched(self, what: Recording | Picture, request_id: int, name: str) -> AsyncIterator[Path]:
        """The file, as long as the block runs.

        Raises:
            Refusal: Telegram does not give it.
        """
        path = self._folder / f"{request_id}-sense"
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        try:
            found = await self._connection.deliver(GetFile(file_id=what.file_id), chat_id=what.sender.chat_id)
            await self._connection.download(found.file_path or "", into=str(path))
            yield path
        except TelegramAPIError as error:
            raise Refusal("file_not_loaded", name=name) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refusal("file_not_loaded", name=name) from error
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)


async def _above(ask: Ask, request_id: int, answering: Answering, status: StatusMessage, understood: str) -> Result:
    """The answer below what was understood."""
    work = answering(ask, request_id)
    if work is None:
        raise AssertionError("a question has an answer")
    result = await work(status)
    first = join(Piece(text=understood), result.pieces[0])
    if result.attachments:
        pieces = (cut(first, limit=_CAPTION)[0], *result.pieces[1:])
    else:
        pieces = (*cut(first), *result.pieces[1:])
    return replace(result, pieces=pieces)


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"

"""A folder on the bot's volume: documents that appear in it are taken in, also those too large for Telegram.

The folder alone says what there is to do, so a crash loses nothing: a file lies there until it is in the knowledge, or
is set aside because it cannot be. A file that still grows is left alone, and while the store or the LLM service is away
everything waits. Each file takes its place in the queue of requests; an export of chats is taken in as one.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

from personal_bot.models import IncomingDocument, Ingested, IngestEvent, RefusedError

Ingest = Callable[[IncomingDocument], AsyncGenerator[IngestEvent]]
Snapshot = dict[Path, tuple[int, int]]  # size and time of the last change in ns, by file

REFUSED: Final = "refused"
"""The subfolder of what cannot be taken in."""
_EVERY: Final = 5.0  # seconds between scans
_MAY_PASS: Final = ("store_", "llm_", "budget_", "chats_not_indexed")
"""How the keys of sentences begin that tell of troubles which pass: the file waits."""

logger = logging.getLogger(__name__)


async def _no_chat(_path: Path, _name: str) -> bool:
    return False


class InboxFolder:
    """Takes in what appears in a folder."""

    def __init__(  # noqa: PLR0913 - it brings these together, which is its purpose
        self,
        folder: Path,
        *,
        owner_id: int,
        ingest: Ingest,
        tell: Callable[[str, Ingested | RefusedError], Awaitable[None]],
        take_chat: Callable[[Path, str], Awaitable[bool]] = _no_chat,
        turn: Callable[[], AbstractAsyncContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        """Set it up.

        Args:
            folder: made when needed.
            owner_id: whose documents they become.
            ingest: takes one document in.
            tell: tells the owner what became of a file, by its name.
            take_chat: takes in an export of chats, and tells the owner; gives False for a file that is none.
            turn: waits until a file may be taken in, and holds the place in the queue meanwhile.
        """
        self._folder = folder
        self._owner_id = owner_id
        self._ingest = ingest
        self._take_chat = take_chat
        self._turn = turn
        self._tell = tell
        self._before: Snapshot = {}

    async def run(self, every: float = _EVERY) -> None:
        """Scan every so many seconds, for ever."""
        while True:
            try:
                await self.scan()
            except OSError as error:
                logger.warning("The folder for documents cannot be used: %s", error.strerror)
            await asyncio.sleep(every)

    async def scan(self) -> None:
        """Take in every file that has not changed since the last scan.

        Raises:
            OSError: the volume is full or gone.
        """
        now = await asyncio.to_thread(_files, self._folder)
        settled = [path for path, state in now.items() if self._before.get(path) == state]
        self._before = now

        for path in settled:
            name = path.relative_to(self._folder).as_posix()
            try:
                async with self._turn():
                    done = None if await self._take_chat(path, name) else await self._take_in(path, name)
            except RefusedError as refusal:
                if refusal.key.startswith(_MAY_PASS):
                    logger.info("The folder for documents waits: %s", refusal.key)
                    return

                await asyncio.to_thread(self._set_aside, path)
                await self._tell(name, refusal)
            else:
                await asyncio.to_thread(path.unlink)
                if done:
                    await self._tell(name, done)

    async def _take_in(self, path: Path, name: str) -> Ingested:
        incoming = IncomingDocument(user_id=self._owner_id, name=name, mime_type="", path=path)
        async with contextlib.aclosing(self._ingest(incoming)) as events:
            async for event in events:
                if isinstance(event, Ingested):
                    return event

        raise RuntimeError("the ingest ended without a document")

    def _set_aside(self, path: Path) -> None:
        aside = self._folder / REFUSED / path.relative_to(self._folder)
        aside.parent.mkdir(parents=True, exist_ok=True)
        path.replace(aside)


def _files(folder: Path) -> Snapshot:
    """List the files in the folder and below, without hidden ones, links and those set aside; makes the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    found: Snapshot = {}

    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if parts[0] == REFUSED or any(part.startswith(".") for part in parts) or path.is_symlink():
            continue

        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                state = path.stat()
                found[path] = (state.st_size, state.st_mtime_ns)

    return found

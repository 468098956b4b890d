"""Makes the files of answers and keeps them on the bot's volume until they are delivered."""

import asyncio
import contextlib
import logging
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

from personal_bot.answer_files.contents import Paper, markdown
from personal_bot.models import RefusedError
from personal_bot.sandbox.running import Limits, run_limited
from personal_bot.text_keys import TextKey

PDF: Final = "pdf"
MARKDOWN: Final = "md"
_KEPT: Final = 86_400  # seconds after which a file that a killed process left behind is removed

logger = logging.getLogger(__name__)


class AnswerFiles:
    """One file a request; it is whole and on the disk before its path is given."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        """Take the folder, which is made when needed, and the limits of the process that sets a PDF."""
        self._folder = folder
        self._limits = limits
        self._setting = asyncio.Lock()  # one at a time: each takes 40 MiB

    async def make(self, paper: Paper, *, kind: str, request_id: int) -> tuple[Path, TextKey | None]:
        """Make a file of this kind; a PDF that cannot be set becomes Markdown.

        Returns:
            The file, and the key of the sentence that says why it is Markdown instead, else None.

        Raises:
            OSError: the volume is full.
        """
        await asyncio.to_thread(self._tidy)
        why: TextKey | None = None

        if kind == PDF:
            path = self._folder / f"{request_id}.{PDF}"
            try:
                async with self._setting:
                    await self._set(paper, path)
            except RefusedError as refusal:
                logger.warning("An answer cannot be set as a PDF: %s", refusal.key)
                why = "pdf_letters_missing" if refusal.key == "pdf_letters_missing" else "pdf_failed"
            else:
                return path, None

        return await self._kept(f"{request_id}.{MARKDOWN}", markdown(paper).encode()), why

    async def keep(self, data: bytes, *, ending: str, request_id: int) -> Path:
        """Keep a file that is made already.

        Raises:
            OSError: the volume is full.
        """
        await asyncio.to_thread(self._tidy)
        return await self._kept(f"{request_id}.{ending}", data)

    async def _kept(self, name: str, data: bytes) -> Path:
        path = self._folder / name
        await asyncio.to_thread(_keep, path, data)
        return path

    async def _set(self, paper: Paper, path: Path) -> None:
        half = path.with_suffix(".new")
        try:
            request = {"paper": asdict(paper), "into": str(half)}
            async with contextlib.aclosing(run_limited("personal_bot.answer_files", request, self._limits)) as news:
                async for one in news:
                    logger.info("An answer is set as a PDF", extra={"pages": one["pages"]})

            await asyncio.to_thread(_keep, path, None)
        finally:
            half.unlink(missing_ok=True)

    def _tidy(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        oldest = time.time() - _KEPT

        for file in self._folder.iterdir():
            if file.stat().st_mtime < oldest:
                file.unlink(missing_ok=True)


def _keep(path: Path, data: bytes | None) -> None:
    """Put what is in the ".new" file, or `data`, in place, on the disk."""
    half = path.with_suffix(".new")
    with half.open("ab" if data is None else "wb") as file:
        file.write(data or b"")
        file.flush()
        os.fsync(file.fileno())

    half.replace(path)

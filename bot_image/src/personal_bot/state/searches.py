"""The newest searches of chat archives, kept on the volume: for who turns a page or chooses an author later."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from personal_bot.state import json_files

if TYPE_CHECKING:
    from pathlib import Path

_SEARCHES = 500  # about 200 bytes each

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class KeptSearch:
    """What was looked for; keys and times are those of `archives.queries.Scope`.

    Attributes:
        user: who searches.
        chat: where, so that nobody sees it elsewhere.
        words: all of them have to be there.
        said: as it was asked for, with the author.
    """

    user: int
    chat: int
    words: str
    said: str
    chats: tuple[int, ...]
    authors: tuple[int, ...]
    since: int | None
    until: int | None


class KeptSearches:
    """The newest searches, by the request that each was."""

    def __init__(self, directory: Path, *, most: int = _SEARCHES) -> None:
        """Keep `most` of them in `directory`, which is made when needed."""
        self._directory = directory
        self._most = most

    def keep(self, request_id: int, search: KeptSearch) -> bool:
        """Keep a search, and let go of the oldest; returns whether the disk took it."""
        try:
            json_files.write(self._file(request_id), asdict(search))
            files = sorted(self._directory.glob("*.json"), key=lambda file: file.stat().st_mtime)
        except OSError as error:
            log.warning("A search cannot be kept: %s", error.strerror, extra={"user_id": search.user})
            return False
        for file in files[: -self._most]:
            file.unlink(missing_ok=True)
        return True

    def of(self, request_id: int, *, chat_id: int) -> KeptSearch | None:
        """Give a search; None when it was not in this chat, or is kept no more."""
        document = json_files.read(self._file(request_id))
        with contextlib.suppress(TypeError, KeyError):
            search = KeptSearch(**document | {"chats": tuple(document["chats"]), "authors": tuple(document["authors"])})
            return search if search.chat == chat_id else None
        return None

    def forget(self, user_id: int) -> None:
        """Let go of a person's searches."""
        for file in self._directory.glob("*.json"):
            if (json_files.read(file) or {}).get("user") == user_id:
                file.unlink(missing_ok=True)

    def _file(self, request_id: int) -> Path:
        return self._directory / f"{request_id}.json"

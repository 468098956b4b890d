"""The newest searches of chat archives, on the volume, so that a person can turn a page or choose an author later."""

import contextlib
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from personal_bot.state import json_files

_SEARCHES: Final = 500  # about 200 bytes each

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSearch:
    """What somebody searched for; keys and times are those of `archives.queries.Scope`.

    Attributes:
        user: who searches.
        chat: where, so that nobody sees it elsewhere.
        words: each of them has to be in a message.
        said: the search as the person wrote it, with the author.
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
        """Keep a search, and drop the oldest; returns whether the disk took it."""
        try:
            json_files.write(self._file(request_id), asdict(search))
            files = sorted(self._directory.glob("*.json"), key=lambda file: file.stat().st_mtime)
        except OSError as error:
            logger.warning("A search cannot be kept: %s", error.strerror, extra={"user_id": search.user})
            return False
        for file in files[: -self._most]:
            file.unlink(missing_ok=True)
        return True

    def of(self, request_id: int, *, chat_id: int) -> KeptSearch | None:
        """The search; None when it was in another chat, or the bot does not keep it any more."""
        document = json_files.read(self._file(request_id))
        with contextlib.suppress(TypeError, KeyError):
            search = KeptSearch(**document | {"chats": tuple(document["chats"]), "authors": tuple(document["authors"])})
            return search if search.chat == chat_id else None
        return None

    def forget_person(self, user_id: int) -> None:
        """Forget a person's searches."""
        for file in self._directory.glob("*.json"):
            if (json_files.read(file) or {}).get("user") == user_id:
                file.unlink(missing_ok=True)

    def _file(self, request_id: int) -> Path:
        return self._directory / f"{request_id}.json"

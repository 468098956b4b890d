"""What the owner lets others read: which chats are open to them, and which documents are private. One small file."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from personal_bot.state import json_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the owner decided.

    Attributes:
        chats: ids of the documents of chats that others may read; all other chats are private.
        private: ids of documents that are private.
        private_names: names of those, so that a newer version of one stays private.
        known: the file could be read; if not, nobody knows what was private, and everything counts as that.
    """

    chats: frozenset[str] = frozenset()
    private: frozenset[str] = frozenset()
    private_names: frozenset[str] = frozenset()
    known: bool = True

    def may_read(self, identity: str, name: str, *, chat: bool) -> bool:
        """Whether people other than the owner may read a document, which is a `chat` or not."""
        return not self.hides(identity, name) and (not chat or identity in self.chats)

    def hides(self, identity: str, name: str) -> bool:
        """Whether the owner made it private, rather than nobody having opened it."""
        return not self.known or identity in self.private or name in self.private_names


class SharingStore:
    """Keeps what the owner decided."""

    def __init__(self, file: Path) -> None:
        """Keep it in `file`."""
        self._file = file

    def now(self) -> Shared:
        """What holds now."""
        document = json_files.read(self._file)
        if document is None:
            return Shared(known=not self._file.exists())
        try:
            lists = [document[key] for key in ("chats", "private", "private_names")]
        except (TypeError, KeyError):
            return Shared(known=False)
        if not all(isinstance(one, list) for one in lists):
            return Shared(known=False)
        chats, private, names = (frozenset(map(str, one)) for one in lists)
        return Shared(chats=chats, private=private, private_names=names)

    def keep(self, *, chats: Collection[str], private: Collection[str], private_names: Collection[str]) -> None:
        """Keep a decision.

        Raises:
            OSError: the volume is full.
        """
        kept = {"chats": chats, "private": private, "private_names": private_names}
        json_files.write(self._file, {key: sorted(one) for key, one in kept.items()})

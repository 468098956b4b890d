"""Room on the bot's volume for the embedded store, which writes through mapped files.

On a volume that is full the kernel would kill the bot when such a file is written to (SIGBUS). So chunks leave some
bytes free; the engine opens an index by writing all over it, so the holes in the index's files are filled while there
is room, with a little set aside for what opening writes besides; and a store whose holes could not be filled is not
opened.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from personal_bot.knowledge.stores.store import StoreError

LEAST_FREE: Final = 96 << 20
"""Bytes that chunks leave free: the engine's log and a mapped file grow by 32 MiB at a time."""
_RESERVE: Final = 1 << 20  # bytes kept for opening the store, and for deleting from it, when nothing else is left
_BLOCK: Final = 512  # bytes: the unit of `st_blocks`


class VolumeSpace:
    """The room for the store in one folder."""

    def __init__(self, folder: Path, *, least_free: int) -> None:
        """Take the store's folder, and how many bytes of its volume chunks leave free."""
        self._folder = folder
        self._least_free = least_free
        self._reserve = folder.with_name(f"{folder.name}.reserve")

    def has_room(self) -> bool:
        """Whether chunks may be added."""
        there = next(folder for folder in (self._folder, *self._folder.parents) if folder.exists())
        return shutil.disk_usage(there).free >= self._least_free

    def room_for_second(self, more: int) -> bool:
        """Whether a store that is larger by `more` bytes has room beside this one."""
        own = sum(path.stat().st_blocks * _BLOCK for path in self._folder.rglob("*") if path.is_file())
        return shutil.disk_usage(self._folder).free >= own + more + self._least_free

    def require_room_to_open(self) -> None:
        """Make sure that opening the store does not run into a full volume.

        Raises:
            StoreError: it would.
        """
        if shutil.disk_usage(self._folder).free < sum(self._holes().values()):
            raise StoreError("StoreFull", "the bot's volume is full: its store cannot even be opened")

    def fill_holes(self) -> None:
        """Let the files of the index have all of their blocks while there is room, and set the reserve aside."""
        for path, size in self._holes().items():
            _allocate(path, size)
        _allocate(self._reserve, _RESERVE)

    @contextlib.contextmanager
    def reserve_used(self) -> Iterator[None]:
        """Use what is set aside within the block."""
        self._reserve.unlink(missing_ok=True)
        try:
            yield
        finally:
            _allocate(self._reserve, _RESERVE)

    def give_back(self) -> None:
        """Give back what is set aside."""
        self._reserve.unlink(missing_ok=True)

    def _holes(self) -> dict[Path, int]:
        """Find the files of the index that have holes, with the bytes that are missing at most."""
        found = {}
        for path in self._folder.glob("segments/*/payload_index/**/*"):
            with contextlib.suppress(FileNotFoundError):
                state = path.stat()
                if path.is_file() and state.st_blocks * _BLOCK < state.st_size:
                    found[path] = state.st_size
        return found


def _allocate(path: Path, size: int) -> None:
    """Let a file have all of its blocks; one that cannot, since the volume is full, has as many as there are."""
    with contextlib.suppress(OSError), path.open("ab") as file:
        os.posix_fallocate(file.fileno(), 0, size)

"""The files of an export, in the order in which they are read: JSON, pages of HTML, or a zip of either."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import ijson  # type: ignore[import-untyped] # has no types

from personal_bot.archives.reading.json_export import read_json
from personal_bot.archives.reading.messages import Chat, Lost, Message
from personal_bot.knowledge.extract.plain.json_stream import SupportsRead
from personal_bot.sandbox.errors import CannotReadError

_HEAD: Final = 4096  # bytes
_MARKS: Final = b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"  # what may stand before the first letter
_LARGEST_PAGE: Final = 32 << 20  # bytes of a page of HTML, which is read as a whole; Telegram writes about 1 MB
_MOST_UNPACKED: Final = 4 << 30  # bytes of messages in a zip

Parts = Iterator[Chat | Message | Lost]


def parts(source: Path, progress: Callable[[int, int], None], *, thorough: bool) -> Parts:
    """Give the chats of an export, each followed by its messages; nothing when it is no export.

    Args:
        source: of the export.
        progress: gets bytes done and in all.
        thorough: see `read_json`.

    Raises:
        CannotReadError: it is too large unpacked.
        ijson.JSONError: it is no JSON, or ends early.
    """
    with source.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        yield from _packed(source, progress, thorough=thorough)
    elif head.lstrip(_MARKS).startswith(b"{"):
        with source.open("rb") as file:
            yield from read_json(_Counted(file, source.stat().st_size, progress), thorough=thorough)
    elif b"<html" in head.lower() and source.stat().st_size <= _LARGEST_PAGE:
        from personal_bot.archives.reading.html_export import Pages  # noqa: PLC0415 - lxml is for HTML alone

        yield from Pages().read(source.read_bytes(), folder="")


def _packed(source: Path, progress: Callable[[int, int], None], *, thorough: bool) -> Parts:
    with zipfile.ZipFile(source) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        exports = [member for member in members if _path(member.filename).suffix.lower() == ".json"]
        pages = [member for member in members if _page(member.filename) and member.file_size <= _LARGEST_PAGE]
        if max(_size(exports), _size(pages)) > _MOST_UNPACKED:
            raise CannotReadError("document_unpacks_too_large")

        found = False
        for part in _packed_json(archive, exports, progress, thorough=thorough):
            found = True
            yield part
        if not found:
            yield from _packed_pages(archive, pages, progress)


def _packed_json(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], progress: Callable[[int, int], None], *, thorough: bool
) -> Parts:
    """The exports among files of JSON; one that is none, or broken before its first chat, does not lose the others."""
    total, done = _size(members), 0
    for member in members:
        found = False
        try:
            with archive.open(member) as file:
                for part in read_json(_Counted(file, total, progress, done), thorough=thorough):
                    found = True
                    yield part
        except ijson.JSONError:
            if found:
                raise
        done += member.file_size


def _packed_pages(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], progress: Callable[[int, int], None]
) -> Parts:
    from personal_bot.archives.reading.html_export import Pages  # noqa: PLC0415 - lxml is for HTML alone

    reader, total, done = Pages(), _size(members), 0
    for member in sorted(members, key=lambda one: _page(one.filename) or ("", 0)):
        yield from reader.read(archive.read(member), folder=str(_path(member.filename).parent))
        done += member.file_size
        progress(done, total)


def _size(members: list[zipfile.ZipInfo]) -> int:
    return sum(member.file_size for member in members)


def _path(name: str) -> PurePosixPath:
    return PurePosixPath(name.replace("\\", "/"))  # as some programs of Windows write them


def _page(name: str) -> tuple[str, int] | None:
    """Where a page of an export stands: its folder and number; None when it is none."""
    path = _path(name)
    number = path.stem.removeprefix("messages")
    if path.suffix != ".html" or not path.stem.startswith("messages") or not (number.isdecimal() or not number):
        return None
    return str(path.parent), int(number or 1)


class _Counted:
    """A file that reports how far it is read."""

    def __init__(self, file: SupportsRead, total: int, progress: Callable[[int, int], None], before: int = 0) -> None:
        self._file, self._total, self._progress, self._done = file, total, progress, before

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._done += len(data)
        self._progress(self._done, self._total)
        return data

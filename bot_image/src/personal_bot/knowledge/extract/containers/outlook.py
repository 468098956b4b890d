"""MSG, a message of Outlook ([MS-OXMSG]): who, when and about what, the text, and what is attached."""

import functools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import olefile  # type: ignore[import-untyped] # has no types

from personal_bot.knowledge.extract.containers.nested import File, segments_inside
from personal_bot.knowledge.extract.pages.html_page import blocks, named_charset
from personal_bot.knowledge.extract.plain.plain_text import charset_of
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

Storage = tuple[str, ...]  # path of a message or an attachment in the file

_PROPERTIES: Final = "__properties_version1.0"
_HEADER: Final = {"": 32, "__substg1.0_3701000D": 24}  # bytes before the properties: of the message, of one inside
_HEADERS: Final = (("Subject", 0x0037), ("From", 0x0C1A), ("To", 0x0E04), ("Cc", 0x0E03))
_ADDRESS, _ADDRESS_TYPE, _SMTP = 0x0C1F, 0x0C1E, 0x5D01
_BODY, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_SENT, _DELIVERED = 0x0039, 0x0E06
_LONG_NAME, _NAME, _DISPLAY_NAME, _DATA, _INSIDE = 0x3707, 0x3704, 0x3001, 0x3701, "__substg1.0_3701000D"
_CODEPAGES: Final = (0x3FDE, 0x3FFD)  # of the text, of the message
_UTF16, _BYTES, _BINARY = "001F", "001E", "0102"
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)  # of times in Windows, counted in 100 ns
_LONGEST_NAME: Final = 80  # characters
_DEEPEST: Final = 5  # messages in messages


def read_msg(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the message, then what is attached that can be read, each as a file of its own.

    Raises:
        CannotReadError: it is broken.
    """
    try:
        file = olefile.OleFileIO(path)
    except OSError as error:
        raise CannotReadError("document_corrupt") from error
    with file:
        yield from _segments(_Message(file, ()), reading)


def _segments(message: "_Message", reading: Reading) -> Iterator[Segment]:
    yield Segment(message.text())
    reading.lose("lost_parts", message.has_only_rich_text, ["RTF"])
    yield from segments_inside(list(message.files()), reading)
    for name, inner in message.messages():
        for segment in _segments(inner, reading.inside(name)):
            yield Segment(segment.text, segment.kind, segment.value, f"{name}/{segment.file}" if segment.file else name)


class _Message:
    def __init__(self, file: Any, storage: Storage) -> None:  # noqa: ANN401 - olefile has no types
        self._file = file
        self._storage = storage
        self._codepage = next(filter(None, map(self._number, _CODEPAGES)), 0)

    def text(self) -> str:
        """Who, when and about what, and the text."""
        lines = [f"{name}: {text}" for name, number in _HEADERS if (text := self._header(number))]
        moment = self._moment(_SENT) or self._moment(_DELIVERED)
        if moment:
            lines.append(f"Date: {moment:%Y-%m-%d %H:%M} UTC")
        return "\n".join((*lines, "", self._body())).strip()

    @property
    def has_only_rich_text(self) -> bool:
        """Whether the text is there only in a form that is not read here (compressed RTF, [MS-OXRTFCP])."""
        return not self._body() and bool(self._stream(self._storage, _RTF, _BINARY))

    def files(self) -> Iterator[File]:
        """Give the attached files."""
        for storage in self._attachments():
            if self._file.exists([*storage, f"__substg1.0_{_DATA:04X}{_BINARY}"]):
                yield self._name(storage), functools.partial(self._unpack, storage)

    def messages(self) -> Iterator[tuple[str, "_Message"]]:
        """Give the attached messages with their names."""
        for storage in self._attachments():
            if len(storage) // 2 < _DEEPEST and self._file.exists([*storage, _INSIDE, _PROPERTIES]):
                yield f"{self._name(storage)}.msg", _Message(self._file, (*storage, _INSIDE))

    def _attachments(self) -> list[Storage]:
        depth = len(self._storage)
        paths = (tuple(path) for path in self._file.listdir(streams=False, storages=True))
        return sorted(
            path
            for path in paths
            if len(path) == depth + 1 and path[:depth] == self._storage and path[-1].startswith("__attach_version1.0_#")
        )

    def _header(self, number: int) -> str:
        text = self._string(self._storage, number)
        address = self._string(self._storage, _SMTP) or self._string(self._storage, _ADDRESS)
        return f"{text} <{address}>" if number == _HEADERS[1][1] and "@" in address and address not in text else text

    def _body(self) -> str:
        if text := self._string(self._storage, _BODY):
            return text.replace("\r\n", "\n")
        page = self._stream(self._storage, _HTML, _BINARY) or self._stream(self._storage, _HTML, _BYTES)
        named = named_charset(page) or (f"cp{self._codepage}" if self._codepage else None)
        text = page.decode(_known(charset_of(page, named)), errors="replace") or self._string(self._storage, _HTML)
        return "\n".join(block for _, block in blocks([text]))

    def _name(self, storage: Storage) -> str:
        names = (self._string(storage, number) for number in (_LONG_NAME, _NAME, _DISPLAY_NAME))
        return next(filter(None, names), "attachment").replace("/", "_")[:_LONGEST_NAME]

    def _string(self, storage: Storage, number: int) -> str:
        if wide := self._stream(storage, number, _UTF16):
            return wide.decode("utf-16-le", errors="replace").strip("\0").strip()
        narrow = self._stream(storage, number, _BYTES).strip(b"\0")
        named = f"cp{self._codepage}" if self._codepage else None
        return narrow.decode(_known(charset_of(narrow, named)), errors="replace").strip()

    def _stream(self, storage: Storage, number: int, kind: str) -> bytes:
        path = [*storage, f"__substg1.0_{number:04X}{kind}"]
        if not self._file.exists(path):
            return b""
        with self._file.openstream(path) as stream:
            return bytes(stream.read())

    def _number(self, number: int) -> int:
        return int.from_bytes(self._fixed(number)[:4], "little")

    def _moment(self, number: int) -> datetime | None:
        ticks = int.from_bytes(self._fixed(number), "little")
        try:
            return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None

    def _fixed(self, number: int) -> bytes:
        """The eight bytes of a property of fixed length; none when the message has no such."""
        path = [*self._storage, _PROPERTIES]
        if not self._file.exists(path):
            return b""
        with self._file.openstream(path) as stream:
            content = bytes(stream.read())
        start = _HEADER.get(self._storage[-1] if self._storage else "", 32)
        for position in range(start, len(content) - 15, 16):
            if int.from_bytes(content[position + 2 : position + 4], "little") == number:
                return content[position + 8 : position + 16]
        return b""

    def _unpack(self, storage: Storage, into: Path) -> None:
        into.write_bytes(self._stream(storage, _DATA, _BINARY))


def _known(charset: str) -> str:
    """A character set that Python knows."""
    try:
        "".encode(charset)
    except LookupError:
        return "utf-8"
    return charset

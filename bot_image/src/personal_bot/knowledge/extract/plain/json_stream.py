r"""JSON as programs really write it, repaired while it streams: the parser itself takes nothing but RFC 8259.

Always repaired: any Unicode encoding with or without its mark, bytes that are no UTF-8, raw control characters, and
``\\x0C`` for ``\\u000C`` (Telegram Desktop before 2023). A thorough repair, which costs more, also takes line breaks
inside strings, NaN, infinities, Python's constants and single backslashes.
"""

import codecs
import re
from typing import Final, Protocol

from personal_bot.knowledge.extract.plain.charsets import utf16

_CONTROLS: Final = bytes.maketrans(bytes(set(range(32)) - {9, 10, 13}), b" " * 29)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SHORT_ESCAPE: Final = re.compile(rb"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_LONGEST_ESCAPE: Final = 4  # bytes of ``\x0C``
_TOKEN: Final = re.compile(
    rb'"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|nan|Infinity|inf|Inf|None|undefined)\b|\b(?:True|False)\b', re.DOTALL
)
_WRONG_ESCAPE: Final = re.compile(rb"\\(u[0-9A-Fa-f]{4}|[^u]|u)", re.DOTALL)
_BREAKS: Final = {b"\n": rb"\n", b"\r": rb"\r", b"\t": rb"\t"}
_LONGEST_STRING: Final = 16 << 20  # bytes
_SAMPLE: Final = 4096  # bytes


class SupportsRead(Protocol):
    """A file, as far as it is needed."""

    def read(self, size: int = -1, /) -> bytes:
        """Give at most so many bytes."""


class RepairedJson:
    """A file of JSON as UTF-8 that a strict parser takes."""

    def __init__(self, file: SupportsRead, *, thorough: bool = False) -> None:
        self._file = file
        self._thorough = thorough
        self._decoder: codecs.IncrementalDecoder | None = None
        self._kept = b""
        self._ended = False

    def read(self, size: int = -1, /) -> bytes:
        """Give some bytes, about as many as asked for; none at the end."""
        while size and not self._ended:  # parsers ask for nothing to see whether they get bytes
            block = self._file.read(size)
            self._ended = not block
            if ready := self._repaired(block):
                return ready
        return b""

    def _repaired(self, block: bytes) -> bytes:
        if self._decoder is None:
            self._decoder = codecs.getincrementaldecoder(_encoding(block))(errors="replace")
        text = self._decoder.decode(block, final=not block)
        data = self._kept + text.encode("utf-8", errors="replace").translate(_CONTROLS)

        # What may go on in the next block stays until then.
        end = len(data) if not block else _cut(data, thorough=self._thorough)
        data, self._kept = data[:end], data[end:]
        if b"\\x" in data:
            data = _SHORT_ESCAPE.sub(_long_escape, data)
        return _TOKEN.sub(_right_token, data) if self._thorough else data


def _encoding(head: bytes) -> str:
    named = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    return named or utf16(head[:_SAMPLE]) or "utf-8"


def _cut(data: bytes, *, thorough: bool) -> int:
    """Up to where a block is whole: no escape, and in a thorough repair no string or word, is cut in two."""
    if thorough:
        last = 0
        for last_token in re.finditer(rb'"[^"\\]*(?:\\.[^"\\]*)*"', data, re.DOTALL):
            last = last_token.end()
        return last if last or len(data) < _LONGEST_STRING else len(data)
    tail = data.rfind(b"\\", max(0, len(data) - _LONGEST_ESCAPE))
    if tail < 0:
        return len(data)
    while tail and data[tail - 1 : tail] == b"\\":  # of several in a row, only all together say what they escape
        tail -= 1
    return tail


def _long_escape(match: re.Match[bytes]) -> bytes:
    return b"\\u00" + match[1][1:] if len(match[1]) > 1 else match[0]


def _right_token(match: re.Match[bytes]) -> bytes:
    token = match[0]
    if token.startswith(b'"'):
        for raw, written in _BREAKS.items():
            token = token.replace(raw, written)
        return _WRONG_ESCAPE.sub(_right_escape, token) if b"\\" in token else token
    return {b"True": b"true", b"False": b"false"}.get(token, b"null")


def _right_escape(match: re.Match[bytes]) -> bytes:
    if len(match[1]) > 1 or match[1] in b'"\\/bfnrt':
        return match[0]
    return b"\\\\" + match[1]

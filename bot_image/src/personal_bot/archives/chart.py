"""A picture of when people write: bars for the hours of the day and the days of the week, as PNG.

It is drawn here, with digits and letters of 3 × 5 dots: a library for pictures would cost each bot 15 MiB for this.
The form of the file is that of https://www.w3.org/TR/png-3/.
"""

import struct
import zlib
from collections.abc import Sequence
from typing import Final

WIDTH: Final = 960  # pixels
HEIGHT: Final = 360  # pixels
_DOT: Final = 4  # pixels of a dot of a sign
_BASE: Final = 310  # pixels from the top: where bars stand
_TOP: Final = 40  # pixels from the top: how high bars may reach
_PAPER: Final = 0  # a pixel's number in the table of colours
_BAR: Final = 1
_MOST: Final = 2
_INK: Final = 3
_COLOURS: Final = bytes((255, 255, 255, 126, 170, 220, 42, 98, 173, 70, 70, 70))
_SIGNS: Final = {  # five rows of three dots, each row a number in binary
    "0": "75557",
    "1": "26227",
    "2": "71747",
    "3": "71717",
    "4": "55711",
    "5": "74717",
    "6": "74757",
    "7": "71122",
    "8": "75757",
    "9": "75717",
    "M": "57755",
    "T": "72222",
    "W": "55775",
    "F": "74644",
    "S": "34216",
    "П": "75555",
    "В": "65656",
    "С": "74447",
    "Ч": "55711",
}
_WEEKDAYS: Final = {"en": "MTWTFSS", "ru": "ПВСЧПСВ"}


def draw(hours: Sequence[int], weekdays: Sequence[int], *, language: str) -> bytes:
    """Draw 24 and 7 counts as a PNG; the highest bar of each is darker."""
    rows = [bytearray(WIDTH) for _ in range(HEIGHT)]
    _bars(rows, hours, [str(hour) if hour % 3 == 0 else "" for hour in range(24)], left=30, width=25)
    _bars(rows, weekdays, _WEEKDAYS[language], left=680, width=36)
    return _png(rows)


def _bars(rows: list[bytearray], counts: Sequence[int], labels: Sequence[str], *, left: int, width: int) -> None:
    most = max(1, *counts)
    for number, (count, label) in enumerate(zip(counts, labels, strict=True)):
        start = left + number * width
        height = round(count * (_BASE - _TOP) / most) if count else 0
        _fill(rows, start + 2, _BASE - max(height, min(count, 1)), width - 4, _BASE, _MOST if count == most else _BAR)
        _write(rows, label, start + width // 2, _BASE + 12)

    _fill(rows, left, _BASE, len(counts) * width, _BASE + 2, _INK)


def _fill(rows: list[bytearray], left: int, top: int, width: int, bottom: int, colour: int) -> None:  # noqa: PLR0913, PLR0917 - a rectangle
    for row in rows[top:bottom]:
        row[left : left + width] = bytes([colour]) * width


def _write(rows: list[bytearray], text: str, middle: int, top: int) -> None:
    left = middle - (len(text) * 4 - 1) * _DOT // 2
    for place, sign in enumerate(text):
        for y, line in enumerate(_SIGNS[sign]):
            for x in range(3):
                if int(line) & (4 >> x):
                    corner = left + (place * 4 + x) * _DOT
                    _fill(rows, corner, top + y * _DOT, _DOT, top + (y + 1) * _DOT, _INK)


def _png(rows: list[bytearray]) -> bytes:
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)  # 8 bits a pixel, by the table of colours
    lines = b"".join(b"\0" + row for row in rows)
    chunks = ((b"IHDR", head), (b"PLTE", _COLOURS), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))

    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )

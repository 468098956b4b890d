"""OLE compound files ([MS-CFB]) by rule: what DOC, PPT, XLS and MSG are made of."""

import itertools
import struct
from collections.abc import Mapping

_SECTOR = 512
_SMALLEST = 4096  # bytes: streams below lie elsewhere, so all are filled up with zeros
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A file of streams, "storage/stream" each."""
    entries = _entries(streams)
    sectors: list[bytes] = []
    chains: list[int] = []

    def put(content: bytes) -> int:
        first = len(sectors)
        pieces = [content[start : start + _SECTOR] for start in range(0, len(content), _SECTOR)]
        for number, piece in enumerate(pieces, start=1):
            sectors.append(piece.ljust(_SECTOR, b"\0"))
            chains.append(first + number if number < len(pieces) else _END)
        return first

    starts = {path: put(content.ljust(_SMALLEST, b"\0")) for path, content in streams.items()}
    sizes = {path: max(len(content), _SMALLEST) for path, content in streams.items()}
    directory = put(b"".join(_entry(one, starts, sizes) for one in entries))

    needed = -(-(len(sectors) + 4) // (_SECTOR // 4)) + 1
    fat = range(len(sectors), len(sectors) + needed)
    chains += [_FAT] * needed
    table = struct.pack(f"<{len(chains)}I", *chains).ljust(needed * _SECTOR, b"\xff")
    return _header(directory, list(fat)) + b"".join(sectors) + table


def _header(directory: int, fat: list[int]) -> bytes:
    fixed = struct.pack("<8s16sHHHHH6s", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"")
    counts = struct.pack("<9I", 0, len(fat), directory, 0, _SMALLEST, _END, 0, _END, 0)
    return fixed + counts + struct.pack("<109I", *fat, *[_FREE] * (109 - len(fat)))


def _entries(streams: Mapping[str, bytes]) -> list[tuple[str, int, int]]:
    """Path, first child and next sibling of each entry; the root is the first."""
    paths = {""} | {path.rsplit("/", depth)[0] for path in streams for depth in range(path.count("/") + 1)}
    ordered = sorted(paths | set(streams), key=lambda path: (path.count("/") if path else -1, path))
    index = {path: number for number, path in enumerate(ordered)}

    def children(parent: str) -> list[str]:
        found = [path for path in ordered if path and (path.rpartition("/")[0] if "/" in path else "") == parent]
        return sorted(found, key=lambda path: (len(path.rpartition("/")[2]), path.upper()))

    after: dict[str, int] = {}
    for parent in ordered:
        beside = children(parent)
        after |= {one: index[other] for one, other in itertools.pairwise(beside)}
    return [(path, index[first[0]] if (first := children(path)) else _FREE, after.get(path, _FREE)) for path in ordered]


def _entry(entry: tuple[str, int, int], starts: Mapping[str, int], sizes: Mapping[str, int]) -> bytes:
    path, child, sibling = entry
    name = (path.rpartition("/")[2] or "Root Entry").encode("utf-16-le") + b"\0\0"
    kind = 5 if not path else 2 if path in starts else 1
    return struct.pack(
        "<64sHBBIII16sIQQIQ", name, len(name), kind, 1, _FREE, sibling, child, b"", 0, 0, 0,
        starts.get(path, _END if not path else 0), sizes.get(path, 0),
    )  # fmt: skip


def doc(text: str) -> bytes:
    """A DOC of paragraphs, one a line ([MS-DOC] 2.4.1)."""
    content = text.replace("\n", "\r") + "\r"
    wide, start = content.encode("utf-16-le"), 0x800
    clx = b"\x02" + struct.pack("<IIIHIH", 16, 0, len(content), 0, start, 0)
    fib = bytearray(start)
    fib[0:12] = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0x0419, 0, 0x0200)
    fib[32:34], fib[62:64], fib[152:154] = struct.pack("<H", 14), struct.pack("<H", 22), struct.pack("<H", 0x5D)
    fib[64:68] = struct.pack("<I", start + len(wide))
    fib[76:80] = struct.pack("<I", len(content))
    fib[0x1A2:0x1AA] = struct.pack("<II", 0, len(clx))
    return ole({"WordDocument": bytes(fib) + wide, "1Table": clx})


def msg(properties: Mapping[int, str], **attached: bytes | Mapping[int, str]) -> bytes:
    """A MSG with properties by their numbers, and what is attached: files, or messages."""
    return ole(_message("", properties, attached))


def _message(where: str, properties: Mapping[int, str], attached: Mapping[str, object]) -> dict[str, bytes]:
    streams = {f"{where}__properties_version1.0": b""}
    streams |= {f"{where}__substg1.0_{number:04X}001F": text.encode("utf-16-le") for number, text in properties.items()}
    for index, (name, content) in enumerate(attached.items()):
        inside = f"{where}__attach_version1.0_#{index:08X}/"
        streams[f"{inside}__substg1.0_3707001F"] = name.replace("__", ".").encode("utf-16-le")
        if isinstance(content, bytes):
            streams[f"{inside}__substg1.0_37010102"] = content
        elif isinstance(content, Mapping):
            streams |= _message(f"{inside}__substg1.0_3701000D/", content, {})
    return streams


def ppt(*slides: str) -> bytes:
    """A PPT of slides with a text each ([MS-PPT] 2.4)."""
    listed = b"".join(
        _record(0x03F3, struct.pack("<IIIII", 3 + number, 4, 0, 256 + number, 0))
        + _record(0x0F9F, struct.pack("<I", 1))
        + _record(0x0FA0, text.encode("utf-16-le"))
        for number, text in enumerate(slides)
    )
    atom = _record(
        0x03E9, struct.pack("<iiiiiiIIHHBBBB", 5760, 4320, 4320, 5760, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1), version=1
    )
    document = _record(0x03E8, atom + _record(0x0FF0, listed, version=0xF), version=0xF)
    shown = [_record(0x03EE, _record(0x03EF, bytes(24), version=2), version=0xF) for _ in slides]
    content, offsets = document, [0]
    for slide in shown:
        offsets.append(len(content))
        content += slide
    persisted = struct.pack(f"<III{len(slides)}I", 1 | 1 << 20, 0, 3 | len(slides) << 20, *offsets[1:])
    at = len(content)
    content += _record(0x1772, persisted)
    edit = len(content)
    content += _record(0x0FF5, struct.pack("<IHBBIIIIHH", 256, 0, 0, 3, 0, at, 1, 3 + len(slides), 1, 0))
    user = _record(0x0FF6, struct.pack("<IIIHHBBH", 0x14, 0xE391C05F, edit, 0, 0x03F4, 3, 0, 0))
    return ole({"PowerPoint Document": content, "Current User": user})


def _record(kind: int, content: bytes, *, version: int = 0) -> bytes:
    return struct.pack("<HHI", version, kind, len(content)) + content

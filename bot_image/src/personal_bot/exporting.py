"""What a bot knows as zip files that another bot of this kind takes in: originals, chats, a dialogue, settings.

Each zip can be read alone: its ``manifest.json`` lists what is in it, with the SHA-256 of each file. Zips are cut so
that Telegram carries them both ways. Nothing secret is in them: tokens and keys are not the bot's knowledge.
"""

import hashlib
import json
import os
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

from personal_bot.models import Turn

_FORMAT: Final = "personalbots-export"
_VERSION: Final = 1
_MANIFEST: Final = "manifest.json"
_LARGEST_MANIFEST: Final = 8 << 20  # bytes
_BLOCK: Final = 1 << 20  # bytes
DOCUMENT: Final = "document"
CHAT: Final = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file of an export: a document as it was sent, or a chat as Telegram Desktop exports one."""

    kind: str
    name: str
    mime_type: str
    size: int
    sha256: str
    path: str = ""  # in the zip


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is in a zip. `settings` are `Preferences` as plain values."""

    items: tuple[Item, ...]
    settings: dict[str, Any]
    dialogue: tuple[Turn, ...]


class Packer:
    """Writes the zips of one export: each file goes into the current one, or opens the next."""

    def __init__(
        self, folder: Path, stem: str, *, most: int, settings: dict[str, Any], dialogue: tuple[Turn, ...]
    ) -> None:
        """Write nothing yet; `most` is bytes of a zip, which a single larger file may exceed."""
        self._folder = folder
        self._stem = stem
        self._most = most
        self._about = {"settings": settings, "dialogue": [asdict(turn) for turn in dialogue]}
        self._items: list[Item] = []
        self._zip: zipfile.ZipFile | None = None
        self.parts: list[tuple[Path, tuple[Item, ...]]] = []

    def add(self, source: Path, item: Item) -> None:
        """Add a file.

        Raises:
            OSError: the volume is full.
        """
        expected = item.size if item.kind == DOCUMENT else item.size // 3  # chats compress well
        if self._zip and self._zip.fp and self._zip.fp.tell() + expected > self._most:
            self._end_part()

        archive = self._zip or self._open()
        number = len(self._items) + 1
        path = f"{item.kind}s/{number}{Path(item.name).suffix[:10] if item.kind == DOCUMENT else '.json'}"
        archive.write(source, path)
        self._items.append(Item(**asdict(item) | {"path": path}))

    def close(self) -> None:
        """Write the last zip; there is one even without files."""
        if self._zip or not self.parts:
            self._end_part()

    def discard(self) -> None:
        """Remove all that was written."""
        if self._zip:
            self._zip.close()
        for left in self._folder.glob(f"{self._stem}-*.zip"):
            left.unlink(missing_ok=True)

    def _open(self) -> zipfile.ZipFile:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._stem}-{len(self.parts) + 1}.zip"
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        return self._zip

    def _end_part(self) -> None:
        archive = self._zip or self._open()
        told = {"format": _FORMAT, "version": _VERSION, "items": [asdict(item) for item in self._items]} | self._about
        archive.writestr(_MANIFEST, json.dumps(told, ensure_ascii=False, indent=1))
        path = Path(archive.filename or "")
        archive.close()

        with path.open("rb") as file:
            os.fsync(file.fileno())

        self.parts.append((path, tuple(self._items)))
        self._zip, self._items = None, []


def read_manifest(path: Path) -> Manifest | None:
    """Read what is in a zip; None when it is no export that this bot understands."""
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
                return None

            told = json.loads(archive.read(_MANIFEST))
            if told["format"] != _FORMAT or told["version"] != _VERSION:
                return None

            return Manifest(
                items=tuple(Item(**item) for item in told["items"]),
                settings=dict(told["settings"]),
                dialogue=tuple(Turn(**turn) for turn in told["dialogue"]),
            )
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None


def unpack(path: Path, item: Item, into: Path) -> bool:
    """Take a file out of a zip; False when it is not what the manifest says, and nothing is left then.

    Raises:
        OSError: the volume is full.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(item.path) as packed, into.open("wb") as file:
            good = _copied(packed, file, most=item.size) == item.sha256
    except (KeyError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError):
        good = False

    if not good:
        into.unlink(missing_ok=True)

    return good


def sha256_of(path: Path) -> str:
    """Give the hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copied(packed: IO[bytes], file: IO[bytes], *, most: int) -> str:
    """Copy at most `most` bytes, and give their hash; "" when there are more."""
    seen, left = hashlib.sha256(), most
    while block := packed.read(_BLOCK):
        left -= len(block)
        if left < 0:
            return ""

        seen.update(block)
        file.write(block)

    return seen.hexdigest()

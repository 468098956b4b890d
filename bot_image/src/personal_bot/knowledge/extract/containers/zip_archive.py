"""Zip archives of documents: each file that can be read, under its path in the archive."""

import functools
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.containers.nested import segments_inside
from personal_bot.knowledge.extract.office.xml_package import LARGEST
from personal_bot.knowledge.extract.plain.charsets import guess
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_MOST_FILES: Final = 1000
_LARGEST_IN_ALL: Final = 1 << 30  # bytes unpacked, one file at a time
_DEEPEST: Final = 3  # archives in archives
_OF_NAMES: Final = frozenset({"cp1125", "cp1251", "cp850", "cp852"})
_MIXED: Final = re.compile(r"[a-z][а-яё]|[а-яё][a-z]", re.IGNORECASE)
_UTF8_NAME: Final = 0x800  # of a member's flags (APPNOTE.TXT 4.4.4)
_ENCRYPTED: Final = 0x1


def read_zip(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give what the files say, each file's segments under its path.

    Raises:
        CannotReadError: broken, encrypted, a bomb, or without a file that can be read.
    """
    if reading.depth >= _DEEPEST:
        raise CannotReadError("archive_too_deep")
    with zipfile.ZipFile(path) as archive:
        files = [info for info in archive.infolist() if not info.is_dir() and not _is_hidden(_name(info))]
        if len(files) > _MOST_FILES:
            raise CannotReadError("archive_too_many_files", limit=_MOST_FILES)
        if sum(info.file_size for info in files) > _LARGEST_IN_ALL:
            raise CannotReadError("document_unpacks_too_large", limit=_LARGEST_IN_ALL)
        if files and all(info.flag_bits & _ENCRYPTED for info in files):
            raise CannotReadError("document_encrypted")
        found = False
        for segment in segments_inside(
            [(_name(info), functools.partial(_unpack, archive, info)) for info in files], reading
        ):
            found = True
            yield segment
    if not found:
        raise CannotReadError("archive_without_documents")


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    if info.file_size > LARGEST:
        raise CannotReadError("document_unpacks_too_large", limit=LARGEST)
    if info.flag_bits & _ENCRYPTED:
        raise CannotReadError("document_encrypted")
    try:
        with archive.open(info) as source, path.open("wb") as file:
            shutil.copyfileobj(source, file)
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError) as error:
        raise CannotReadError("document_corrupt") from error


def _name(info: zipfile.ZipInfo) -> str:
    """Give a member's path, in UTF-8 or in the character set of an old Windows, which no flag names."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", errors="replace")
        try:
            name = raw.decode()
        except UnicodeDecodeError:
            name = raw.decode(_charset_of_name(raw), errors="replace")
    return name.replace("\\", "/")


def _charset_of_name(raw: bytes) -> str:
    found = guess(raw)
    if found in _OF_NAMES:
        return found
    is_mixed = _MIXED.search(raw.decode("cp866")) is not None  # no word has letters of two alphabets
    return "cp437" if is_mixed else "cp866"


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))

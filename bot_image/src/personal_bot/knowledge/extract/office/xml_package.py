"""Documents that are a zip of XML parts (DOCX, PPTX, ODF, EPUB), opened with a limit to what they unpack to."""

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from xml.etree import ElementTree as ET

from personal_bot.sandbox.errors import CannotReadError

LARGEST: Final = 256 << 20  # bytes unpacked; more is a zip bomb, or no text for a person
BROKEN_PART: Final = (KeyError, ET.ParseError, zipfile.BadZipFile, EOFError, zlib.error, ValueError)
"""What reading a part raises when this part alone is missing or broken."""


class Package:
    """An open package."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """See `package`."""
        self._archive = archive
        self._left = LARGEST
        self.names = frozenset(archive.namelist())

    def open(self, name: str) -> IO[bytes]:
        """Open a part.

        Raises:
            KeyError: there is none of this name.
            CannotReadError: all that was opened is larger than a document may be.
        """
        # zipfile never unpacks more than the size that is declared, so a lie about it ends in a broken document.
        self._left -= self._archive.getinfo(name).file_size
        if self._left < 0:
            raise CannotReadError("document_unpacks_too_large", limit=LARGEST)
        return self._archive.open(name)

    def size(self, name: str) -> int:
        """Give the bytes of a part.

        Raises:
            KeyError: there is none of this name.
        """
        return self._archive.getinfo(name).file_size

    def read(self, name: str) -> bytes:
        """Give a part's content.

        Raises:
            KeyError: there is none of this name.
            CannotReadError: all that was opened is larger than a document may be.
        """
        with self.open(name) as file:
            return file.read()

    def xml(self, name: str) -> ET.Element:
        """Give the root of an XML part.

        Raises:
            KeyError: there is none of this name.
            ParseError: it is no XML.
            CannotReadError: all that was opened is larger than a document may be.
        """
        with self.open(name) as file:
            return ET.parse(file).getroot()  # noqa: S314 - expat resolves no external entity, limits others


def refuse_bomb(path: Path) -> None:
    """Refuse a zip that declares to unpack to more than a document may be.

    Raises:
        CannotReadError: it does, or is broken.
    """
    if zipfile.is_zipfile(path):
        with package(path) as parts:
            for name in parts.names:
                parts.open(name).close()


@contextlib.contextmanager
def package(path: Path) -> Iterator[Package]:
    """Open a package; whatever is wrong with it, then or later, becomes a refusal.

    Raises:
        CannotReadError: broken, encrypted, or larger unpacked than any text.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield Package(archive)
    except (zipfile.BadZipFile, KeyError, ET.ParseError, EOFError, zlib.error, NotImplementedError) as error:
        raise CannotReadError("document_corrupt") from error
    except RuntimeError as error:  # zipfile's way to say that a member is encrypted
        if isinstance(error, RecursionError):
            raise
        raise CannotReadError("document_encrypted") from error

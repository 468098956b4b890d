"""Keeps the files that documents were made of, by the hash of their content, so that a person can have them back."""

import contextlib
import os
import shutil
from collections.abc import Container
from pathlib import Path


class Originals:
    """A folder of files, each named by the SHA-256 of what is in it."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when needed; on one volume with what is kept, keeping costs no space."""
        self._folder = folder

    def keep(self, source: Path, identity: str) -> None:
        """Keep a file, which stays where it is too.

        Raises:
            OSError: the volume is full.
        """
        kept = self._folder / identity
        if kept.exists():
            return

        self._folder.mkdir(parents=True, exist_ok=True)
        half = kept.with_suffix(".new")
        half.unlink(missing_ok=True)

        try:
            os.link(source, half)
        except OSError:  # another volume, or a file system without hard links
            shutil.copyfile(source, half)

        half.replace(kept)

    def path(self, identity: str) -> Path | None:
        """Give the file; None when it was not kept."""
        kept = self._folder / identity
        return kept if kept.exists() else None

    def remove(self, identity: str) -> None:
        """Remove a file; nothing happens when it is not there."""
        (self._folder / identity).unlink(missing_ok=True)

    def sweep(self, known: Container[str]) -> None:
        """Remove what belongs to no document."""
        with contextlib.suppress(FileNotFoundError):
            for kept in self._folder.iterdir():
                if kept.name not in known:
                    kept.unlink(missing_ok=True)

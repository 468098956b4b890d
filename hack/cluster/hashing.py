"""Names things by what they are made from, so that nothing is made twice."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

LENGTH: Final = 12
"""Hexadecimal digits of a name."""


def of(root: Path, parts: Iterable[str], *words: str) -> str:
    """Hash files and folders (names, contents, and whether they are executable) and words."""
    digest = hashlib.sha256("\0".join(words).encode())
    for part in parts:
        path = root / part
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                name = file.relative_to(root).as_posix()
                digest.update(f"\0{name}\0{file.stat().st_mode & 0o100:o}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:LENGTH]

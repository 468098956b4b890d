"""Names for what things are made from, so that nothing is made twice."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

LENGTH = 12


def of(root: Path, parts: Iterable[str], *words: str) -> str:
    """Hash files and folders (names, contents, and whether they can be run) and words, as 12 hexadecimal digits."""
    digest = hashlib.sha256("\0".join(words).encode())
    for part in parts:
        path = root / part
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                name = file.relative_to(root).as_posix()
                digest.update(f"\0{name}\0{file.stat().st_mode & 0o100:o}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:LENGTH]

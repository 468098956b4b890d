"""Documents inside a document: each is read like one of its own, and one that cannot be read does not lose the rest."""

import functools
import json
import posixpath
import shutil
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.office.xml_package import Package
from personal_bot.knowledge.extract.readers import segments
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_DEEPEST: Final = 5  # documents in documents

File = tuple[str, Callable[[Path], None]]  # its name, and what unpacks it to a path


def segments_inside(files: Sequence[File], reading: Reading) -> Iterator[Segment]:
    """Give the segments of all files, each under its name; a file that breaks in the middle gives none."""
    if reading.depth >= _DEEPEST:  # a document may hold itself
        for name, _ in files:
            reading.skipped(name, "archive_too_deep")
        return
    unpacked = reading.scratch.with_name(f"{reading.scratch.name}.{reading.depth}")
    whole = unpacked.with_name(f"{unpacked.name}.segments")
    for done, (name, unpack) in enumerate(files, start=1):
        try:
            unpack(unpacked)
            _read(unpacked, name, whole, reading.inside(name))
            with whole.open(encoding="utf-8") as file:
                for line in file:
                    segment = Segment(*json.loads(line))
                    yield replace(segment, file=f"{name}/{segment.file}" if segment.file else name)
        except CannotReadError as error:
            reading.skipped(name, error.key)
        finally:
            unpacked.unlink(missing_ok=True)
            whole.unlink(missing_ok=True)
        reading.progress("files", done, len(files))


def parts_inside(parts: Package, names: Iterable[str], reading: Reading) -> Iterator[Segment]:
    """Give the segments of documents that are parts of a package, each under its name without the folder."""
    there = [name for name in dict.fromkeys(names) if name in parts.names]
    return segments_inside(
        [(posixpath.basename(name), functools.partial(_unpack, parts, name)) for name in there], reading
    )


def _unpack(parts: Package, name: str, into: Path) -> None:
    with parts.open(name) as source, into.open("wb") as file:
        shutil.copyfileobj(source, file)


def _read(source: Path, name: str, into: Path, reading: Reading) -> None:
    try:
        with into.open("w", encoding="utf-8", errors="replace") as file:
            for segment in segments(source, name, reading):
                file.write(json.dumps(astuple(segment), ensure_ascii=False) + "\n")
    except MemoryError as error:
        raise CannotReadError("document_too_big_for_memory") from error
    except CannotReadError:
        raise
    except Exception as error:  # a reader met what its authors did not foresee
        raise CannotReadError("document_corrupt", where=traceback.format_exc(limit=-3)) from error

"""JSON, one document or one a line: every value with the path to it, streamed."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import ijson  # type: ignore[import-untyped] # has no types

from personal_bot.knowledge.extract.chunks import SIZE, tokens
from personal_bot.knowledge.extract.plain.json_stream import RepairedJson
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError


def read_json(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the values in the order in which they stand; the place is a path as in JSONPath (RFC 9535).

    Raises:
        CannotReadError: it is no JSON.
    """
    thorough = not _is_whole(path)
    found = False
    with path.open("rb") as file:
        try:
            events = ijson.basic_parse(RepairedJson(file, thorough=thorough), multiple_values=True, use_float=True)
            for segment in reading.counted(_cut(_values(events)), "bytes", file.tell, path.stat().st_size):
                found = True
                yield segment
        except ijson.JSONError as error:
            if not found:
                raise CannotReadError("document_corrupt") from error
            reading.lose("lost_cut", 1)


def _is_whole(path: Path) -> bool:
    """Whether the parser takes all of a file with the cheap repair."""
    with path.open("rb") as file:
        try:
            for _ in ijson.basic_parse(RepairedJson(file), multiple_values=True, use_float=True):
                pass
        except ijson.JSONError:
            return False
    return True


def _cut(values: Iterable[tuple[str, str, str]]) -> Iterator[Segment]:
    lines: list[str] = []
    place, size = "", 0
    try:
        for where, name, value in values:
            line = f"{name}: {value}" if name else value
            cost = tokens(line)
            if lines and size + cost > SIZE:
                yield Segment("\n".join(lines), "path", place)
                lines, size = [], 0
            if not lines:
                place = where
            lines.append(line)
            size += cost
    except ijson.JSONError:  # what was held when the file broke off is not lost
        if lines:
            yield Segment("\n".join(lines), "path", place)
        raise
    if lines:
        yield Segment("\n".join(lines), "path", place)


def _values(events: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str, str]]:
    """Give for each value the path of what it is in, its own name there, and its text."""
    path: list[str | int] = []  # a key of each object, an index of each list that is open
    for event, value in events:
        if event == "map_key":
            path[-1] = str(value)
        elif event in {"start_map", "start_array"}:
            _count(path)
            path.append("" if event == "start_map" else -1)
        elif event in {"end_map", "end_array"}:
            path.pop()
        else:
            _count(path)
            text = "" if value is None else str(value)
            if text.strip():
                yield "$" + _path(path[:-1]), _path(path).lstrip("."), text


def _count(path: list[str | int]) -> None:
    if path and isinstance(path[-1], int):
        path[-1] += 1


def _path(steps: list[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)

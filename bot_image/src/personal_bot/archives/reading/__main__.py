"""The process that reads exports (see `knowledge.extract.sandbox`).

``{"task": "take_in", "source", "database", "sha256"}`` tells ``{"bytes": [done, total], "messages": n}`` and last
``{"messages": n}``, or ``{"messages": null}`` for a file that is no export. ``{"task": "chunks", "database", "chats",
"folder"}`` writes each chat's chunks to ``<key>.jsonl`` and tells ``{"chunks": n}``.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from personal_bot.knowledge.extract.segments import CannotReadError
from personal_bot.sandbox.child import serve, tell

_LARGEST_OUTPUT = 16 << 30
_TELL_EVERY = 0.5  # seconds


def _work(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return _take_in(request) if request["task"] == "take_in" else _chunks(request)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise CannotReadError("disk_full") from error
        raise


def _take_in(request: dict[str, Any]) -> dict[str, Any]:
    from personal_bot.archives.reading.importer import take_in  # noqa: PLC0415 - after the limits

    told = time.monotonic()

    def progress(done: int, total: int, messages: int) -> None:
        nonlocal told
        if time.monotonic() - told > _TELL_EVERY:
            told = time.monotonic()
            tell(bytes=(done, total), messages=messages)

    source, database = Path(request["source"]), Path(request["database"])
    return {"messages": take_in(source, database, sha256=request["sha256"], progress=progress)}


def _chunks(request: dict[str, Any]) -> dict[str, Any]:
    from personal_bot.archives.chunking import address, windows  # noqa: PLC0415
    from personal_bot.archives.queries import lines, link_of  # noqa: PLC0415 - after the limits
    from personal_bot.archives.schema import connect  # noqa: PLC0415

    count = 0
    with closing(connect(Path(request["database"]))) as connection:
        for chat in request["chats"]:
            link = link_of(connection, chat)
            with (Path(request["folder"]) / f"{chat}.jsonl").open("w", encoding="utf-8") as file:
                for window in windows(lines(connection, chat)):
                    chunk = (window.text, "message", window.place(), address(link, window.lines[0].id))
                    file.write(json.dumps(chunk, ensure_ascii=False) + "\n")
                    count += 1
    return {"chunks": count}


if __name__ == "__main__":
    serve(_work, largest_output=_LARGEST_OUTPUT)

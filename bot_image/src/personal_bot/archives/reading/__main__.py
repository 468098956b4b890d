"""The process that reads exports (see `sandbox.child`).

``{"task": "take_in", "source", "database", "sha256"}`` reports ``{"bytes": [done, total], "messages": n}`` and last
``{"messages": n, "lost": n}``, or ``{"messages": null}`` for a file that is no export. ``{"task": "chunks", "database",
"chats", "folder"}`` writes each chat's chunks to ``<key>.jsonl`` and reports ``{"chunks": n}``.
"""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from personal_bot.archives.chunking import address, windows
from personal_bot.archives.queries import lines, link_of
from personal_bot.archives.reading.importer import take_in
from personal_bot.archives.schema import connect
from personal_bot.sandbox.child import report, serve
from personal_bot.sandbox.errors import CannotReadError

_LARGEST_OUTPUT: Final = 16 << 30  # bytes
_REPORT_EVERY: Final = 0.5  # seconds


def _work(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return _take_in(request) if request["task"] == "take_in" else _chunks(request)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise CannotReadError("disk_full") from error
        raise


def _take_in(request: dict[str, Any]) -> dict[str, Any]:
    reported = time.monotonic()

    def progress(done: int, total: int, messages: int) -> None:
        nonlocal reported
        if time.monotonic() - reported > _REPORT_EVERY:
            reported = time.monotonic()
            report(bytes=(done, total), messages=messages)

    source, database = Path(request["source"]), Path(request["database"])
    taken = take_in(source, database, sha256=request["sha256"], progress=progress)
    return {"messages": None} if taken is None else {"messages": taken.messages, "lost": taken.lost}


def _chunks(request: dict[str, Any]) -> dict[str, Any]:
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

"""The extracting process (see `sandbox`): writes a document's chunks to a file.

Request: ``{"source", "name", "into", …}``. News: ``{"unit", "done", "total"}`` as in `models.IngestProgress`,
``{"skipped": [file, key]}`` for a file inside the document that cannot be read, and last ``{"chunks": n}``.
A chunk is a line ``[text, kind, value, link, file]``, the last four a `models.Place`; link and file may be left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from personal_bot.knowledge.extract.segments import CannotReadError, Reading
from personal_bot.sandbox.child import serve, tell

_LARGEST_OUTPUT = 1 << 30
_LONGEST_NAME = 300  # characters of a file inside the document, as it is told


def _extract(request: dict[str, Any]) -> dict[str, Any]:
    from personal_bot.knowledge.extract.chunks import chunked  # noqa: PLC0415 - after the limits
    from personal_bot.knowledge.extract.readers import segments  # noqa: PLC0415

    into = Path(request["into"])
    reading = Reading(
        progress=lambda unit, done, total: tell(unit=unit, done=done, total=total),
        skipped=lambda file, key: tell(skipped=(file[:_LONGEST_NAME], key)),
        scratch=into.with_name(into.name + ".inside"),
    )
    count = 0
    with into.open("w", encoding="utf-8", errors="replace") as file:
        for chunk in chunked(segments(Path(request["source"]), request["name"], reading)):
            inside = ("", chunk.file) if chunk.file else ()
            file.write(json.dumps((chunk.text, chunk.kind, chunk.value, *inside), ensure_ascii=False) + "\n")
            count += 1
    if not count:
        raise CannotReadError("document_empty")
    return {"chunks": count}


if __name__ == "__main__":
    serve(_extract, largest_output=_LARGEST_OUTPUT)

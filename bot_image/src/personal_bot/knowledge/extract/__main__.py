"""The extracting process (see `sandbox.child`): writes a document's chunks to a file.

Request: ``{"source", "name", "into", …}``. News: ``{"unit", "done", "total"}`` as in `models.IngestProgress`,
``{"skipped": [file, key]}`` for a file inside the document that cannot be read, and last ``{"chunks": n}``.
A chunk is a line ``[text, kind, value, link, file]``, the last four a `models.Place`; link and file may be left out.
"""

import json
from pathlib import Path
from typing import Any, Final

from personal_bot.knowledge.extract.chunks import chunked
from personal_bot.knowledge.extract.readers import segments
from personal_bot.knowledge.extract.segments import Reading
from personal_bot.sandbox.child import report, serve
from personal_bot.sandbox.errors import CannotReadError

_LARGEST_OUTPUT: Final = 1 << 30  # bytes
_LONGEST_NAME: Final = 300  # characters of a file inside the document, in a report


def _extract(request: dict[str, Any]) -> dict[str, Any]:
    into = Path(request["into"])
    reading = Reading(
        progress=lambda unit, done, total: report(unit=unit, done=done, total=total),
        skipped=lambda file, key: report(skipped=(file[:_LONGEST_NAME], key)),
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

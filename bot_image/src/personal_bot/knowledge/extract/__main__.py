"""The extracting process (see `sandbox.child`): writes a document's chunks to a file.

Request: ``{"source", "name", "into", …}``. News: ``{"unit", "done", "total"}`` as in `models.IngestProgress`,
``{"skipped": [file, key]}`` for a file inside the document that cannot be read, ``{"lost": {…}}`` for each
`models.Loss`, and last ``{"chunks": n}``.
A chunk is a line ``[text, kind, value, link, file]``, the last four a `models.Place`; link and file may be left out.
"""

import json
import re
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from personal_bot.knowledge.extract.chunks import chunked
from personal_bot.knowledge.extract.readers import segments
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.child import report, serve
from personal_bot.sandbox.errors import CannotReadError

_LARGEST_OUTPUT: Final = 1 << 30  # bytes
_LONGEST_NAME: Final = 300  # characters of a file inside the document, in a report
_UNDECODED: Final = "\ufffd"
_COLOURS: Final = re.compile("\x1b\\[[0-9;]*[A-Za-z]")  # of terminals, as logs have them
_NO_CONTROLS: Final = dict.fromkeys(set(range(32)) - set(map(ord, "\t\n\r\f\v")) | {127})


def _extract(request: dict[str, Any]) -> dict[str, Any]:
    into = Path(request["into"])
    reading = Reading(
        progress=lambda unit, done, total: report(unit=unit, done=done, total=total),
        skipped=lambda file, key: report(skipped=(file[:_LONGEST_NAME], key)),
        lost=lambda loss: report(lost=asdict(replace(loss, file=loss.file[:_LONGEST_NAME]))),
        scratch=into.with_name(into.name + ".inside"),
    )

    count, seen = 0, _Seen()
    with into.open("w", encoding="utf-8", errors="replace") as file:
        for chunk in chunked(map(seen.cleaned, segments(Path(request["source"]), request["name"], reading))):
            inside = ("", chunk.file) if chunk.file else ()
            file.write(json.dumps((chunk.text, chunk.kind, chunk.value, *inside), ensure_ascii=False) + "\n")
            count += 1

    if not count:
        raise CannotReadError("document_empty")
    seen.report_to(reading)
    return {"chunks": count}


class _Seen:
    """Counts what is no text in the segments that pass, file by file: it comes from any reader."""

    def __init__(self) -> None:
        self._undecoded: Counter[str] = Counter()
        self._controls: Counter[str] = Counter()

    def cleaned(self, segment: Segment) -> Segment:
        """Give a segment without control characters, which no message and no prompt can hold."""
        self._undecoded[segment.file] += segment.text.count(_UNDECODED)
        coloured = _COLOURS.sub("", segment.text)
        text = coloured.translate(_NO_CONTROLS)
        if len(text) == len(segment.text):
            return segment
        self._controls[segment.file] += len(coloured) - len(text)
        return replace(segment, text=text)

    def report_to(self, reading: Reading) -> None:
        for kind, counts in (("lost_letters", self._undecoded), ("lost_binary", self._controls)):
            for file, count in counts.items():
                (reading.inside(file) if file else reading).lose(kind, count)


if __name__ == "__main__":
    serve(_extract, largest_output=_LARGEST_OUTPUT)

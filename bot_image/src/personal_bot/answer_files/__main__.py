"""The process that sets a PDF: what it is to be comes on stdin, see `knowledge.extract.sandbox`."""

from typing import Any

from personal_bot.answer_files.contents import Paper
from personal_bot.answer_files.pdf import write
from personal_bot.sandbox.child import serve

_LARGEST = 64 << 20  # bytes of a file


def main() -> None:
    """Do what is asked for."""
    serve(_work, largest_output=_LARGEST)


def _work(request: dict[str, Any]) -> dict[str, Any]:
    values = request["paper"]
    sources = tuple((name, link) for name, link in values["sources"])
    return {"pages": write(Paper(**values | {"sources": sources}), request["into"])}


if __name__ == "__main__":
    main()

"""The process that sets a PDF; its contents come on stdin (see `sandbox.child`)."""

from typing import Any, Final

from personal_bot.answer_files.contents import Paper
from personal_bot.answer_files.pdf import write
from personal_bot.sandbox.child import serve

_LARGEST_OUTPUT: Final = 64 << 20  # bytes of a file


def main() -> None:
    """Set one PDF."""
    serve(_work, largest_output=_LARGEST_OUTPUT)


def _work(request: dict[str, Any]) -> dict[str, Any]:
    values = request["paper"]
    sources = tuple((name, link) for name, link in values["sources"])
    return {"pages": write(Paper(**values | {"sources": sources}), request["into"])}


if __name__ == "__main__":
    main()

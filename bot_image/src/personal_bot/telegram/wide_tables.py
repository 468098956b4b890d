"""Wide tables as lists: a message shows a table in monospace, and a phone has room for about 44 signs of it."""

from typing import Any, Final

WIDEST: Final = 44
"""Signs of a line."""

_BETWEEN: Final = 3  # signs between two columns


def reflowed(markdown: str) -> str:
    """The Markdown with each table that is too wide as a list: a row's first cell in bold, the others below it."""
    if "|" not in markdown:
        return markdown
    from pyromark import Options, events_with_range  # noqa: PLC0415 - only what is written is parsed

    data = markdown.encode()
    made, copied, inside = b"", 0, 0
    rows: list[list[str]] = []

    for event, span in events_with_range(markdown, options=Options.ENABLE_TABLES):
        started, ended = _kind(event, "Start"), _kind(event, "End")
        inside += (started in {"Item", "BlockQuote"}) - (ended in {"Item", "BlockQuote"})

        if started == "Table":
            rows = []
        elif started in {"TableHead", "TableRow"}:
            rows.append([])
        elif started == "TableCell":
            rows[-1].append(data[span["start"] : span["end"]].decode().strip(" |"))
        elif ended == "Table" and not inside and _width(rows) > WIDEST:
            made += data[copied : span["start"]] + _listed(rows).encode()
            copied = span["end"]

    return (made + data[copied:]).decode()


def _kind(event: Any, what: str) -> str:  # noqa: ANN401 - the parser's
    name = event.get(what, "") if isinstance(event, dict) else ""
    return name if isinstance(name, str) else str(next(iter(name)))


def _width(rows: list[list[str]]) -> int:
    widths = [max(map(len, column)) for column in zip(*rows, strict=False)]
    return sum(widths) + _BETWEEN * (len(widths) - 1)


def _listed(rows: list[list[str]]) -> str:
    head, *body = [[cell.strip("*") for cell in row] for row in rows]
    told = []
    for first, *others in body:
        cells = [(name, cell) for name, cell in zip(head[1:], others, strict=False) if cell]
        lines = [f"- {name}: {cell}" if name else f"- {cell}" for name, cell in cells]
        told.append("\n".join([f"**{first}**" if first else "", "", *lines]).strip("\n"))
    return "\n\n" + "\n\n".join(told or [" · ".join(head)]) + "\n\n"

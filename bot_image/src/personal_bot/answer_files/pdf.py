"""Sets an answer as a PDF: Markdown becomes reportlab's flowables, on A4 with page numbers and an outline."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pyromark import Options, events
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    Indenter,
    ListFlowable,
    ListItem,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
    XPreformatted,
)

from personal_bot.answer_files.contents import Paper
from personal_bot.answer_files.fonts import CODE, TEXT, Letters

_MARGIN: Final = 20 * mm
_WIDTH: Final = A4[0] - 2 * _MARGIN
_INK: Final = colors.HexColor("#1d1d1f")
_GREY: Final = colors.HexColor("#6b6b70")
_LIGHT: Final = colors.HexColor("#f3f4f6")
_LINE: Final = colors.HexColor("#d0d0d5")
_LINK: Final = "#1a5fb4"
_SMALLEST_COLUMN: Final = 28  # points
_CODE_COLUMNS: Final = 88  # signs of a line of code before it is broken
_CITATION: Final = re.compile(r"\[(\d{1,3})\]")
_MARKDOWN: Final = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH | Options.ENABLE_TASKLISTS
_SIMPLE: Final = {"Strong": "b", "Emphasis": "i", "Strikethrough": "strike"}

_BODY: Final = ParagraphStyle("body", fontName=TEXT, fontSize=10.5, leading=15, textColor=_INK, spaceAfter=6)
_QUOTE: Final = ParagraphStyle("quote", parent=_BODY, textColor=_GREY)
_CELL: Final = ParagraphStyle("cell", parent=_BODY, fontSize=9, leading=12, spaceAfter=0)
_SOURCE: Final = ParagraphStyle(
    "source",
    parent=_BODY,
    fontSize=9,
    leading=13,
    spaceAfter=3,
    leftIndent=24,
    bulletFontName=TEXT,
    bulletFontSize=9,
)
_NOTE: Final = ParagraphStyle("note", parent=_BODY, fontSize=9, leading=12, textColor=_GREY, spaceAfter=12)
_BLOCK: Final = ParagraphStyle(
    "code",
    fontName=CODE,
    fontSize=8.5,
    leading=11.5,
    textColor=_INK,
    backColor=_LIGHT,
    borderPadding=6,
    spaceBefore=8,
    spaceAfter=14,
    leftIndent=6,
    rightIndent=6,
)
_HEADINGS: Final = {
    level: ParagraphStyle(
        f"heading{level}",
        parent=_BODY,
        fontName=f"{TEXT}-Bold",
        fontSize=size,
        leading=size * 1.25,
        spaceBefore=size * 0.8,
        spaceAfter=size * 0.35,
        keepWithNext=1,
    )
    for level, size in {1: 17, 2: 14, 3: 12, 4: 11}.items()
}


def write(paper: Paper, into: str) -> int:
    """Write the paper as a PDF; gives its number of pages.

    Raises:
        CannotReadError: it is in a script that the typefaces lack.
        OSError: the volume is full.
    """
    letters = Letters()
    title = " ".join(paper.title.split())
    story: list[Flowable] = [Paragraph(letters.text(title), _HEADINGS[1]), Paragraph(letters.text(paper.note), _NOTE)]
    story += _Setting(letters, sources=len(paper.sources)).blocks(events(paper.text, options=_MARKDOWN))

    if paper.sources:
        story += [Spacer(1, 6), HRFlowable(width="100%", thickness=0.5, color=_GREY)]
        story.append(Paragraph(letters.text(paper.heading), _HEADINGS[2]))
        story += [_source(letters, number, *source) for number, source in enumerate(paper.sources, start=1)]

    document = _Document(into, title=title, lang=paper.language)
    document.build(story)
    return int(document.page)


def _source(letters: Letters, number: int, name: str, link: str) -> Paragraph:
    told = letters.text(name)
    if link:
        told = f'<a href="{_attribute(link)}" color="{_LINK}">{told}</a>'

    return Paragraph(f'<a name="source{number}"/>{told}', _SOURCE, bulletText=f"[{number}]")


class _Document(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    def __init__(self, into: str, **about: str) -> None:
        super().__init__(into, pagesize=A4, creator="personalbots", **about)
        frame = Frame(_MARGIN, _MARGIN, _WIDTH, A4[1] - 2 * _MARGIN, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate(frames=[frame], onPage=_number))
        self._outlined, self._level = 0, -1

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - reportlab's name
        """Put headings into the outline, which a viewer shows beside the pages; it may not skip a level."""
        style = flowable.style if isinstance(flowable, Paragraph) else None
        for level in (level for level, heading in _HEADINGS.items() if heading is style):
            self._outlined += 1
            self._level = min(level - 1, self._level + 1)
            self.canv.bookmarkPage(f"heading{self._outlined}")
            self.canv.addOutlineEntry(flowable.getPlainText(), f"heading{self._outlined}", level=self._level)


def _number(canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont(TEXT, 8)
    canvas.setFillColor(_GREY)
    canvas.drawRightString(A4[0] - _MARGIN, _MARGIN / 2, str(document.page))


class _Setting:
    """Turns the events of a Markdown parser into flowables."""

    def __init__(self, letters: Letters, *, sources: int) -> None:
        self._letters = letters
        self._sources = sources

    def blocks(self, stream: Iterable[Any]) -> list[Flowable]:
        """Give all blocks of a document."""
        return self._until(iter(stream), end=None)

    def _until(self, stream: Iterator[Any], end: object, style: ParagraphStyle = _BODY) -> list[Flowable]:
        """Give the blocks up to an end; text outside of a paragraph, as in tight lists, makes one."""
        made: list[Flowable] = []
        loose = ""

        for event in stream:
            if isinstance(event, dict) and "End" in event and _kind(event["End"]) == end:
                break

            block = self._block(event, stream, style)
            if block is None:
                loose += self._inline(event, stream)
                continue

            made += [Paragraph(loose, style)] if loose.strip() else []
            loose = ""
            made += block

        return [*made, Paragraph(loose, style)] if loose.strip() else made

    def _block(self, event: Any, stream: Iterator[Any], style: ParagraphStyle) -> list[Flowable] | None:  # noqa: ANN401, PLR0911 - a table of cases
        if event == "Rule":
            return [HRFlowable(width="100%", thickness=0.5, color=_GREY, spaceBefore=6, spaceAfter=8)]

        started: Any = event.get("Start", "") if isinstance(event, dict) else ""
        match _kind(started):
            case "Heading":
                level = min(4, int(started["Heading"]["level"][1:]) + 1)  # the first is the paper's own
                return [Paragraph(self._span(stream, "Heading"), _HEADINGS[level])]
            case "Paragraph":
                return [Paragraph(self._span(stream, "Paragraph"), style)]
            case "HtmlBlock":
                return [Paragraph(self._span(stream, "HtmlBlock"), style)]
            case "CodeBlock":
                return [XPreformatted(self._code(stream), _BLOCK)]
            case "BlockQuote":
                return [Indenter(14, 0), *self._until(stream, "BlockQuote", _QUOTE), Indenter(-14, 0), Spacer(1, 4)]
            case "List":
                return [self._list(stream, started["List"], style), Spacer(1, 4)]
            case "Table":
                return [self._table(stream, started["Table"]), Spacer(1, 10)]

        return None

    def _list(self, stream: Iterator[Any], first: int | None, style: ParagraphStyle) -> ListFlowable:
        tight = ParagraphStyle("item", parent=style, spaceAfter=2)
        items = []

        for event in stream:
            if "End" in event:
                break
            items.append(ListItem(self._until(stream, "Item", tight) or [Paragraph("", tight)]))

        numbered: dict[str, Any] = {"bulletType": "1", "start": first, "bulletFormat": "%s."}
        bullets: dict[str, Any] = {"bulletType": "bullet", "start": "•"}
        return ListFlowable(
            items, leftIndent=18, bulletFontName=TEXT, bulletFontSize=10.5, **(bullets if first is None else numbered)
        )

    def _table(self, stream: Iterator[Any], alignments: Iterable[str]) -> Table:
        rows: list[list[str]] = []
        for event in stream:
            if "End" in event and _kind(event["End"]) == "Table":
                break

            kind = _kind(event.get("Start", "")) if isinstance(event, dict) else ""
            if kind in {"TableHead", "TableRow"}:
                rows.append([])
            elif kind == "TableCell":
                cell = self._span(stream, "TableCell")
                rows[-1].append(f"<b>{cell}</b>" if len(rows) == 1 else cell)

        right = ParagraphStyle("right", parent=_CELL, alignment=TA_RIGHT)
        styles = [right if side == "Right" else _CELL for side in alignments]
        cells = [[Paragraph(cell, style) for cell, style in zip(row, styles, strict=False)] for row in rows]
        look = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
            ("BACKGROUND", (0, 0), (-1, 0), _LIGHT),
            ("LEFTPADDING", (0, 0), (-1, -1), 5),
            ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        ]

        return Table(cells, colWidths=_widths(rows), repeatRows=1, splitInRow=1, hAlign="LEFT", style=TableStyle(look))

    def _code(self, stream: Iterator[Any]) -> str:
        text = "".join(event["Text"] for event in _content(stream, "CodeBlock") if "Text" in event)
        lines = [
            part
            for line in text.expandtabs(4).rstrip("\n").split("\n")
            for part in textwrap.wrap(line, _CODE_COLUMNS, drop_whitespace=False, replace_whitespace=False) or [""]
        ]
        return self._letters.code("\n".join(lines))

    def _span(self, stream: Iterator[Any], end: str) -> str:
        """Write what runs in lines as reportlab's markup."""
        return "".join(self._inline(event, stream) for event in _content(stream, end))

    def _inline(self, event: Any, stream: Iterator[Any]) -> str:  # noqa: ANN401 - the parser's
        if event in ("SoftBreak", "HardBreak"):
            return " " if event == "SoftBreak" else "<br/>"
        if not isinstance(event, dict):
            return ""
        if "Start" in event:
            return self._spanned(event["Start"], stream)
        if "TaskListMarker" in event:
            return "[×] " if event["TaskListMarker"] else "[ ] "
        if "Code" in event or "InlineMath" in event or "DisplayMath" in event:
            return f'<font face="{CODE}" size="9">{self._letters.code(next(iter(event.values())))}</font>'

        plain = next((event[kind] for kind in ("Text", "Html", "InlineHtml") if kind in event), "")
        return _CITATION.sub(self._cited, self._letters.text(plain))

    def _spanned(self, started: Any, stream: Iterator[Any]) -> str:  # noqa: ANN401 - the parser's
        kind = _kind(started)
        inside = self._span(stream, kind)

        if kind in _SIMPLE:
            return f"<{_SIMPLE[kind]}>{inside}</{_SIMPLE[kind]}>"
        if kind == "Link":
            return f'<a href="{_attribute(started["Link"]["dest_url"])}" color="{_LINK}">{inside}</a>'

        return inside

    def _cited(self, match: re.Match[str]) -> str:
        known = 1 <= int(match[1]) <= self._sources
        return f'<a href="#source{match[1]}" color="{_LINK}">{match[0]}</a>' if known else match[0]


def _content(stream: Iterator[Any], end: str) -> Iterator[Any]:
    """Give the events up to an end."""
    for event in stream:
        if isinstance(event, dict) and "End" in event and _kind(event["End"]) == end:
            return
        yield event


def _kind(name: Any) -> str:  # noqa: ANN401 - the parser's: a name, or an object with the name as its only key
    return name if isinstance(name, str) else str(next(iter(name)))


def _widths(rows: list[list[str]]) -> list[float]:
    """Give the widths of columns in points: what their longest cells ask for, shrunk to the page."""
    plain = [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in rows]
    asked = [
        max(pdfmetrics.stringWidth(row[column], f"{TEXT}-Bold", _CELL.fontSize) for row in plain if column < len(row))
        + 14
        for column in range(len(plain[0]))
    ]
    if sum(asked) <= _WIDTH:
        return asked

    # Columns that are narrower than their share keep what they ask for; the wide ones share the rest.
    left, wide = _WIDTH, set(range(len(asked)))
    while narrow := [column for column in wide if asked[column] <= left / len(wide)]:
        left -= sum(asked[column] for column in narrow)
        wide -= set(narrow)

    total = sum(asked[column] for column in wide)
    shares = {column: max(_SMALLEST_COLUMN, left * asked[column] / total) for column in wide}
    return [shares.get(column, width) for column, width in enumerate(asked)]


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")

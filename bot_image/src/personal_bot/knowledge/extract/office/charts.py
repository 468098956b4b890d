"""What charts and diagrams (SmartArt) of DOCX and PPTX say: they are parts of their own (ECMA-376, 21.2 and 21.4)."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from personal_bot.knowledge.extract.office.ooxml import A

_C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
CHART: Final = f"{_C}chart"
DIAGRAM: Final = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_NEWER: Final = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
_LABELS: Final = (f"{_C}cat", f"{_C}xVal")
_VALUES: Final = (f"{_C}val", f"{_C}yVal", f"{_C}bubbleSize")
_DATES: Final = re.compile(r"[yd]", re.IGNORECASE)
_DAY_0: Final = date(1899, 12, 30)  # of Excel's calendar


def chart_lines(chart: ET.Element) -> Iterator[str]:
    """Give the title of a chart, those of its axes, and a line for each category with the values of all series."""
    yield from chart_titles(chart)

    rows: dict[str, list[str]] = {}
    for number, series in enumerate(chart.iter(f"{_C}ser"), start=1):
        name = " ".join(filter(None, (one.text for one in _path(series.find(f"{_C}tx"), f"{_C}v")))) or f"№{number}"
        labels, values = _points(series, _LABELS), _points(series, _VALUES)
        for index, value in values.items():
            rows.setdefault(labels.get(index, str(index + 1)), []).append(f"{name}: {value}")
    for label, told in rows.items():
        yield "; ".join((label, *told))

    # Charts that came with Office 2016 (treemap, waterfall) have a form of their own.
    for points in chart.iter(f"{_NEWER}lvl"):
        yield "; ".join(point.text for point in points.iter(f"{_NEWER}pt") if point.text)


def chart_titles(chart: ET.Element) -> Iterator[str]:
    """Give the title of a chart and those of its axes."""
    yield from filter(None, (flat(title) for title in chart.iter(f"{_C}title")))


def diagram_lines(diagram: ET.Element) -> Iterator[str]:
    """Give the texts of a diagram's data part."""
    yield from filter(None, (flat(paragraph) for paragraph in diagram.iter(f"{A}p")))


def _points(series: ET.Element, names: tuple[str, ...]) -> dict[int, str]:
    found: dict[int, str] = {}
    for name in names:
        data = series.find(name)
        code = next((one.text or "" for one in _path(data, f"{_C}formatCode")), "")
        for point in _path(data, f"{_C}pt"):
            index = int(point.get("idx", "0"))
            text = _value((point.findtext(f"{_C}v") or "").strip(), code)
            found[index] = f"{found[index]} {text}" if index in found else text
    return found


def _value(text: str, code: str) -> str:
    if code and code != "General" and _DATES.search(re.sub(r'"[^"]*"|\[[^\]]*\]', "", code)):
        try:
            return (_DAY_0 + timedelta(days=int(float(text)))).isoformat()
        except (ValueError, OverflowError):
            return text
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return text


def _path(element: ET.Element | None, name: str) -> Iterator[ET.Element]:
    return iter(()) if element is None else element.iter(name)


def flat(element: ET.Element) -> str:
    """Give the text of an element of DrawingML."""
    return "".join(one.text or "" for one in element.iter(f"{A}t")).strip()

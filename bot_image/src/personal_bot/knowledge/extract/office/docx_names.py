"""Names of WordprocessingML, and how its values are read."""

from typing import Final
from xml.etree import ElementTree as ET

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def value_of(parent: ET.Element | None, name: str, *, missing: str | None = None) -> str | None:
    """Give ``w:val`` of a child: "" when the child has none, `missing` when there is no such child."""
    child = None if parent is None else parent.find(f"{W}{name}")
    return missing if child is None else child.get(f"{W}val", "")

"""VCF (vCard 2.1 to 4.0): each contact in a few lines, without its picture."""

import quopri
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.plain.plain_text import charset_of, opened
from personal_bot.knowledge.extract.segments import Reading, Segment

_BINARY: Final = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
_UNREAD: Final = frozenset({"BEGIN", "END", "VERSION", "PRODID", "REV", "UID", "N"})
_NAMED: Final = {
    "FN": "", "TEL": "Phone", "EMAIL": "E-mail", "ADR": "Address", "ORG": "Organisation", "TITLE": "Title",
    "URL": "Web", "BDAY": "Birthday", "NOTE": "Note", "NICKNAME": "Nickname", "ROLE": "Role",
}  # fmt: skip
_PROPERTY: Final = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;[^:]*)?):(.*)", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_SEPARATOR: Final = re.compile(r"(?<!\\);")
_CHARSET: Final = re.compile(r"CHARSET=([\w-]+)", re.IGNORECASE)


def read_contacts(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give a segment for each contact.

    Raises:
        CannotReadError: no character set makes text of it.
    """
    with opened(path) as file:
        yield from reading.counted(_contacts(_unfolded(file)), "bytes", file.buffer.tell, path.stat().st_size)


def _contacts(lines: Iterator[str]) -> Iterator[Segment]:
    told: list[str] = []
    names = ""
    for line in lines:
        match = _PROPERTY.match(line)
        if not match:
            continue
        name, parameters, value = match[1].upper(), match[2], match[3]
        if name == "END" and (told or names):
            yield Segment("\n".join(told if told and ": " not in told[0] else [names, *told]).strip())
        if name in {"BEGIN", "END"}:
            told, names = [], ""
        elif name == "N":
            family, given, *rest = [*_parts(value, parameters), "", ""]
            names = " ".join(filter(None, (given, *rest[:1], family)))
        elif name not in _BINARY | _UNREAD and not name.startswith("X-") and (text := _text(value, parameters)):
            told.insert(0, text) if name == "FN" else told.append(f"{_NAMED.get(name, name)}: {text}")


def _unfolded(lines: Iterator[str]) -> Iterator[str]:
    """Lines that go on in the next one, by a blank there or, in quoted text, by "=" at the end."""
    held = ""
    for raw in lines:
        line = raw.rstrip("\r\n")
        if line[:1] in {" ", "\t"} and held:
            held += line[1:]
        elif held.endswith("=") and "QUOTED-PRINTABLE" in held.upper():
            held = held[:-1] + line
        else:
            if held:
                yield held
            held = line
    yield held


def _text(value: str, parameters: str) -> str:
    return ", ".join(filter(None, _parts(value, parameters)))


def _parts(value: str, parameters: str) -> list[str]:
    if "QUOTED-PRINTABLE" in parameters.upper():
        content = quopri.decodestring(value.encode("utf-8", errors="replace"))
        named = _CHARSET.search(parameters)
        value = content.decode(charset_of(content, named[1] if named else None), errors="replace")
    parts = (_ESCAPE.sub(lambda one: "\n" if one[1] in "nN" else one[1], part) for part in _SEPARATOR.split(value))
    return [part.strip().removeprefix("tel:").removeprefix("mailto:") for part in parts]

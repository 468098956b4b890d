"""RTF (Rich Text Format 1.9.1): the text in reading order, headings as places; notes and comments in brackets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.sections import sections
from personal_bot.knowledge.extract.segments import Reading, Segment

_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_UNREAD_WORDS: Final = (
    "fonttbl colortbl stylesheet info pict objdata fldinst xmlnstbl listtable listoverridetable rsidtbl generator "
    "themedata colorschememapping latentstyles datastore filetbl revtbl atnid atnauthor atndate atnref atrfstart "
    "atrfend bkmkstart bkmkend shpinst sp sv nonshppict objclass objname template pgptbl mmathPr userprops falt panose "
    "tc xe private operator fontemb fontfile passwordhash protusertbl wgrffmtfilter background"
)
_READ_WORDS: Final = "shptxt listtext pntext annotation footnote shprslt result moMath moMathPara"
_UNREAD: Final = frozenset(_UNREAD_WORDS.split())
"""Destinations that hold no text of the document."""
_READ: Final = frozenset(_READ_WORDS.split())
"""Destinations that do, also where they are marked as ones to leave out."""
_SIGNS: Final = {
    b"tab": "\t", b"line": "\n", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”", b"bullet": "•", b"emspace": " ", b"enspace": " ", b"qmspace": " ", b"cell": " | ",
    b"nestcell": " | ",
}  # fmt: skip
_ESCAPED: Final = {b"~": "\xa0", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n"}
_BREAKS: Final = frozenset([b"par", b"row", b"nestrow", b"sect", b"page", b"column"])
_BRACKETED: Final = frozenset({"footnote", "annotation"})
_RUNNING: Final = frozenset(f"{kind}{which}" for kind in ("header", "footer") for which in ("", "l", "r", "f"))
_CHARSETS: Final = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 255: "cp850",
}  # fmt: skip
"""Of fonts, by \\fcharset."""
_BODY_LEVEL: Final = 9
_SURROGATES: Final = range(0xD800, 0xE000)


@dataclass(slots=True)
class _Group:
    """What holds between two braces."""

    unread: bool = False
    encoding: str = ""
    skip: int = 1  # characters after \u that are for programs without Unicode
    kind: str = ""
    hidden: bool = False


@dataclass(slots=True)
class _State:
    """What holds for the whole document."""

    codepage: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    styles: dict[int, int] = field(default_factory=dict)  # level as a heading, from 1
    parts: list[str] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    level: int = 0
    told: set[str] = field(default_factory=set)


def read_rtf(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the text under each heading, the heading included; the place is the path of headings."""
    content = path.read_bytes()
    position = 0

    def blocks() -> Iterator[tuple[int, str]]:
        nonlocal position
        for position, level, text in _Reader(content).blocks():  # noqa: B007 - told from outside
            yield level, text

    yield from reading.counted(sections(blocks()), "bytes", lambda: position, len(content))


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._state = _State(fonts=_fonts(content), styles=_styles(content))
        self._groups = [_Group()]
        self._outer: list[list[str]] = []
        self._first = False  # right behind a brace or a mark that says to leave a destination out
        self._optional = False
        self._skipping = 0

    def blocks(self) -> Iterator[tuple[int, int, str]]:
        position = 0
        while match := _TOKEN.match(self._content, position):
            position = match.end()
            word, number, code, sign, brace, text = match.groups()
            if word == b"bin" and number:
                position += max(int(number), 0)
            elif brace:
                self._brace(brace == b"{")
            elif word:
                ends = self._word(word, None if number is None else int(number))
                if ends and (block := self._paragraph()):
                    yield position, *block
            elif code:
                self._byte(int(code, 16))
            elif sign:
                self._sign(sign)
            elif text:
                self._text(text)
        if block := self._paragraph():
            yield position, *block

    def _paragraph(self) -> tuple[int, str] | None:
        if self._outer:  # of a note: it stays in it
            self._write("\n")
            return None
        self._flush()
        text = _whole("".join(self._state.parts)).strip().strip("|").strip()
        self._state.parts.clear()
        return (self._state.level, text) if text else None

    def _brace(self, opens: bool) -> None:  # noqa: FBT001 - which of two braces
        self._flush()
        if opens:
            self._groups.append(replace(self._groups[-1], kind=""))
            self._first, self._optional = True, False
            return
        if len(self._groups) == 1:
            return
        kind = self._groups.pop().kind
        if kind in _BRACKETED | _RUNNING and self._outer:
            said = "".join(self._state.parts).strip()
            self._state.parts = self._outer.pop()
            if kind in _BRACKETED and said:
                self._state.parts.append(f" [{said}]")
            elif said and said not in self._state.told:
                self._state.told.add(said)
                self._state.parts.append(f"{said}\n")

    def _word(self, word: bytes, number: int | None) -> bool:
        """Follow a control word; True when a paragraph ends."""
        group, name = self._groups[-1], word.decode("ascii")
        first, self._first = self._first, False
        if first and self._begins(name, group):
            return False
        if group.unread:
            return False
        self._flush()
        if word in _BREAKS:
            return True
        if word in _SIGNS:
            self._write(_SIGNS[word])
        elif name == "u" and number is not None:
            self._write(chr(number % 0x10000))
            self._skipping = group.skip
        else:
            self._property(name, number, group)
        return False

    def _begins(self, name: str, group: _Group) -> bool:
        """Whether a group begins as a destination of its own."""
        if name in _UNREAD or (self._optional and name not in _READ):
            group.unread = True
        elif name in _BRACKETED | _RUNNING:
            group.kind = name
            if not group.unread:
                self._outer.append(self._state.parts)
                self._state.parts = []
        elif name in _READ:
            group.unread = False
        else:
            return False
        return True

    def _property(self, name: str, number: int | None, group: _Group) -> None:  # noqa: C901 - a case a word
        match name:
            case "ansicpg":
                self._state.codepage = f"cp{number}"
            case "mac":
                self._state.codepage = "mac_roman"
            case "pc":
                self._state.codepage = "cp437"
            case "pca":
                self._state.codepage = "cp850"
            case "uc":
                group.skip = number or 0
            case "f":
                group.encoding = self._state.fonts.get(number or 0, "")
            case "plain":
                group.encoding, group.hidden = "", False
            case "pard":
                self._state.level = 0
            case "s":
                self._state.level = self._state.styles.get(number or 0, 0)
            case "outlinelevel":
                self._state.level = (number or 0) + 1 if (number or 0) < _BODY_LEVEL else 0

    def _byte(self, value: int) -> None:
        self._first = False
        if self._skipping:
            self._skipping -= 1
        elif not self._groups[-1].unread:
            self._state.raw.append(value)

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._optional = self._first
            return
        self._first = False
        if self._groups[-1].unread:
            return
        self._flush()
        self._write(_ESCAPED.get(sign, sign.decode("ascii", errors="replace")))

    def _text(self, text: bytes) -> None:
        self._first = False
        skipped = min(self._skipping, len(text))
        self._skipping -= skipped
        if not self._groups[-1].unread:
            self._state.raw += text[skipped:]

    def _write(self, text: str) -> None:
        self._state.parts.append(text)

    def _flush(self) -> None:
        """Decode the bytes that came one by one: letters of some alphabets have two."""
        if self._state.raw:
            encoding = self._groups[-1].encoding or self._state.codepage
            try:
                text = bytes(self._state.raw).decode(encoding, errors="replace")
            except LookupError:
                text = bytes(self._state.raw).decode("cp1252", errors="replace")
            self._state.raw.clear()
            self._write(text)


def _fonts(content: bytes) -> dict[int, str]:
    """The encoding of each font, by the alphabet that it is for."""
    found = re.finditer(rb"\\f(\d{1,5})\b[^;{}]*?\\fcharset(\d{1,3})", content)
    return {int(one[1]): _CHARSETS[int(one[2])] for one in found if int(one[2]) in _CHARSETS}


def _styles(content: bytes) -> dict[int, int]:
    """The level of each style that is a heading; their names don't depend on Word's language."""
    found = re.finditer(rb"\{\\s(\d{1,5})\b[^;]{0,2000}?\bheading (\d);", content, re.IGNORECASE)
    return {int(one[1]): int(one[2]) for one in found}


def _whole(text: str) -> str:
    """Join the halves of letters that were written one by one."""
    if not any(ord(letter) in _SURROGATES for letter in text):
        return text
    return text.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")

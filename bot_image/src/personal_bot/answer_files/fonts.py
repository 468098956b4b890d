"""The two typefaces of a PDF, and which of them has a sign.

PT Sans was made for Russian; IBM Plex Mono is for code, and has arrows and frames that PT Sans lacks. What neither has
is left out when it is a picture (an emoji); a script that neither has makes a PDF impossible.
"""

import unicodedata
from collections.abc import Set as AbstractSet
from html import escape
from itertools import groupby
from typing import Final

import fontpkg_ibm_plex_mono
import fontpkg_pt_sans
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from personal_bot.sandbox.errors import CannotReadError

TEXT: Final = "Text"
CODE: Final = "Code"
_ALIKE: Final = str.maketrans(
    {"⇒": "→", "⇐": "←", "✔": "✓", "✗": "×", "✘": "×", "✅": "✓", "❌": "×", "★": "*", "☑": "✓"}
)
_LETTERS: Final = frozenset("LMN")
"""Unicode's categories of signs that carry meaning: letters, marks, numbers."""


class Letters:
    """Both typefaces, registered with reportlab."""

    def __init__(self) -> None:
        self._text = _register(
            TEXT,
            fontpkg_pt_sans.ROOT / "files",
            "PT_Sans-Web-Regular.ttf",
            "PT_Sans-Web-Bold.ttf",
            "PT_Sans-Web-Italic.ttf",
            "PT_Sans-Web-BoldItalic.ttf",
        )
        self._code = _register(
            CODE,
            fontpkg_ibm_plex_mono.ROOT / "files",
            "IBMPlexMono-Regular.ttf",
            "IBMPlexMono-Bold.ttf",
            "IBMPlexMono-Italic.ttf",
            "IBMPlexMono-BoldItalic.ttf",
        )

    def text(self, plain: str) -> str:
        """Write text as reportlab's markup, each sign in a typeface that has it.

        Raises:
            CannotReadError: it is in a script that has none.
        """
        marked = ""
        for typeface, signs in groupby(plain.translate(_ALIKE), self._typeface):
            part = escape("".join(signs))
            marked += {"": "", TEXT: part, CODE: f'<font face="{CODE}">{part}</font>'}[typeface]

        return marked

    def code(self, plain: str) -> str:
        """Write code as reportlab's markup.

        Raises:
            CannotReadError: it is in a script that has no typeface.
        """
        return escape("".join(sign for sign in plain.translate(_ALIKE) if sign == "\n" or self._typeface(sign)))

    def _typeface(self, sign: str) -> str:
        code = ord(sign)
        if code in self._text or sign.isspace():
            return TEXT
        if code in self._code:
            return CODE
        if unicodedata.category(sign)[0] in _LETTERS and not unicodedata.category(sign) == "Mn":
            raise CannotReadError("pdf_letters_missing")

        return ""


def _register(family: str, folder: object, *files: str) -> AbstractSet[int]:
    """Register regular, bold, italic and bold italic; gives the signs that the regular one has."""
    names = [family, f"{family}-Bold", f"{family}-Italic", f"{family}-BoldItalic"]
    fonts = [TTFont(name, f"{folder}/{file}") for name, file in zip(names, files, strict=True)]

    for font in fonts:
        pdfmetrics.registerFont(font)

    pdfmetrics.registerFontFamily(family, *names)
    return frozenset(fonts[0].face.charToGlyph)

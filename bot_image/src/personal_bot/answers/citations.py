"""Checks an answer's citations: every [n] that stays exists, and they are numbered in order of appearance.

Brackets with numbers that stand in a document itself (`a[1]`, footnotes, job numbers of a shell) are none. The prompt
shows them in brackets that hardly any document has, by `escaped`; so what the model quotes cannot pass for a citation.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_CODE: Final = re.compile(
    r"```.*?(?:```|\Z)|^[ \t]*~~~.*?(?:^[ \t]*~~~|\Z)|``[^\n]*?``|`[^`\n]*`", re.DOTALL | re.MULTILINE
)

# The forms that models write: [1], [1, 2], [1-3], [^1], [citation:1], [source 1], [1, page 3], [[1]], \[1\], ［1］,
# 【1†source】, and each of them as a link.
_WORD: Final = r"(?:\^|(?:citation|source|passage|ref|источник|фрагмент)s?\s*[:#]?\s*)?"
_ONE: Final = rf"{_WORD}\d{{1,3}}\^?"
_LIST: Final = rf"{_ONE}(?:\s*(?:[,;、，–—-]|and|и)\s*{_ONE})*"
_PAGE: Final = r"(?:[,:]?\s*(?:pp?\.|pages?|стр\.|с\.|slides?|слайды?)\s*\d+(?:\s*[–-]\s*\d+)?)?"
_SQUARE: Final = rf"(?P<two>\[(?=\[))?\\?[\[［]\s*(?P<list>{_LIST}){_PAGE}\s*\\?[\]］](?(two)\])"
_LENS: Final = rf"【(?P<lens>{_LIST})[^】\n]*】"
_LINK: Final = r"(?:\([^()\s]*\))?"
_CITATION: Final = re.compile(rf"(?P<space>[ \t\u00a0]*)(?:{_SQUARE}|{_LENS}){_LINK}", re.IGNORECASE)
_ITEM: Final = re.compile(r"(\d{1,3})\^?(?:\s*[–—-]\s*(?:\D*?)(\d{1,3}))?")
_FOOTNOTE: Final = re.compile(r"^[ \t]*\[\^\d{1,3}\]:.*$\n?", re.MULTILINE)

_ESCAPES: Final = str.maketrans("[［【]］】", "⟦⟦⟦⟧⟧⟧")
_ESCAPED: Final = re.compile(r"⟦+[^⟦⟧\n]*\d[^⟦⟧\n]*⟧+")
_PLAIN: Final = str.maketrans("⟦⟧", "[]")
_WIDE: Final = str.maketrans("⟦⟧", "［］")
_PAPERS: Final = r"(?:documents?|passages?|sources?|files?)\b"
_DENIAL: Final = re.compile(
    rf"\b{_PAPERS}[^.!?\n]*(?:\bnot?\b|n['’]t\b|\bnothing\b)|(?:\bnot?\b|n['’]t\b|\bnothing\b)[^.!?\n]*\b{_PAPERS}|"
    r"\b(?:документ|фрагмент|источник|файл)[^.!?\n]*(?:\bне\b|\bнет\b)|"
    r"(?:\bне\b|\bнет\b|\bничего\b)[^.!?\n]*\b(?:документ|фрагмент|источник|файл)",
    re.IGNORECASE,
)
_LONGEST_DENIAL: Final = 400  # characters; who writes more says more than that
_MARKED: Final = re.compile(r"\ue000(\d+)\ue001")  # a citation that is numbered already


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An answer whose citations are right: its [n] is the passage number `cited[n - 1]` (from 1) of the prompt."""

    text: str
    cited: tuple[int, ...]


def escaped(passage: str) -> str:
    """A passage as the prompt shows it: whatever in it looks like a citation is in other brackets."""
    while (fewer := _CITATION.sub(lambda match: match[0].translate(_ESCAPES), passage)) != passage:
        passage = fewer
    return passage


def readable(text: str) -> str:
    """What the model quoted of escaped passages, in usual brackets: plain ones in code, wide ones elsewhere."""

    def code(quoted: str) -> str:
        return _ESCAPED.sub(lambda match: match[0].translate(_PLAIN), quoted)

    def prose(quoted: str) -> str:
        return _ESCAPED.sub(lambda match: match[0].translate(_WIDE), quoted)

    return _outside_code(text, prose, code=code)


def check(text: str, *, passages: int) -> Checked:
    """Remove citations of passages that do not exist, and renumber the others; code is left as it is."""
    order: dict[int, int] = {}

    def marked(match: re.Match[str]) -> str:
        numbers = [number for number in _numbers(match["list"] or match["lens"]) if 1 <= number <= passages]
        marks = "".join(f"\ue000{order.setdefault(number, len(order) + 1)}\ue001" for number in dict.fromkeys(numbers))
        return f"{match['space']}{marks}" if marks else ""

    def renumbered(prose: str) -> str:
        prose = _FOOTNOTE.sub("", prose)
        # What is removed may leave a new one behind: [[9]1].
        while (fewer := _CITATION.sub(marked, prose)) != prose:
            prose = fewer
        return prose

    # Numbers are given in a first pass and written in a second one, else "[9][1]" would be numbered twice.
    checked = _MARKED.sub(r"[\1]", _outside_code(text, renumbered))
    return Checked(text=readable(checked).strip(), cited=tuple(order))


def _same(text: str) -> str:
    return text


def _outside_code(text: str, change: Callable[[str], str], *, code: Callable[[str], str] = _same) -> str:
    """Change the prose between code, and the code in its own way."""
    parts, end = list[str](), 0
    for match in _CODE.finditer(text):
        parts += [change(text[end : match.start()]), code(match[0])]
        end = match.end()

    return "".join([*parts, change(text[end:])])


def _numbers(written: str) -> list[int]:
    numbers: list[int] = []
    for first, last in _ITEM.findall(written):
        ends = sorted((int(first), int(last or first)))
        numbers += range(ends[0], ends[1] + 1)

    return numbers


def says_nothing_found(text: str) -> bool:
    """Whether an answer says by itself that the documents do not hold it: nobody needs to be told so twice."""
    return len(text) <= _LONGEST_DENIAL and bool(_DENIAL.search(text))

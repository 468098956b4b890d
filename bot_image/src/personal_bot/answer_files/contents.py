"""What a file of an answer holds, in either form."""

import re
from dataclasses import dataclass
from typing import Final

_LONGEST_NAME: Final = 60  # characters
_NO_NAME: Final = re.compile(r"[^\w\s.,()–-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An answer with all that a reader needs to understand it.

    Attributes:
        title: the question.
        note: one line below the title: who answered, and when.
        text: Markdown; every [n] in it is the n-th of `sources`, from 1.
        heading: of the sources, in the person's language.
        sources: where each is from, and the address that opens it, or "".
        language: "en" or "ru".
    """

    title: str
    note: str
    text: str
    heading: str
    sources: tuple[tuple[str, str], ...]
    language: str


def markdown(paper: Paper) -> str:
    """Write the paper as Markdown."""
    parts = [f"# {' '.join(paper.title.split())}", f"*{paper.note}*", paper.text.strip()]
    if paper.sources:
        lines = [
            f"{number}. {f'[{name}]({link})' if link else name}"
            for number, (name, link) in enumerate(paper.sources, start=1)
        ]
        parts += [f"## {paper.heading}", "\n".join(lines)]

    return "\n\n".join(parts) + "\n"


def file_name(title: str, ending: str) -> str:
    """Make a file name that every system takes, from the first words of the title."""
    line = " ".join(_NO_NAME.sub(" ", title.strip().partition("\n")[0]).split())
    short = line if len(line) <= _LONGEST_NAME else line[:_LONGEST_NAME].rpartition(" ")[0] or line[:_LONGEST_NAME]
    return f"{short.strip('. ') or 'answer'}.{ending}"

"""What each person has chosen: where answers come from, and how they read. One small file a person."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final

from personal_bot.models import Document
from personal_bot.state import json_files

LONGEST_INSTRUCTIONS: Final = 1000
"""Characters of a person's instructions, which go with every question."""

CHOICES: Final = {"language": ("", "en", "ru"), "length": ("short", "", "long"), "form": ("", "pdf", "md")}
"""What there is to choose from, by setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """A person's choices; the default of each leaves the bot its own way.

    Attributes:
        documents: ids and names of the only documents that the bot searches; none: everything.
        language: "en", "ru", or "" for that of the person's Telegram.
        model: answers instead of the configured one.
        length: "short", "long", or "" for as long as it takes.
        form: of answers: "pdf", "md" (Markdown), or "" for text, and a PDF when it is long.
        instructions: the person's own, on how to answer.
    """

    documents: tuple[tuple[str, str], ...] = ()
    language: str = ""
    model: str = ""
    length: str = ""
    form: str = ""
    instructions: str = ""

    def chosen(self, documents: Sequence[Document]) -> frozenset[str]:
        """The ids of the chosen documents that still exist; a newer version of one counts by its name."""
        ids, names = {one[0] for one in self.documents}, {one[1] for one in self.documents}
        return frozenset(document.id for document in documents if document.id in ids or document.name in names)


class PreferencesStore:
    """The choices of everybody."""

    def __init__(self, directory: Path) -> None:
        """Keep them in `directory`, which is made when needed."""
        self._directory = directory

    def of(self, user_id: int) -> Preferences:
        """What a person has chosen, without fields that are damaged or of a newer bot."""
        return from_json(json_files.read(self._file(user_id)))

    def change(self, user_id: int, **choices: object) -> Preferences:
        """Change some of a person's choices; returns all of them.

        Raises:
            OSError: the volume is full.
        """
        changed = replace(self.of(user_id), **choices)  # type: ignore[arg-type]  # the names are checked at run time
        json_files.write(self._file(user_id), asdict(changed))
        return changed

    def forget_person(self, user_id: int) -> None:
        """Go back to the defaults."""
        self._file(user_id).unlink(missing_ok=True)

    def _file(self, user_id: int) -> Path:
        return self._directory / f"{user_id}.json"


def from_json(document: object) -> Preferences:
    """Read what `asdict` gave, as far as it makes sense."""
    if not isinstance(document, dict):
        return Preferences()

    values: dict[str, object] = {
        field.name: document[field.name]
        for field in fields(Preferences)
        if field.name != "documents" and isinstance(document.get(field.name), str)
    }

    chosen = document.get("documents")
    values["documents"] = tuple(
        (str(one[0]), str(one[1]))
        for one in (chosen if isinstance(chosen, list) else ())
        if isinstance(one, list) and len(one) == 2  # noqa: PLR2004 - id and name
    )
    values |= {name: "" for name, choices in CHOICES.items() if values.get(name) not in choices}
    values["instructions"] = str(values.get("instructions", ""))[:LONGEST_INSTRUCTIONS]
    return Preferences(**values)  # type: ignore[arg-type]  # checked above, field by field

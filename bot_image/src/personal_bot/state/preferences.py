"""What each person has chosen: where answers come from, and how they read. One small file a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING

from personal_bot.state import json_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from personal_bot.models import Document

LONGEST_INSTRUCTIONS = 1000  # characters: they go with every question


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """A person's choices; the default of each leaves the bot its own way.

    Attributes:
        documents: ids and names of the only documents that are searched; none: everything.
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
        """Give the ids of the chosen documents that are there; a newer version of one stands in for it by its name."""
        ids, names = {one[0] for one in self.documents}, {one[1] for one in self.documents}
        return frozenset(document.id for document in documents if document.id in ids or document.name in names)


class PreferencesStore:
    """The choices of everybody."""

    def __init__(self, directory: Path) -> None:
        """Keep them in `directory`, which is made when needed."""
        self._directory = directory

    def of(self, user_id: int) -> Preferences:
        """What a person has chosen; a field that is damaged or of a newer bot is left out."""
        return from_json(json_files.read(self._file(user_id)))

    def change(self, user_id: int, **choices: object) -> Preferences:
        """Change some of a person's choices; gives all of them.

        Raises:
            OSError: the volume is full.
        """
        changed = replace(self.of(user_id), **choices)  # type: ignore[arg-type]
        json_files.write(self._file(user_id), asdict(changed))
        return changed

    def forget(self, user_id: int) -> None:
        """Back to the bot's own ways."""
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
    return Preferences(**values)  # type: ignore[arg-type]

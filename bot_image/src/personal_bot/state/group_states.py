"""How the bot stands in each group that it was added to. One small file a group."""

from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from personal_bot.state import json_files


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupState:
    """One group.

    Attributes:
        title: its name, as the bot last saw it.
        owner: what the group's people call the bot's owner.
        member: the bot sits in it.
        keeping: the bot keeps its messages.
        agreed: who agreed to that, a name.
        hears_all: the bot was added with its privacy mode off.
        everything: the bot answers questions in it from all documents, not only from the group's own messages.
    """

    title: str = ""
    owner: str = ""
    member: bool = True
    keeping: bool = False
    agreed: str = ""
    hears_all: bool = False
    everything: bool = False


class GroupStates:
    """All groups."""

    def __init__(self, directory: Path) -> None:
        """Read them from `directory`, once; it is made when needed."""
        self._directory = directory
        self._states = {
            int(file.stem): _from_json(json_files.read(file))
            for file in sorted(directory.glob("-*.json"))
            if file.stem[1:].isdecimal()
        }

    def all(self) -> dict[int, GroupState]:
        """Every group by its id."""
        return dict(self._states)

    def of(self, group: int) -> GroupState | None:
        """One group; None when the bot was never added to it by its owner."""
        return self._states.get(group)

    def change(self, group: int, **values: object) -> GroupState:
        """Change what the bot knows of a group, or begin to know it.

        Raises:
            OSError: the volume is full.
        """
        changed = replace(self._states.get(group, GroupState()), **values)  # type: ignore[arg-type]  # the names are checked at run time
        json_files.write(self._file(group), asdict(changed))
        self._states[group] = changed
        return changed

    def move(self, old: int, new: int) -> None:
        """Follow a group that has another id now.

        Raises:
            OSError: the volume is full.
        """
        if state := self._states.get(old):
            json_files.write(self._file(new), asdict(state))
            self._states[new] = state
            del self._states[old]
            self._file(old).unlink(missing_ok=True)

    def _file(self, group: int) -> Path:
        return self._directory / f"{group}.json"


def _from_json(document: object) -> GroupState:
    known = document if isinstance(document, dict) else {}
    values = {
        field.name: known[field.name]
        for field in fields(GroupState)
        if isinstance(known.get(field.name), type(field.default))
    }
    return GroupState(**values)

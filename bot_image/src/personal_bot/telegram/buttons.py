"""The buttons under the bot's messages, each kind with the typed callback data that Telegram gives back.

On the wire a button is its `PREFIX` and its fields, joined by colons: ``source:17:3``. Chats are full of old messages
whose buttons still work, so a prefix, the order of the fields and their meaning never change; a new field goes last and
has a default. Telegram allows 64 bytes.

What cannot be read becomes a button about nothing, whose handler says that the thing is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final, NamedTuple, Self

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

MOST_BYTES: Final = 64
"""Bytes of callback data that Telegram lets a button carry."""

ID_LENGTH: Final = 16
"""Hex digits of a document's id: they fit callback data and still tell documents apart."""

Rows = tuple[tuple[tuple[str, str], ...], ...]
"""Rows of buttons as plain values, each a label and its callback data: the form that the journal keeps."""


class Page(NamedTuple):
    """A message with buttons below it."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """What a button says when it is pressed; all fields have defaults, and only the last one may be None (left out)."""

    PREFIX: ClassVar[str] = ""

    def data(self) -> str:
        """The callback data."""
        values = (getattr(self, field.name) for field in fields(self))
        return ":".join([self.PREFIX, *(str(value) for value in values if value is not None)])

    def labelled(self, text: str) -> tuple[str, str]:
        """The button with this label, for `keyboard()`."""
        return text, self.data()

    @classmethod
    def read(cls, values: str) -> Self:
        """Read what follows the prefix; the last field takes the rest, colons and all.

        Raises:
            ValueError: a value is missing, or no number where one belongs.
        """
        known = fields(cls)
        parts = values.split(":", len(known) - 1) if values or known else []
        given = {field.name: _read(part, field.type) for field, part in zip(known, parts, strict=False)}

        if any(field.default is not None for field in known[len(parts) :]):
            raise ValueError(f"{cls.PREFIX} has too few values")
        return cls(**given)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopButton(Button):
    """Stop a request."""

    PREFIX = "stop"
    request_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceButton(Button):
    """Show the passage behind a number (from 1) of an answer."""

    PREFIX = "source"
    request_id: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseButton(Button):
    """Take the message with the button away."""

    PREFIX = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFileButton(Button):
    """Give an answer as a file; `kind` is ``pdf``, which is the default, or ``md``."""

    PREFIX = "file"
    request_id: int = 0
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsButton(Button):
    """Do something with a document, or with the list that it comes from and goes back to.

    Attributes:
        action: ``list``, ``card``, ``rename``, ``file``, ``sure``, ``delete``, ``sureall``, ``deleteall``,
            ``open`` (others may read it) or ``hide``.
        document: the beginning of the document's id.
        page: of the list, from 0.
        query: words that the names in the list have.
    """

    PREFIX = "docs"
    action: str = "list"
    document: str = ""
    page: int = 0
    query: str = ""

    def data(self) -> str:
        """The callback data; a query that does not fit is cut, and then finds more."""
        data = f"{self.PREFIX}:{self.action}:{self.document[:ID_LENGTH]}:{self.page}:{self.query}"
        return data.encode()[:MOST_BYTES].decode(errors="ignore")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeButton(Button):
    """Choose documents to answer from.

    Attributes:
        page: of the list, from 0.
        change: ``+`` or ``-`` with the beginning of a document's id, ``all``, or empty for none.
    """

    PREFIX = "scope"
    page: int = 0
    change: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchButton(Button):
    """Show a page of what a search of chats found, or what to choose from.

    Attributes:
        request_id: of the search.
        action: ``page``, or what the person chooses: ``author`` or ``period``.
        page: from 0.
        author: the key of the only one; 0: all.
        period: ``2024`` or ``2024-05``; empty: all the time.
    """

    PREFIX = "find"
    request_id: int = 0
    action: str = "page"
    page: int = 0
    author: int = 0
    period: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuButton(Button):
    """Do what a command does; ``ask`` asks the example about the document whose id begins so."""

    PREFIX = "menu"
    command: str = ""
    document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedTextButton(Button):
    """What a pasted text is meant as: ``add`` or ``answer``; `first` is the id of its first message."""

    PREFIX = "material"
    choice: str = ""
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportButton(Button):
    """Whether an export is taken in, ``yes`` or ``no``; `update_id` is of the update that brought it."""

    PREFIX = "import"
    choice: str = ""
    update_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsButton(Button):
    """Choose a setting, or show the settings: ``models``, ``back``."""

    PREFIX = "set"
    name: str = ""
    choice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetButton(Button):
    """What the bot forgets: ``me``, ``all`` (the documents too) or nothing, ``no``."""

    PREFIX = "forget"
    choice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupButton(Button):
    """Decide about a group.

    Attributes:
        choice: ``yes`` or ``no`` (its messages are kept), ``again`` (a person's are, after all), ``everything`` or
            ``own`` (what it is answered from).
        id: of the person for ``again``, of the group for the last two.
    """

    PREFIX = "group"
    choice: str = ""
    id: int | None = None


_KINDS: Final[dict[str, type[Button]]] = {
    kind.PREFIX: kind
    for kind in (
        StopButton,
        SourceButton,
        CloseButton,
        AnswerFileButton,
        DocumentsButton,
        ScopeButton,
        SearchButton,
        MenuButton,
        PastedTextButton,
        ImportButton,
        SettingsButton,
        ForgetButton,
        GroupButton,
    )
}


def read_button(data: str) -> Button:
    """The button with this callback data; one of no known kind shows the list of documents."""
    prefix, _, values = data.partition(":")
    kind = _KINDS.get(prefix, DocumentsButton)

    try:
        return kind.read(values)
    except ValueError:
        return kind()


def keyboard(rows: Sequence[Sequence[tuple[str, str]]]) -> InlineKeyboardMarkup | None:
    """Rows of labels and callback data as Telegram takes them; None for no rows."""
    made = [[InlineKeyboardButton(text=text, callback_data=data) for text, data in row] for row in rows]
    return InlineKeyboardMarkup(inline_keyboard=made) if made else None


def in_rows(buttons: Sequence[tuple[str, str]], width: int) -> Rows:
    """The buttons in rows of so many."""
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))


def _read(part: str, kind: object) -> Any:  # noqa: ANN401 - a string or a number, by the type of the field
    if kind not in {int, int | None}:
        return part
    if not part.removeprefix("-").isdecimal():  # groups have negative ids
        raise ValueError(f"{part!r} is no number")
    return int(part)

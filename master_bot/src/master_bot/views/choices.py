"""The choices for a new bot: sensible defaults, and what can be chosen instead."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self, TypeVar

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from master_bot.settings import Settings
from master_bot.texts import LANGUAGES, Texts, fill
from master_bot.views.keyboards import markup
from master_bot.views.units import memory_of, monthly, plain
from personalbots_api.models import AccessMode

V = TypeVar("V")
_MODES: Final[tuple[AccessMode, ...]] = ("Owner", "Public")


class Choice(StrEnum):
    """What a button under the last step does."""

    CREATE = "c"
    MODEL = "m"
    SIZE = "z"
    ACCESS = "u"
    LANGUAGE = "l"
    STORE = "q"
    OWN_KEY = "k"


class ChoiceButton(CallbackData, prefix="w"):
    """A button under the last step; it means the draft of the conversation in which it is pressed."""

    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was chosen."""

    model: str
    models: tuple[str, ...] = ()
    """The models that the person's own key reaches."""
    size: str | None = None
    access: AccessMode = "Owner"
    language: str = "en"
    title: str = ""
    shared: bool = False
    """Whether it uses the administrator's key."""
    server: bool = False
    """Whether a Qdrant server keeps what the bot reads, instead of a disk of its own."""

    @classmethod
    def default(cls, settings: Settings, *, language: str, models: Sequence[str], shared: bool) -> Self:
        """What is offered first."""
        return cls(
            model=settings.llm_model,
            models=tuple(models),
            size=settings.default_size,
            language=language,
            shared=shared,
        )

    def remember(self) -> dict[str, Any]:
        """For the conversation's data."""
        return asdict(self)

    @classmethod
    def recall(cls, data: Mapping[str, Any]) -> Self | None:
        """From the conversation's data."""
        found = data.get("choices")
        return cls(**{**found, "models": tuple(found["models"])}) if found else None

    def changed(self, choice: Choice, settings: Settings) -> Self:
        """With the next value of what a button chooses."""
        match choice:
            case Choice.MODEL:
                return replace(self, model=_next(self.model, self.models))
            case Choice.SIZE:
                return replace(self, size=_next(self.size, list(settings.sizes or {})))
            case Choice.ACCESS:
                return replace(self, access=_next(self.access, _MODES))
            case Choice.LANGUAGE:
                return replace(self, language=_next(self.language, list(LANGUAGES)))
            case Choice.STORE:
                return replace(self, server=not self.server and bool(settings.qdrant_url))
            case _:
                return self


def screen(choices: Choices, settings: Settings, *, bot: str, texts: Texts) -> tuple[str, InlineKeyboardMarkup]:
    """The last step: everything with its default, one button to go on, and one for each choice that there is."""
    words, sizes = texts.changes, settings.sizes or {}
    size = plain(memory_of(sizes.get(choices.size or "", {})), texts)
    facts = {
        "bot": bot,
        "title": choices.title or words.no_title,
        "model": choices.model,
        "size": f"{choices.size} · {size}" if choices.size else size,
        "access": words.everybody if choices.access == "Public" else words.only_you,
        "language": LANGUAGES[choices.language].own_name,
        "key": _key(choices, settings, texts),
        "store": f"\n{texts.store_server if choices.server else texts.store_own}" if settings.qdrant_url else "",
        "number": 2 if settings.shared_key_secret else 3,
    }
    offers = [
        (Choice.MODEL, words.button_model, len(choices.models) > 1),
        (Choice.SIZE, words.button_size, len(sizes) > 1),
        (Choice.ACCESS, words.button_access, True),
        (Choice.LANGUAGE, texts.button_language, True),
        (Choice.STORE, texts.button_store, bool(settings.qdrant_url)),
        (Choice.OWN_KEY, texts.button_own_key, choices.shared),
    ]
    buttons = [_button(f"🔁 {label}", choice) for choice, label, offered in offers if offered]
    rows = [buttons[first : first + 2] for first in range(0, len(buttons), 2)]

    return fill(texts.last_step, **facts), markup([_button(texts.button_create, Choice.CREATE)], *rows)


def _key(choices: Choices, settings: Settings, texts: Texts) -> str:
    budget = settings.shared_key_budget
    if not choices.shared:
        return texts.key_own
    return texts.key_shared if budget is None else f"{texts.key_shared}, {monthly(budget, texts)}"


def _button(text: str, choice: Choice) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=ChoiceButton(choice=choice).pack())


def _next(value: V, values: Sequence[V]) -> V:
    """The value after this one, from the beginning again after the last."""
    if value not in values:
        return values[0] if values else value
    return values[(values.index(value) + 1) % len(values)]

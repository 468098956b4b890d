"""What people control by themselves: how answers read, what was used, and what is kept of them.

Each command and each button gives a page: a text and buttons. A button says what shall be, so a press that comes
twice changes nothing more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from personal_bot.requests.status_message import keyboard
from personal_bot.state.preferences import LONGEST_INSTRUCTIONS
from personal_bot.state.usage import NOBODY, money
from personal_bot.texts import known, say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import InlineKeyboardMarkup

    from personal_bot.handlers.pasted_text import Materials
    from personal_bot.knowledge.library import Library
    from personal_bot.llm.client import LLM
    from personal_bot.requests.journal import Journal
    from personal_bot.state.dialogues import Dialogues
    from personal_bot.state.preferences import Preferences, PreferencesStore
    from personal_bot.state.searches import KeptSearches
    from personal_bot.state.shown_passages import ShownPassages
    from personal_bot.state.usage import Spent, Usage
    from personal_bot.telegram.updates import Command, Press

    Page = tuple[str, InlineKeyboardMarkup | None]

NAMES = ("settings", "instructions", "usage", "forget")
PRESSES = frozenset({"set", "forget"})
_CHOICES = {"language": ("", "en", "ru"), "length": ("short", "", "long"), "form": ("", "pdf", "md")}
_NO_CHAT_MODELS = ("embedding", "whisper", "tts", "dall-e", "image", "audio", "realtime", "transcribe", "moderation")
_MODELS = 24
_DAYS, _PEOPLE = 10, 10
_CALLBACK_ROOM = 64  # bytes that Telegram lets a button carry


class Controls:
    """Shows and changes a person's own things."""

    def __init__(  # noqa: PLR0913 - it looks after all that is kept of a person
        self,
        *,
        preferences: PreferencesStore,
        usage: Usage,
        dialogues: Dialogues,
        shown: ShownPassages,
        searches: KeptSearches,
        materials: Materials,
        journal: Journal,
        library: Library,
        llm: LLM,
        forget_in_groups: Callable[[int], Awaitable[None]],
        owner_id: int,
    ) -> None:
        """`owner_id`: who chooses models, sees everybody's usage and may forget the documents too."""
        self._preferences = preferences
        self._usage = usage
        self._dialogues = dialogues
        self._shown = shown
        self._searches = searches
        self._materials = materials
        self._journal = journal
        self._library = library
        self._llm = llm
        self._forget_in_groups = forget_in_groups
        self._owner_id = owner_id

    async def command(self, command: Command) -> Page:
        """Answer one of `NAMES`.

        Raises:
            OSError: the volume is full.
        """
        user_id, language = command.sender.user_id, command.sender.language
        match command.name:
            case "instructions":
                return self._instructions(user_id, language, command.arguments)
            case "usage":
                return usage_report(self._usage, user_id, language, everybody=user_id == self._owner_id), None
            case "forget":
                return self._forget_page(user_id, language)
            case _:
                return self._settings_page(user_id, language)

    async def press(self, press: Press) -> Page:
        """Do what a button of `PRESSES` says.

        Raises:
            Refusal: the store is away.
            OSError: the volume is full.
        """
        user_id, language = press.sender.user_id, press.sender.language
        action, _, value = press.data.partition(":")
        if action == "forget":
            return await self._forget(user_id, language, value)
        name, _, choice = value.partition(":")
        if name == "models" and user_id == self._owner_id:
            await self._llm.check()
            return self._models_page(user_id, language)
        if name == "model" and user_id == self._owner_id:
            self._preferences.change(user_id, model=choice if choice != self._llm.config.model else "")
        elif choice in _CHOICES.get(name, ()):
            changed = self._preferences.change(user_id, **{name: choice})
            language = changed.language or language
        elif name == "instructions":
            self._preferences.change(user_id, instructions="")
        return self._settings_page(user_id, language)

    def _settings_page(self, user_id: int, language: str) -> Page:
        preferences = self._preferences.of(user_id)
        lines = [say(language, "settings_title"), "", say(language, "settings_model", model=self._model(preferences))]
        own = preferences.instructions or say(language, "settings_no_instructions")
        lines += [say(language, "settings_instructions", instructions=own), "", say(language, "settings_hint")]
        rows = []
        for name, choices in _CHOICES.items():
            now = getattr(preferences, name)
            texts = [say(language, known(f"settings_{name}_{choice or 'auto'}")) for choice in choices]
            marked = [f"✓ {text}" if choice == now else text for text, choice in zip(texts, choices, strict=True)]
            rows.append([(text, f"set:{name}:{choice}") for text, choice in zip(marked, choices, strict=True)])
        if user_id == self._owner_id:
            rows.append([(say(language, "settings_models"), "set:models")])
        if preferences.instructions:
            rows.append([(say(language, "settings_clear"), "set:instructions")])
        return "\n".join(lines), keyboard(rows)

    def _models_page(self, user_id: int, language: str) -> Page:
        now = self._model(self._preferences.of(user_id))
        names = chat_models(self._llm.windows, configured=self._llm.config.model)
        rows = [[(f"✓ {name}" if name == now else name, f"set:model:{name}")] for name in names]
        return say(language, "settings_choose_model", model=now), keyboard([*rows, [("◀", "set:back")]])

    def _model(self, preferences: Preferences) -> str:
        return preferences.model or self._llm.config.model

    def _instructions(self, user_id: int, language: str, text: str) -> Page:
        if not text:
            now = self._preferences.of(user_id).instructions or say(language, "settings_no_instructions")
            return say(language, "instructions_how", instructions=now), None
        if len(text) > LONGEST_INSTRUCTIONS:
            return say(language, "instructions_too_long", most=LONGEST_INSTRUCTIONS), None
        self._preferences.change(user_id, instructions="" if text == "-" else text)
        return say(language, "instructions_gone" if text == "-" else "instructions_set"), None

    def _forget_page(self, user_id: int, language: str) -> Page:
        rows = [[(say(language, "forget_me"), "forget:me")]]
        if user_id == self._owner_id:
            rows.append([(say(language, "forget_documents"), "forget:all")])
        rows.append([(say(language, "docs_no"), "forget:no")])
        return say(language, "forget_sure_owner" if user_id == self._owner_id else "forget_sure"), keyboard(rows)

    async def _forget(self, user_id: int, language: str, what: str) -> Page:
        if what not in {"me", "all"}:
            return say(language, "forget_kept"), None
        if what == "all" and user_id == self._owner_id and (documents := await self._library.documents()):
            await self._library.delete(*(document.id for document in documents))
        self._dialogues.forget_person(user_id)
        self._shown.forget(user_id)
        self._searches.forget(user_id)
        self._materials.forget_person(user_id)
        self._preferences.forget(user_id)
        self._usage.forget(user_id)
        if user_id != self._owner_id:  # the owner's own words are part of the owner's archives
            await self._forget_in_groups(user_id)
        await self._journal.shorten()
        return say(language, "forgotten"), None


def chat_models(windows: dict[str, int], *, configured: str) -> list[str]:
    """The models to choose from: those that the service offers and that answer, as far as their names tell."""
    names = [name for name in sorted(windows) if not any(part in name.lower() for part in _NO_CHAT_MODELS)]
    fitting = [name for name in names if len(f"set:model:{name}".encode()) <= _CALLBACK_ROOM]
    return list(dict.fromkeys([configured, *fitting]))[:_MODELS]


def usage_report(usage: Usage, user_id: int, language: str, *, everybody: bool) -> str:
    """What this month was used: by day, and for the owner by person and against the budget."""
    of = None if everybody else user_id
    prices = usage.prices
    lines = [say(language, "usage_title"), _line(usage.total(user_id=of), language, usage)]
    if everybody and prices.budget is not None:
        left = max(0.0, prices.budget - usage.total().cost)
        budget, rest = money(prices.budget, prices.currency), money(left, prices.currency)
        lines.append(say(language, "usage_budget", budget=budget, left=rest))
    days = usage.days(user_id=of)
    if days:
        lines += ["", say(language, "usage_by_day")]
        lines += [f"{day} — {_line(spent, language, usage)}" for day, spent in list(days.items())[:_DAYS]]
    people = usage.people() if everybody else {}
    if len(people) > 1:
        lines += ["", say(language, "usage_by_person")]
        named = {user_id: say(language, "usage_you"), NOBODY: say(language, "usage_others")}
        lines += [
            f"{named.get(person, person)} — {_line(spent, language, usage)}"
            for person, spent in list(people.items())[:_PEOPLE]
        ]
    if everybody and not prices.models:
        lines += ["", say(language, "usage_no_prices")]
    return "\n".join(lines)


def _line(spent: Spent, language: str, usage: Usage) -> str:
    numbers = {"requests": spent.requests, "prompt": f"{spent.prompt:,}", "completion": f"{spent.completion:,}"}
    line = say(language, "usage_line", **numbers).replace(",", "\u202f")
    return f"{line} · {money(spent.cost, usage.prices.currency)}" if usage.prices.models else line

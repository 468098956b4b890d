"""`/settings` and `/instructions`: how the bot answers a person.

A button says what a setting becomes, so a press that comes twice changes nothing more.
"""

from collections.abc import Mapping
from typing import Final

from personal_bot.llm.client import LLM
from personal_bot.llm.offered import Model
from personal_bot.state.preferences import CHOICES, LONGEST_INSTRUCTIONS, Preferences, PreferencesStore
from personal_bot.telegram.buttons import MOST_BYTES, Page, SettingsButton, keyboard
from personal_bot.telegram.intents import Command, Press
from personal_bot.texts import known, say

_NO_CHAT_MODELS: Final = (
    "embedding",
    "whisper",
    "tts",
    "dall-e",
    "image",
    "audio",
    "realtime",
    "transcribe",
    "moderation",
)  # parts of the names of models that do not answer
_MODELS: Final = 24  # to choose from


class PersonalSettings:
    """Shows and changes a person's settings."""

    def __init__(self, *, preferences: PreferencesStore, llm: LLM, owner_id: int) -> None:
        """`owner_id`: who may choose another model."""
        self._preferences = preferences
        self._llm = llm
        self._owner_id = owner_id

    async def command(self, command: Command, _: int) -> Page:
        """Show the settings."""
        return self._page(command.sender.user_id, command.sender.language)

    async def instructions(self, command: Command, _: int) -> Page:
        """Show or change the person's instructions on how to answer.

        Raises:
            OSError: the volume is full.
        """
        user_id, language, text = command.sender.user_id, command.sender.language, command.arguments
        if not text:
            now = self._preferences.of(user_id).instructions or say(language, "settings_no_instructions")
            return Page(say(language, "instructions_how", instructions=now))
        if len(text) > LONGEST_INSTRUCTIONS:
            return Page(say(language, "instructions_too_long", most=LONGEST_INSTRUCTIONS))

        self._preferences.change(user_id, instructions="" if text == "-" else text)
        return Page(say(language, "instructions_gone" if text == "-" else "instructions_set"))

    async def press(self, press: Press[SettingsButton], _: int) -> Page:
        """Do what a button says.

        Raises:
            OSError: the volume is full.
        """
        user_id, language = press.sender.user_id, press.sender.language
        name, choice, owner = press.button.name, press.button.choice or "", user_id == self._owner_id
        match name:
            case "models" if owner:
                await self._llm.check()
                return self._models_page(user_id, language)
            case "model" if owner:
                self._preferences.change(user_id, model=choice if choice != self._llm.config.model else "")
            case "instructions":
                self._preferences.change(user_id, instructions="")
            case _ if choice in CHOICES.get(name, ()):
                changed = self._preferences.change(user_id, **{name: choice})
                language = changed.language or language
        return self._page(user_id, language)

    def _page(self, user_id: int, language: str) -> Page:
        preferences = self._preferences.of(user_id)
        own = preferences.instructions or say(language, "settings_no_instructions")
        lines = [say(language, "settings_title"), "", say(language, "settings_model", model=self._model(preferences))]
        lines += [say(language, "settings_instructions", instructions=own), "", say(language, "settings_hint")]

        rows = [_choices(name, getattr(preferences, name), language) for name in CHOICES]
        if user_id == self._owner_id:
            rows.append([SettingsButton(name="models").labelled(say(language, "settings_models"))])
        if preferences.instructions:
            rows.append([SettingsButton(name="instructions").labelled(say(language, "settings_clear"))])
        return Page("\n".join(lines), keyboard(rows))

    def _models_page(self, user_id: int, language: str) -> Page:
        now = self._model(self._preferences.of(user_id))
        names = chat_models(self._llm.offered, configured=self._llm.config.model)

        rows = [[_model_button(name).labelled(f"✓ {name}" if name == now else name)] for name in names]
        rows.append([SettingsButton(name="back").labelled("◀")])
        return Page(say(language, "settings_choose_model", model=now), keyboard(rows))

    def _model(self, preferences: Preferences) -> str:
        return preferences.model or self._llm.config.model


def chat_models(offered: Mapping[str, Model], *, configured: str) -> list[str]:
    """The models to choose from: those that the service offers and that answer, as far as it or their names tell."""
    names = sorted(name for name, model in offered.items() if model.chats)
    fitting = [name for name in names if len(_model_button(name).data().encode()) <= MOST_BYTES]
    return list(dict.fromkeys([configured, *fitting]))[:_MODELS]


def _model_button(name: str) -> SettingsButton:
    return SettingsButton(name="model", choice=name)


def _choices(name: str, now: str, language: str) -> list[tuple[str, str]]:
    """The buttons of one setting, with a mark on the choice of now."""
    row = []
    for choice in CHOICES[name]:
        text = say(language, known(f"settings_{name}_{choice or 'auto'}"))
        row.append(SettingsButton(name=name, choice=choice).labelled(f"✓ {text}" if choice == now else text))
    return row

"""What a person is asked for: the steps of the conversations."""

from aiogram.fsm.state import State, StatesGroup


class Onboarding(StatesGroup):
    """On the way to a new bot."""

    token = State()
    key = State()
    choices = State()


class SettingsInput(StatesGroup):
    """A setting of a bot."""

    key = State()
    token = State()
    title = State()
    person = State()


class AdminInput(StatesGroup):
    """What an administrator is asked for."""

    broadcast = State()


class LogSearch(StatesGroup):
    """What to look for in a log."""

    word = State()

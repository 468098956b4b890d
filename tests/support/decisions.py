"""Reads what the operator decided, for tests."""

from collections.abc import Callable
from typing import Any

from personalbots_operator.decision.actions import Action

Make = Callable[..., Any]
"""A fixture that makes something from what is to differ."""


def ready(status: dict[str, Any] | None) -> tuple[str, str]:
    assert status is not None
    return status["phase"], status["conditions"][0]["reason"]


def kinds(actions: tuple[Action, ...]) -> list[str]:
    return [type(action).__name__ for action in actions]

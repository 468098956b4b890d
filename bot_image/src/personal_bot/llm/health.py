"""How the LLM service is, as far as requests have told: what `/statusz` says of it."""

from collections.abc import Collection
from typing import Final

from personal_bot.models import LLMState

_ACCEPTED: Final = LLMState(ready=True, reason="KeyAccepted")
_OF_A_MODEL: Final = frozenset({"ModelMissing", "ModelForbidden", "RateLimited"})
"""What concerns one model: told of a model that only one person chose, it says nothing of the bot."""
_KEPT_BY_MODEL: Final = frozenset({"ModelMissing", "ModelForbidden"})


class Health:
    """What was told last of the service, and of each configured model that it does not give."""

    def __init__(self) -> None:
        self._state = LLMState()
        self._missing: dict[str, LLMState] = {}

    def works(self, *models: str) -> None:
        """Take note that the key is accepted and these models are there."""
        self._state = _ACCEPTED
        for model in models:
            self._missing.pop(model, None)

    def fails(self, state: LLMState, model: str, *, configured: bool) -> None:
        """Take note of what was told when this model was asked for."""
        if state.reason in _KEPT_BY_MODEL and configured:
            self._missing[model] = state
            self._state = _ACCEPTED
        elif configured or state.reason not in _OF_A_MODEL:
            self._state = state

    def told(self, configured: Collection[str]) -> LLMState:
        """What was told of the service, or else of a configured model that it does not give."""
        missing = next((self._missing[model] for model in configured if model in self._missing), None)
        return self._state if self._state.ready is False else missing or self._state

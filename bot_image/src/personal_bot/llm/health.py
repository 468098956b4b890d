"""What requests have shown of the service, for `/statusz`: whether it takes the key, and which models it lacks."""

from typing import Final

from personal_bot.models import LLMState

_ACCEPTED: Final = LLMState(ready=True, reason="KeyAccepted")
_OF_A_MODEL: Final = frozenset({"ModelMissing", "RateLimited"})
"""Reasons that say something of one model, not of the service."""


class Health:
    """The state of one service and of the models of the configuration."""

    def __init__(self) -> None:
        self._service = LLMState()
        self._missing: dict[str, LLMState] = {}  # by model: what was said when it was asked for

    def state(self) -> LLMState:
        """Give what is known of the service, or else of a model that is missing."""
        return self._service if self._service.ready is False else next(iter(self._missing.values()), self._service)

    def works(self, *models: str) -> None:
        """Note that the key is accepted and these models are there."""
        self._service = _ACCEPTED
        for model in models:
            self._missing.pop(model, None)

    def fails(self, state: LLMState, model: str, *, configured: bool) -> None:
        """Note what was said when this model was asked for; one that a person chose may be missing without harm."""
        if state.reason == "ModelMissing" and configured:
            self._missing[model] = state
            self.works()
        elif configured or state.reason not in _OF_A_MODEL:
            self._service = state

    def has_no_key(self) -> None:
        """Note that there is no key to ask with."""
        self._service = LLMState(ready=False, reason="KeyRefused", message="there is no key in the key's file")

"""Reads what the service answers. Servers that imitate the OpenAI API may leave out any field."""

from typing import Any, Final

from personal_bot.llm.errors import Fault
from personal_bot.llm.events import Finished
from personal_bot.llm.protocol import ServiceError
from personal_bot.models import Refusal

_WINDOW_NAMES: Final = ("max_model_len", "context_length", "context_window")
"""How vLLM, OpenRouter and Groq call a model's window."""


class ChatReply:
    """What has come of one chat stream."""

    def __init__(self) -> None:
        self.text = ""
        self._reason: str | None = None
        self._prompt_tokens = self._completion_tokens = 0

    def add(self, chunk: dict[str, Any]) -> bool:
        """Take in a chunk; True when it brought text."""
        if usage := chunk.get("usage"):
            self._prompt_tokens = usage.get("prompt_tokens") or 0
            self._completion_tokens = usage.get("completion_tokens") or 0

        before = len(self.text)
        for choice in chunk.get("choices") or ():
            self.text += (choice.get("delta") or {}).get("content") or ""
            self._reason = choice.get("finish_reason") or self._reason
        return len(self.text) > before

    def finished(self) -> Finished:
        """Give the end.

        Raises:
            ServiceError: the stream ended without saying why: it was cut.
            Refusal: a filter held everything back.
        """
        if self._reason is None:
            raise ServiceError(Fault(detail="the stream ended early"))
        if self._reason == "content_filter" and not self.text:
            raise Refusal("llm_filtered")

        return Finished(
            text=self.text,
            complete=self._reason not in {"length", "content_filter"},
            prompt_tokens=self._prompt_tokens,
            completion_tokens=self._completion_tokens,
        )


def windows(offered: Any) -> dict[str, int]:  # noqa: ANN401 - JSON
    """Give the models that a service offers, with the tokens of their windows; 0 where it does not say, as OpenAI's."""
    cards = offered.get("data") if isinstance(offered, dict) else None
    found = {}
    for card in cards if isinstance(cards, list) else ():
        if isinstance(card, dict) and isinstance(card.get("id"), str):
            told = [card.get(name) for name in _WINDOW_NAMES]
            found[card["id"]] = next((window for window in told if isinstance(window, int)), 0)
    return found


def vectors(response: Any, *, count: int) -> list[list[float]]:  # noqa: ANN401 - JSON
    """Give the vectors in the order of the texts.

    Raises:
        ServiceError: there are none in the answer.
        Refusal: they are not `count`, or not of one length.
    """
    try:
        found = [item["embedding"] for item in sorted(response["data"], key=lambda item: item["index"])]
    except (TypeError, KeyError):
        raise ServiceError(Fault(detail="the answer holds no embeddings")) from None

    if len(found) != count or len({len(vector) for vector in found}) > 1:
        raise Refusal("llm_rejected", detail=f"{count} texts were sent, {len(found)} vectors came back")
    return found


def prompt_tokens(response: dict[str, Any]) -> int:
    """Give how many tokens were sent; 0 when the service does not say."""
    usage = response.get("usage")
    return int(usage.get("prompt_tokens") or 0) if isinstance(usage, dict) else 0


def transcript(response: Any) -> tuple[str, int, int]:  # noqa: ANN401 - JSON
    """Give what was spoken, and the tokens sent and written.

    Raises:
        Refusal: the answer holds no text.
    """
    text = response.get("text") if isinstance(response, dict) else None
    if not isinstance(text, str):
        raise Refusal("voice_unheard")
    usage = response.get("usage") or {}
    return text, int(usage.get("input_tokens") or 0), int(usage.get("output_tokens") or 0)

"""What has come of one chat request: pieces of a stream, or one whole answer."""

from dataclasses import dataclass
from typing import Any, Final

from personal_bot.llm.content import has_thinking, shown, text_of
from personal_bot.llm.errors import Fault, ServiceError
from personal_bot.models import RefusedError

_CUT: Final = frozenset({"length", "max_tokens", "model_length", "max_output_tokens"})
_HELD_BACK: Final = frozenset(
    {"content_filter", "safety", "sensitive", "prohibited_content", "recitation", "blocklist"}
)
_FAILED: Final = frozenset({"error", "abort", "insufficient_system_resource", "network_error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of a request; `told` is False when they are an estimate."""

    prompt: int = 0
    completion: int = 0
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a reply ended; `complete` is False when the model's limit or a filter ended the text."""

    text: str
    complete: bool


class Reply:
    """Collects what the service sends."""

    def __init__(self) -> None:
        self._raw = ""
        self._thought = False
        self._reason: str | None = None
        self._done = False
        self.usage = Usage()

    @property
    def text(self) -> str:
        """The answer as far as it has come, without the model's thinking."""
        return shown(self._raw).answer

    @property
    def written(self) -> int:
        """Bytes of UTF-8 that the model wrote, its thinking included where it was sent."""
        return len(self._raw.encode())

    def add(self, event: dict[str, Any] | object) -> bool:
        """Take in a piece of a stream, or a whole answer; True when it brought text. Any field may be missing.

        Raises:
            ServiceError: it is neither.
        """
        if not isinstance(event, dict):
            raise ServiceError(Fault(detail="an answer that is no object"))

        self._done = self._done or bool(event.get("done"))
        if isinstance(usage := event.get("usage"), dict):
            prompt = usage.get("prompt_tokens") or usage.get("input_tokens") or 0
            completion = usage.get("completion_tokens") or usage.get("output_tokens") or 0
            if prompt or completion:
                self.usage = Usage(prompt=int(prompt), completion=int(completion), told=True)

        before = len(self._raw)
        choices = event.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._add(choice)
        return len(self._raw) > before

    def end(self) -> End:
        """Give the end.

        Raises:
            ServiceError: the stream ended without saying why: it was cut, or the service failed in its middle.
            RefusedError: there is no answer: a filter held it back, or the model said nothing.
        """
        reason = (self._reason or "").lower()
        if reason in _FAILED or (self._reason is None and not self._done):
            raise ServiceError(Fault(detail="the stream ended early"))

        text = self.text
        if not text.strip():
            if reason in _HELD_BACK:
                raise RefusedError("llm_filtered")
            raise RefusedError(
                "llm_only_thought" if reason in _CUT and (self._thought or self._raw) else "llm_said_nothing"
            )
        return End(text=text, complete=reason not in _CUT | _HELD_BACK)

    def _add(self, choice: dict[str, Any]) -> None:
        # A service that does not stream sends `message` instead of `delta`; old ones send `text`.
        piece = choice.get("delta") or choice.get("message") or {}
        if isinstance(piece, dict):
            self._raw += text_of(piece.get("content"))
            self._thought = self._thought or has_thinking(piece)
        if isinstance(text := choice.get("text"), str):
            self._raw += text
        if choice.get("message"):
            self._done = True

        reason = choice.get("finish_reason")
        self._reason = reason if isinstance(reason, str) else self._reason

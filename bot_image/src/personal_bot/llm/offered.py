"""What models a service offers, from its list of them, whatever shape it has. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_LISTS: Final = ("data", "models", "result", "items")
_NAMES: Final = ("id", "name", "model", "slug")
_WINDOWS: Final = (
    "max_model_len",  # vLLM
    "context_length",  # OpenRouter, Together
    "context_window",  # Groq
    "max_context_length",  # Mistral, LM Studio
    "max_input_tokens",  # LiteLLM
    "inputTokenLimit",  # Gemini
)
_KINDS: Final = ("mode", "type", "kind", "task", "object_type")
_NO_CHAT: Final = (
    *("embed", "bge-", "e5-", "gte-", "minilm", "rerank"),
    *("whisper", "tts", "audio", "realtime", "transcri", "speech"),
    *("dall-e", "image", "stable-diffusion", "flux", "sora", "veo", "ocr"),
    *("moderation", "guard", "davinci", "babbage"),
)
"""Parts of names of models that do not chat."""
_EMBEDS: Final = ("embed", "bge-", "e5-", "gte-", "minilm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that a service offers.

    Attributes:
        name: by which it is asked for.
        window: its tokens, 0 where the service does not tell.
        chats: it answers questions, as far as the service or its name tells.
        embeds: it makes vectors.
    """

    name: str
    window: int = 0
    chats: bool = True
    embeds: bool = False


def models_of(document: object) -> dict[str, Model]:
    """The models of a list, by name: OpenAI's `data`, a bare list (Together), `models` (Ollama, Gemini, Cohere)."""
    found = (_model(card) for card in _cards(document))
    return {model.name: model for model in found if model}


def _cards(document: object) -> Iterator[Any]:
    match document:
        case list():
            yield from document
        case dict():
            for name in _LISTS:
                match document.get(name):
                    case list() as cards:
                        yield from cards
                        return
                    case dict() as cards:  # by name
                        yield from (
                            {"id": key} | (card if isinstance(card, dict) else {}) for key, card in cards.items()
                        )
                        return


def _model(card: object) -> Model | None:
    if isinstance(card, str):
        card = {"id": card}
    if not isinstance(card, dict):
        return None
    name = next((card[key] for key in _NAMES if isinstance(card.get(key), str) and card[key]), "")
    if not name:
        return None
    name = name.removeprefix("models/")  # Gemini

    kind = " ".join(str(card[key]).lower() for key in _KINDS if isinstance(card.get(key), str))
    told = name.lower()
    embeds = "embed" in kind or (not kind and any(part in told for part in _EMBEDS))
    chats = "chat" in kind or "language" in kind or not (embeds or any(part in told for part in _NO_CHAT))
    return Model(name=name, window=_window(card), chats=chats and _may_chat(card), embeds=embeds)


def _window(card: Mapping[str, Any]) -> int:
    told = (card.get(name) for name in _WINDOWS)
    return next((window for window in told if isinstance(window, int) and window > 0), 0)


def _may_chat(card: Mapping[str, Any]) -> bool:
    """Mistral and GitHub tell what a model can; who says nothing of chats says nothing against them."""
    match card.get("capabilities"):
        case {"completion_chat": bool(can)}:
            return can
    return True

"""How much of a model's window goes to what: passages, the dialogue, and the answer with the model's thinking.

A window is what the service says of its model; else what is known of models by their names; else a small one, which
every model in use has. More passages than are needed cost money and blur the answer, so a large window is not filled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from personal_bot.knowledge.extract.chunks import SIZE, tokens
from personal_bot.knowledge.retrieval import Budget
from personal_bot.models import Turn

_SMALLEST_WINDOW: Final = 8_192  # tokens
_WINDOWS: Final = (  # by the beginning of the name, the longest first; tokens, from the makers' pages on their models
    ("gpt-4-turbo", 128_000),
    ("gpt-3.5", 16_385),
    ("gpt-4.1", 1_000_000),
    ("gpt-4o", 128_000),
    ("gpt-5", 400_000),
    ("gpt-4", 8_192),
    ("o1", 128_000),
    ("o3", 200_000),
    ("o4", 200_000),
    ("claude", 200_000),
    ("gemini", 1_000_000),
    ("deepseek", 64_000),
    ("mistral", 32_000),
    ("qwen3", 32_000),
    ("qwen2.5", 32_000),
    ("llama-3", 128_000),
    ("llama3", 8_192),
)
_MOST_PASSAGES: Final = 4_500  # tokens
_MOST_DIALOGUE: Final = 6_000  # tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What fits a request: passages, and tokens of the dialogue before it."""

    passages: Budget
    dialogue: int


def window_of(model: str, *, told: int | None) -> int:
    """Tokens of the model's window; `told` is what the service says of it."""
    if told:
        return told

    name = model.rpartition("/")[2].lower()  # "openai/gpt-4o" at services that offer many makers' models
    return next((window for beginning, window in _WINDOWS if name.startswith(beginning)), _SMALLEST_WINDOW)


def room_in(window: int) -> Room:
    """Share a window: about a third for passages, a sixth for the dialogue, the rest for the answer."""
    passages = min(window // 3, _MOST_PASSAGES)
    hits = passages // SIZE
    # A neighbour costs as much as a hit.
    widened = 3 if hits > 12 else int(hits > 4)  # noqa: PLR2004 - two each, beside at least as many hits
    budget = Budget(hits=max(1, min(12, hits - 2 * widened)), tokens=passages - 2 * widened * SIZE, widened=widened)

    return Room(passages=budget, dialogue=min(window // 6, _MOST_DIALOGUE))


def newest(dialogue: Sequence[Turn], *, within: int) -> tuple[Turn, ...]:
    """Give the newest turns that fit this many tokens, oldest first."""
    kept: list[Turn] = []
    for turn in reversed(dialogue):
        within -= tokens(turn.question) + tokens(turn.answer)
        if within < 0:
            break

        kept.insert(0, turn)

    return tuple(kept)

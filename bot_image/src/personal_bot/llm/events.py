"""What requests to the LLM service give: each is a stream of events that ends with what was asked for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A vector for each text, in their order, all of one length."""

    vectors: list[list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The whole text as far as it is written. It may start again when a broken stream is requested again."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The end of a chat request; `complete` is False when the model's limit or a broken stream ended the text."""

    text: str
    complete: bool
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was spoken, as text."""

    text: str

"""What a request to the LLM service gives, as it comes."""

from dataclasses import dataclass

from personal_bot.llm.vectors import Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A vector for each text, in their order, all of one length.

    Attributes:
        vectors: of zeros for a text that the service cannot embed: only its words find it.
        without: the positions of these texts.
    """

    vectors: list[Vector]
    without: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The whole text as far as it is written. It may start anew when a broken stream is asked for again."""

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

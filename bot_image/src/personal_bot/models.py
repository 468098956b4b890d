"""What passes between the bot's parts: plain values, no behaviour.

`handlers/` turns what people send into a `Question` or an `IncomingDocument`. `answers/` and `knowledge/` turn these
into streams of events and, in the end, an `Answer` or a `Document`. What the bot cannot do is a `RefusedError`: its
`key` names the sentence in `texts/`, its `values` fill it.
"""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from personal_bot.text_keys import TextKey


class RefusedError(Exception):
    """The bot cannot do something, and one sentence tells the person why.

    Attributes:
        key: names the sentence in `texts/`, e.g. ``document_empty``.
        values: fill the sentence's placeholders.
    """

    def __init__(self, key: TextKey, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a document something is, in no language: `kind` says what `value` counts or names.

    Attributes:
        kind: ``page``, ``slide``, ``line``, ``row``, ``sheet``, ``path`` (in JSON), ``heading``, ``message``, or empty
            when the document has no parts.
        value: "3", "3–4", "Sheet!2:15", "$.users[3]", "Heading › Subheading", "Anna, 2024-05-01 12:03, #17".
        link: address that opens the place itself, where there is one.
        file: path of the document inside an archive or a message that it came in.
    """

    kind: str = ""
    value: str = ""
    link: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a document that the bot found for a question."""

    document_id: str
    document_name: str
    locator: str  # where in the document, for a person: "page 3", "Heading › Subheading", "" when it has no parts
    position: int  # ordinal of the chunk in its document: neighbours differ by one
    text: str
    score: float
    place: Place = field(default_factory=Place)  # the locator, for other languages than English


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier exchange of the same dialogue."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person asked, with everything that it takes to answer it."""

    user_id: int
    chat_id: int
    text: str
    language: str  # "en" | "ru"
    dialogue: tuple[Turn, ...] = ()
    document_ids: frozenset[str] = frozenset()  # empty: everything
    readable: frozenset[str] | None = None  # the only documents that this person may read; None: all
    model: str = ""  # empty: the configured one
    length: str = ""  # "short" | "long" | "": as long as it takes
    instructions: str = ""  # the person's own, on how to answer


class Stage(enum.Enum):
    """How far an answer is; the value is the sign that the person sees."""

    SEARCHING = "🔍"
    READING = "📊"
    THINKING = "🤔"
    WRITING = "✏️"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReached:
    """The answer has reached this stage."""

    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The LLM service is waited for; the answer goes on by itself.

    Attributes:
        seconds: that are still waited, because the service asked for it (429 or Retry-After) or failed; or, with
            `slow`, that have passed without a word from it.
        slow: it takes its time to begin: it loads a model, or thinks.
    """

    seconds: float
    slow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSoFar:
    """The whole text of the answer so far (Markdown, citations not checked yet)."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The finished answer. Every [n] in `text` is the n-th of `sources` (from 1) and exists."""

    text: str
    sources: tuple[Passage, ...]
    prompt_tokens: int = 0
    completion_tokens: int = 0
    words_only: bool = False  # the search had no vectors: the model that made those of the index is gone
    cut_short: bool = False  # the time limit or the model's limit ended it


AnswerEvent = StageReached | Waiting | TextSoFar | Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingDocument:
    """A file that a person sent, on the bot's volume."""

    user_id: int
    name: str
    mime_type: str
    path: Path
    extracted: bool = False  # the file has chunks already, in the form of `knowledge.extract.__main__`
    extends: str = ""  # id of a document of which this is a newer version: the bot embeds only chunks that changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A part of a document that was not taken in: people are told of each.

    Attributes:
        kind: the key of the sentence that says what and what helps, ``lost_pages`` for instance.
        count: how many of its kind.
        where: which ones, where that can be said: "3, 5–7", or names.
        file: path of the document inside an archive or a message that it came in.
    """

    kind: str
    count: int
    where: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document in the knowledge."""

    id: str  # hex SHA-256 of the content, of the first one when it was extended
    name: str
    mime_type: str
    size: int  # bytes
    chunks: int
    added: datetime
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestProgress:
    """How much of a document the bot has taken in. `done` and `total` count `unit`; `total` is 0 while unknown.

    Attributes:
        unit: ``pages``, ``slides``, ``sheets``, ``rows`` (of a sheet), ``chapters``, ``files``, ``bytes`` (of the
            file), ``share`` (of what the file unpacks to), or ``chunks``.
    """

    unit: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """The document is in the knowledge, and searches find it from now on."""

    document: Document
    already_known: bool = False
    skipped: tuple[tuple[str, TextKey], ...] = ()  # files inside it that the bot cannot read, each with the key of why


IngestEvent = IngestProgress | Waiting | Ingested


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexed:
    """How far the bot has embedded all documents anew, by another model; the former index answers until then."""

    model: str
    done: int  # chunks
    total: int
    problem: TextKey | None = None  # why it has to wait: the key of a sentence, and what fills it
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeState:
    """State of the store for `/statusz`; reasons are those of the KnowledgeReady condition."""

    ready: bool
    reason: str
    message: str = ""
    documents: int = 0
    chunks: int = 0
    bytes: int = 0
    reindexing: Reindexed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LLMState:
    """What the last request to the LLM service showed; reasons are those of the LLMReady condition."""

    ready: bool | None = None  # None: not tried yet
    reason: str = "NotChecked"
    message: str = ""


@dataclass(kw_only=True)
class Secrets:
    """The secrets as last read from their files; never logged, never part of a repr."""

    telegram_token: str = field(repr=False)
    openai_key: str = field(repr=False)
    qdrant_key: str | None = field(default=None, repr=False)

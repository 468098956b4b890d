"""What passes between the bot's parts: plain values, no behaviour.

Telegram's side (`telegram/`) turns updates into `Question` and `IncomingDocument`; the knowledge and answering sides
turn these into streams of events and, in the end, an `Answer` or a `Document`. A refusal that a person must read is a
`Refusal`: its `key` names the sentence in `texts/`, its `values` fill it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class Refusal(Exception):  # noqa: N818 - it is an answer to a person, not a fault
    """Something cannot be done, and the person is told why in one sentence.

    Attributes:
        key: names the sentence in `texts/`, e.g. ``document_empty``.
        values: fill the sentence's placeholders.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in a document something stands, in no language: `kind` says what `value` counts or names.

    Attributes:
        kind: ``page``, ``slide``, ``line``, ``row``, ``sheet``, ``path`` (in JSON), ``heading``, ``message``, or empty
            when the document has no parts.
        value: "3", "3–4", "Sheet!2:15", "$.users[3]", "Heading › Subheading", "Anna, 2024-05-01 12:03, #17".
        link: address at which the place itself can be opened, where there is one.
        file: path of the document inside an archive or a message that it came in.
    """

    kind: str = ""
    value: str = ""
    link: str = ""
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of a document that was found for a question."""

    document_id: str
    document_name: str
    locator: str  # where in the document, for a person: "page 3", "Heading › Subheading", "" when it has no parts
    position: int  # ordinal of the chunk in its document: neighbours differ by one
    text: str
    score: float
    place: Place = field(default_factory=Place)  # the locator, for other languages than English


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One earlier exchange of the same dialogue."""

    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a person asked, with what is needed to answer it."""

    user_id: int
    chat_id: int
    text: str
    language: str  # "en" | "ru"
    dialogue: tuple[Turn, ...] = ()
    document_ids: frozenset[str] = frozenset()  # empty: everything
    model: str = ""  # empty: the configured one
    length: str = ""  # "short" | "long" | "": as long as it takes
    instructions: str = ""  # the person's own, on how to answer


class Stage(enum.Enum):
    """Where an answer stands; the value is the sign shown to the person."""

    SEARCHING = "🔍"
    READING = "📊"
    THINKING = "🤔"
    WRITING = "✏️"


@dataclass(frozen=True, kw_only=True)
class StageReached:
    """The answer has come to this stage."""

    stage: Stage


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """The LLM service is waited for; the answer goes on by itself.

    Attributes:
        seconds: that are still waited, because the service asked for it (429 or Retry-After) or failed; or, with
            `slow`, that have passed without a word from it.
        slow: it takes its time to begin: it loads a model, or thinks.
    """

    seconds: float
    slow: bool = False


@dataclass(frozen=True, kw_only=True)
class TextSoFar:
    """The answer's whole text as far as it is written (Markdown, citations not yet checked)."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The finished answer. Every [n] in `text` is the n-th of `sources` (from 1) and exists."""

    text: str
    sources: tuple[Passage, ...]
    prompt_tokens: int = 0
    completion_tokens: int = 0
    words_only: bool = False  # passages were found without vectors: the model that made those of the index is gone
    cut_short: bool = False  # the time limit or the model's limit ended it


AnswerEvent = StageReached | Waiting | TextSoFar | Answer


@dataclass(frozen=True, kw_only=True)
class IncomingDocument:
    """A file that a person sent, already on the bot's volume."""

    user_id: int
    name: str
    mime_type: str
    path: Path
    extracted: bool = False  # the file holds chunks already, in the form that `knowledge.extract.__main__` tells
    extends: str = ""  # id of a document of which this is the newer form: only chunks that changed are embedded


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document in the knowledge."""

    id: str  # hex SHA-256 of the content, of the first one when it was extended
    name: str
    mime_type: str
    size: int  # bytes
    chunks: int
    added: datetime


@dataclass(frozen=True, kw_only=True)
class IngestProgress:
    """How far a document is taken in. `done` and `total` count `unit`; `total` is 0 while unknown.

    Attributes:
        unit: ``pages``, ``slides``, ``sheets``, ``rows`` (of a sheet), ``chapters``, ``files``, ``bytes`` (of the
            file), ``share`` (of what the file unpacks to), or ``chunks``.
    """

    unit: str
    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """The document is in the knowledge and is searched from now on."""

    document: Document
    already_known: bool = False
    skipped: tuple[tuple[str, str], ...] = ()  # files inside it that cannot be read, each with the key of why


IngestEvent = IngestProgress | Waiting | Ingested


@dataclass(frozen=True, kw_only=True)
class Reindexed:
    """How far all documents are embedded anew, by another model; the former index answers until it is done."""

    model: str
    done: int  # chunks
    total: int
    problem: str = ""  # why it has to wait: the key of a sentence, and what fills it
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class KnowledgeState:
    """State of the store for `/statusz`; reasons are those of the KnowledgeReady condition."""

    ready: bool
    reason: str
    message: str = ""
    documents: int = 0
    chunks: int = 0
    bytes: int = 0
    reindexing: Reindexed | None = None


@dataclass(frozen=True, kw_only=True)
class LLMState:
    """What the last request to the LLM service told; reasons are those of the LLMReady condition."""

    ready: bool | None = None  # None: not tried yet
    reason: str = "NotChecked"
    message: str = ""


@dataclass(kw_only=True)
class Secrets:
    """The secrets as last read from their files; never logged, never part of a repr."""

    telegram_token: str = field(repr=False)
    openai_key: str = field(repr=False)
    qdrant_key: str | None = field(default=None, repr=False)

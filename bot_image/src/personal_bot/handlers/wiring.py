"""The parts behind the handlers, each made once and tied to the others."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from personal_bot.answer_files.files import AnswerFiles
from personal_bot.answers.answerer import Answerer
from personal_bot.archives.archives import Archives
from personal_bot.handlers.chats.archive import Chats
from personal_bot.handlers.chats.search import Searches
from personal_bot.handlers.chats.summaries import Summaries
from personal_bot.handlers.core import Core
from personal_bot.handlers.groups.erasure import GroupErasure
from personal_bot.handlers.groups.indexing import GroupIndexing
from personal_bot.handlers.groups.membership import Groups
from personal_bot.handlers.groups.pages import GroupPages
from personal_bot.handlers.imports import Imports
from personal_bot.handlers.messenger import Messenger
from personal_bot.handlers.owner import Owner
from personal_bot.handlers.pasted_text import PastedTexts
from personal_bot.handlers.questions import Questions
from personal_bot.handlers.readers import Readers
from personal_bot.handlers.uploads import Uploads
from personal_bot.knowledge.extraction import ExtractionLimits
from personal_bot.knowledge.library import Library
from personal_bot.links import public_or_in
from personal_bot.llm.client import LLM
from personal_bot.metrics import Metrics
from personal_bot.requests.answers import AnswerResults
from personal_bot.requests.runner import Runner, RunnerConfig
from personal_bot.state.dialogues import Dialogues
from personal_bot.state.group_states import GroupStates
from personal_bot.state.preferences import PreferencesStore
from personal_bot.state.searches import KeptSearches
from personal_bot.state.sharing import SharingStore
from personal_bot.state.shown_passages import ShownPassages


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What does the work: the LLM service, the knowledge and the chats."""

    llm: LLM
    library: Library
    archives: Archives
    answerer: Answerer
    limits: ExtractionLimits
    metrics: Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What the bot keeps of people, on its volume."""

    dialogues: Dialogues
    preferences: PreferencesStore
    shown: ShownPassages
    searches: KeptSearches
    groups: GroupStates
    sharing: SharingStore

    @classmethod
    def within(cls, folder: Path) -> Self:
        """The stores in a folder."""
        return cls(
            dialogues=Dialogues(folder / "dialogues"),
            preferences=PreferencesStore(folder / "preferences"),
            shown=ShownPassages(folder / "passages"),
            searches=KeptSearches(folder / "searches"),
            groups=GroupStates(folder / "groups"),
            sharing=SharingStore(folder / "sharing.json"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The ways to the people: their requests, short messages, the owner, and what each may read."""

    runner: Runner
    messenger: Messenger
    owner: Owner
    readers: Readers


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatParts:
    """What has to do with chats and groups."""

    results: AnswerResults
    searches: Searches
    chats: Chats
    groups: Groups
    pages: GroupPages
    indexing: GroupIndexing
    erasure: GroupErasure


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What becomes work in the queue."""

    imports: Imports
    uploads: Uploads
    questions: Questions
    pasted_texts: PastedTexts


def people(core: Core, services: Services, stores: Stores) -> People:
    """Make the ways to the people."""
    config = RunnerConfig(request_timeout=core.settings.request_timeout, owner_id=core.settings.user_id)
    runner = Runner(
        config,
        connection=core.connection,
        journal=core.journal,
        dialogues=stores.dialogues,
        admission=core.admission,
        metrics=services.metrics,
        usage=core.usage,
    )
    owner = Owner(core.connection, stores.preferences, user_id=core.settings.user_id)
    readers = Readers(stores.sharing, services.library, owner_id=core.settings.user_id)
    return People(runner=runner, messenger=Messenger(core.connection), owner=owner, readers=readers)


def chat_parts(core: Core, services: Services, stores: Stores, ways: People) -> ChatParts:
    """Make what has to do with chats and groups."""
    settings, archives = core.settings, services.archives
    files = AnswerFiles(settings.data_dir / "answer-files", services.limits)
    results = AnswerResults(preferences=stores.preferences, shown=stores.shown, files=files)
    searches = Searches(messenger=ways.messenger, archives=archives, kept=stores.searches, readers=ways.readers)
    chats = Chats(
        archives=archives,
        library=services.library,
        preferences=stores.preferences,
        summaries=Summaries(archives, services.llm, results, request_timeout=settings.request_timeout),
        files=files,
        searches=searches,
        readers=ways.readers,
    )

    indexing = GroupIndexing(chats, owner_id=settings.user_id)
    pages = GroupPages(connection=core.connection, states=stores.groups, me=core.me)
    erasure = GroupErasure(archives=archives, states=stores.groups, shown=stores.shown, indexing=indexing)
    groups = Groups(
        connection=core.connection,
        archives=archives,
        states=stores.groups,
        pages=pages,
        indexing=indexing,
        owner=ways.owner,
        me=core.me,
    )
    return ChatParts(
        results=results,
        searches=searches,
        chats=chats,
        groups=groups,
        pages=pages,
        indexing=indexing,
        erasure=erasure,
    )


def work(core: Core, services: Services, stores: Stores, ways: People, parts: ChatParts) -> Work:
    """Make what becomes work in the queue."""
    folder, library = core.settings.data_dir, services.library
    imports = Imports(
        messenger=ways.messenger,
        library=library,
        chats=parts.chats,
        dialogues=stores.dialogues,
        preferences=stores.preferences,
        models=lambda: services.llm.windows,
        folder=folder / "exports",
    )
    questions = Questions(
        readers=ways.readers,
        answerer=services.answerer,
        dialogues=stores.dialogues,
        preferences=stores.preferences,
        results=parts.results,
        chats=parts.chats,
        groups=parts.groups,
    )
    uploads = Uploads(
        connection=core.connection,
        library=library,
        chats=parts.chats,
        imports=imports,
        answering=questions.work,
        folder=folder / "incoming",
        link_allowed=public_or_in(core.settings.link_networks),
    )
    pasted_texts = PastedTexts(
        messenger=ways.messenger, folder=folder / "material", adding=uploads.text, answering=questions.work
    )
    return Work(imports=imports, uploads=uploads, questions=questions, pasted_texts=pasted_texts)

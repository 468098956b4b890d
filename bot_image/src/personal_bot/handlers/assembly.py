"""Everything that the first poll does without: each part made once and tied to the others.

`app` imports this module after the first poll, and with it everything that takes long to import. What a bot at rest
does without is imported even later, where it is used: openai at the first question, SQLite for bots with chats,
qdrant_client with a Qdrant server; reportlab and pypdfium2 run in processes of their own.
"""

import functools
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from personal_bot.answer_files.files import AnswerFiles
from personal_bot.answers.answerer import Answerer, AnswererConfig
from personal_bot.archives.archives import Archives
from personal_bot.archives.chat_query import COMMANDS
from personal_bot.cgroup import Cgroup
from personal_bot.handlers.chats.archive import Chats
from personal_bot.handlers.chats.search import Searches
from personal_bot.handlers.chats.summaries import Summaries
from personal_bot.handlers.command_menu import introduce, set_menus
from personal_bot.handlers.commands import Commands
from personal_bot.handlers.core import Core
from personal_bot.handlers.dispatch import Dispatcher
from personal_bot.handlers.documents import Documents
from personal_bot.handlers.erasure import Erasure
from personal_bot.handlers.exports import Exports
from personal_bot.handlers.groups.membership import Groups
from personal_bot.handlers.imports import Imports
from personal_bot.handlers.inbox import InboxHandlers
from personal_bot.handlers.intent_reader import IntentReader
from personal_bot.handlers.media import Media
from personal_bot.handlers.messenger import Messenger
from personal_bot.handlers.owner import Owner
from personal_bot.handlers.pasted_text import PastedTexts
from personal_bot.handlers.permissions import guests_choose
from personal_bot.handlers.personal_settings import PersonalSettings
from personal_bot.handlers.questions import Questions
from personal_bot.handlers.routes import Routes, answered
from personal_bot.handlers.scope import DocumentChoice
from personal_bot.handlers.sources import Sources
from personal_bot.handlers.uploads import Uploads
from personal_bot.handlers.usage_report import UsageReport
from personal_bot.handlers.welcome import Welcome
from personal_bot.knowledge.extraction import ExtractionLimits
from personal_bot.knowledge.inbox_folder import InboxFolder
from personal_bot.knowledge.library import Library, LibraryConfig
from personal_bot.llm.client import LLM, LLMConfig
from personal_bot.metrics import Metrics
from personal_bot.requests.admission import Request
from personal_bot.requests.answers import AnswerResults
from personal_bot.requests.costs import Kind
from personal_bot.requests.runner import Runner, RunnerConfig
from personal_bot.serving.health_server import HealthServer
from personal_bot.state.dialogues import Dialogues
from personal_bot.state.group_states import GroupStates
from personal_bot.state.preferences import PreferencesStore
from personal_bot.state.searches import KeptSearches
from personal_bot.state.shown_passages import ShownPassages
from personal_bot.telegram.buttons import (
    AnswerFileButton,
    CloseButton,
    DocumentsButton,
    ForgetButton,
    GroupButton,
    ImportButton,
    MenuButton,
    PastedTextButton,
    ScopeButton,
    SearchButton,
    SettingsButton,
    SourceButton,
    StopButton,
)
from personal_bot.telegram.client import Me
from personal_bot.telegram.intents import Link, PastedText, Picture, Recording, Rename, TextQuestion, Upload

Closer = Callable[[], Awaitable[None]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stores:
    """What the bot keeps of people, on its volume."""

    dialogues: Dialogues
    preferences: PreferencesStore
    shown: ShownPassages
    searches: KeptSearches
    groups: GroupStates

    @classmethod
    def within(cls, folder: Path) -> Self:
        return cls(
            dialogues=Dialogues(folder / "dialogues"),
            preferences=PreferencesStore(folder / "preferences"),
            shown=ShownPassages(folder / "passages"),
            searches=KeptSearches(folder / "searches"),
            groups=GroupStates(folder / "groups"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Services:
    """What does the work behind the handlers."""

    llm: LLM
    library: Library
    archives: Archives
    answerer: Answerer
    limits: ExtractionLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of the bot that the rest of the program asks something of."""

    core: Core
    llm: LLM
    library: Library
    answerer: Answerer
    dispatcher: Dispatcher
    groups: Groups
    inbox: InboxFolder

    def background(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """What runs as long as the bot does."""
        return self.inbox.run(), self.groups.run(functools.partial(_turn, self.core))

    async def introduce(self) -> Me:
        """Ask Telegram who the bot is, and tell it the commands.

        Raises:
            TelegramAPIError: Telegram refuses it, the token for one.
        """
        return await introduce(self.core.connection, owner_id=self.core.settings.user_id)


async def open_parts(
    core: Core, *, ready: Callable[[], str], status: Callable[[], dict[str, Any]], closers: list[Closer]
) -> Parts:
    """Make everything, the health server first: it answers while the library opens.

    Args:
        core: what is there already.
        ready: says why the bot is not ready, or "" when it is.
        status: gives the document at `/statusz`.
        closers: gets the closers of all that was opened, also when something fails.

    Raises:
        OSError: the port is taken, or the volume cannot be written.
    """
    metrics = Metrics()
    health = HealthServer(ready=ready, status=status, metrics=metrics.text)
    closers.append(health.close)
    port = await health.start(core.settings.port)
    logger.info("Serving health", extra={"port": port, "pid": os.getpid()})

    services = await _open_services(core, metrics, closers)
    _add_gauges(metrics, core, services)
    return _assemble(core, services, metrics)


async def _open_services(core: Core, metrics: Metrics, closers: list[Closer]) -> _Services:
    settings = core.settings
    llm = _llm(core, metrics)
    closers.append(llm.close)

    limits = ExtractionLimits.within(Cgroup(settings.cgroup_dir).limits().memory)
    config = LibraryConfig(
        data_dir=settings.data_dir,
        collection=settings.collection,
        qdrant_url=settings.qdrant_url,
        qdrant_key=lambda: core.secrets.qdrant_key,
        limits=limits,
    )
    library = await Library.open(config, llm)
    closers.append(library.close)

    archives = Archives(settings.data_dir / "chats", work=settings.data_dir / "work", limits=limits)
    closers.append(archives.close)
    answerer = Answerer(AnswererConfig(request_timeout=settings.request_timeout), library, llm)
    return _Services(llm=llm, library=library, archives=archives, answerer=answerer, limits=limits)


def _llm(core: Core, metrics: Metrics) -> LLM:
    settings, usage = core.settings, core.usage
    return LLM(
        LLMConfig(
            base_url=settings.llm_base_url,
            model=settings.model,
            embedding_model=settings.embedding_model,
            transcription_model=settings.transcription_model,
            key_provider=lambda: core.secrets.openai_key,
            allow=usage.require_budget,
            on_usage=lambda model, prompt, completion: metrics.llm_used(
                model, prompt, completion, cost=usage.tokens(model, prompt=prompt, completion=completion)
            ),
        )
    )


def _assemble(core: Core, services: _Services, metrics: Metrics) -> Parts:
    settings, connection, library = core.settings, core.connection, services.library
    stores = _Stores.within(settings.data_dir)
    library.on_deleted(stores.shown.forget_documents)
    messenger = Messenger(connection)
    owner = Owner(connection, stores.preferences, user_id=settings.user_id)
    runner = Runner(
        RunnerConfig(request_timeout=settings.request_timeout, owner_id=settings.user_id),
        connection=connection,
        journal=core.journal,
        dialogues=stores.dialogues,
        admission=core.admission,
        metrics=metrics,
        usage=core.usage,
    )

    files = AnswerFiles(settings.data_dir / "answer-files", services.limits)
    results = AnswerResults(preferences=stores.preferences, shown=stores.shown, files=files)
    searches = Searches(messenger=messenger, archives=services.archives, kept=stores.searches)
    summaries = Summaries(services.archives, services.llm, results, request_timeout=settings.request_timeout)
    chats = Chats(
        archives=services.archives,
        library=library,
        preferences=stores.preferences,
        summaries=summaries,
        files=files,
        searches=searches,
    )
    groups = Groups(
        connection=connection,
        archives=services.archives,
        chats=chats,
        states=stores.groups,
        shown=stores.shown,
        owner_id=settings.user_id,
        me=core.me,
    )

    imports = Imports(
        messenger=messenger,
        library=library,
        chats=chats,
        dialogues=stores.dialogues,
        preferences=stores.preferences,
        models=lambda: services.llm.windows,
        folder=settings.data_dir / "exports",
    )
    incoming = settings.data_dir / "incoming"
    uploads = Uploads(connection=connection, library=library, chats=chats, imports=imports, folder=incoming)
    questions = Questions(
        library=library,
        answerer=services.answerer,
        dialogues=stores.dialogues,
        preferences=stores.preferences,
        results=results,
        chats=chats,
        groups=groups,
    )
    pasted_texts = PastedTexts(
        messenger=messenger,
        folder=settings.data_dir / "material",
        adding=uploads.text,
        answering=questions.work,
    )

    routes = _routes(
        core,
        services,
        stores,
        messenger=messenger,
        runner=runner,
        results=results,
        searches=searches,
        groups=groups,
        imports=imports,
        uploads=uploads,
        questions=questions,
        pasted_texts=pasted_texts,
    )
    reader = IntentReader(me=core.me, preferences=stores.preferences, pasted_texts=pasted_texts, owner=owner)
    dispatcher = Dispatcher(
        settings=settings,
        journal=core.journal,
        groups=groups,
        reader=reader,
        routes=routes,
        runner=runner,
        messenger=messenger,
    )
    return Parts(
        core=core,
        llm=services.llm,
        library=library,
        answerer=services.answerer,
        dispatcher=dispatcher,
        groups=groups,
        inbox=_inbox(core, library, InboxHandlers(chats, owner)),
    )


def _routes(  # noqa: PLR0913 - the table of all handlers
    core: Core,
    services: _Services,
    stores: _Stores,
    *,
    messenger: Messenger,
    runner: Runner,
    results: AnswerResults,
    searches: Searches,
    groups: Groups,
    imports: Imports,
    uploads: Uploads,
    questions: Questions,
    pasted_texts: PastedTexts,
) -> Routes:
    settings, library, preferences = core.settings, services.library, stores.preferences
    owner_id = settings.user_id
    commands = Commands(messenger=messenger, dialogues=stores.dialogues, runner=runner)
    sources = Sources(messenger=messenger, shown=stores.shown, results=results)
    documents = Documents(messenger=messenger, library=library)
    choice = DocumentChoice(library, preferences)
    personal = PersonalSettings(preferences=preferences, llm=services.llm, owner_id=owner_id)
    media = Media(
        connection=core.connection,
        llm=services.llm,
        preferences=preferences,
        answering=questions.work,
        folder=settings.data_dir / "incoming",
    )
    welcome = Welcome(
        messenger=messenger,
        library=library,
        owner_id=owner_id,
        guests_choose=guests_choose(settings),
        set_menus=functools.partial(set_menus, core.connection, owner_id=owner_id),
    )
    erasure = Erasure(
        stores=(stores.dialogues, stores.shown, stores.searches, pasted_texts, preferences, core.usage),
        forget_in_groups=groups.forget_person,
        journal=core.journal,
        library=library,
        owner_id=owner_id,
    )
    exports = Exports(
        library=library,
        archives=services.archives,
        dialogues=stores.dialogues,
        preferences=preferences,
        owner_id=owner_id,
        folder=settings.data_dir / "exports",
    )

    with_answer = functools.partial(answered, messenger)
    return Routes(
        intents={
            TextQuestion: questions.question,
            PastedText: pasted_texts.offer,
            Link: uploads.link,
            Upload: uploads.upload,
            Recording: media.recording,
            Picture: media.picture,
            Rename: documents.rename,
        },
        buttons={
            # These answer the press by themselves, with a sentence when there is one to say.
            StopButton: commands.press_stop,
            SourceButton: sources.press_source,
            SearchButton: searches.press,
            GroupButton: groups.press,
            # These have it answered first.
            CloseButton: with_answer(commands.press_close),
            AnswerFileButton: with_answer(sources.press_file),
            DocumentsButton: with_answer(documents.press),
            ScopeButton: with_answer(choice.press),
            SettingsButton: with_answer(personal.press),
            ForgetButton: with_answer(erasure.press),
            ImportButton: with_answer(imports.press),
            MenuButton: with_answer(welcome.press),
            PastedTextButton: with_answer(pasted_texts.press),
        },
        commands={
            "start": welcome.command,
            "help": commands.help,
            "docs": documents.command,
            "scope": choice.command,
            **dict.fromkeys(COMMANDS, questions.chat_command),
            "group": groups.command,
            "new": commands.new,
            "stop": commands.stop,
            "ask": commands.ask,
            "settings": personal.command,
            "instructions": personal.instructions,
            "usage": UsageReport(core.usage, owner_id=owner_id).command,
            "forget": erasure.command,
            "export": exports.command,
        },
        group_commands=dict.fromkeys(("start", "help", "group", "forget"), groups.command),
        unknown_command=commands.unknown,
    )


def _inbox(core: Core, library: Library, handlers: InboxHandlers) -> InboxFolder:
    return InboxFolder(
        core.settings.data_dir / "inbox-documents",
        owner_id=core.settings.user_id,
        ingest=library.ingest,
        tell=handlers.report,
        take_chat=handlers.take_chat,
        turn=functools.partial(_turn, core),
    )


def _turn(core: Core) -> AbstractAsyncContextManager[None]:
    """A turn in the queue for work that nobody waits for."""
    return core.admission.turn(Request(user_id=core.settings.user_id, kind=Kind.DOCUMENT))


def _add_gauges(metrics: Metrics, core: Core, services: _Services) -> None:
    gauge, state, library, llm = metrics.gauge, core.poll_state, services.library, services.llm
    connection, admission = core.connection, core.admission

    gauge("personalbot_active_requests", "Requests that run.", lambda: admission.active)
    gauge("personalbot_queued_requests", "Requests that wait for their turn.", lambda: admission.queued)
    gauge("personalbot_concurrency", "Questions that may run at once.", core.meter.concurrency)
    gauge("personalbot_poll_conflicts", "getUpdates calls that another poller ended.", lambda: state.conflicts)
    gauge(
        "personalbot_telegram_waits",
        "Calls that Telegram asked to repeat later (429).",
        lambda: connection.asked_to_wait,
    )
    gauge("personalbot_poll_age_seconds", "Since the last getUpdates call that came back.", state.age)

    gauge("personalbot_documents", "Documents in the knowledge.", lambda: library.state().documents)
    gauge("personalbot_chunks", "Pieces of documents in the knowledge.", lambda: library.state().chunks)
    gauge("personalbot_document_bytes", "Bytes of those documents.", lambda: library.state().bytes)
    gauge("personalbot_taken_in_chunks", "Pieces taken in since the start.", lambda: library.added)
    gauge("personalbot_llm_waits", "Requests that the LLM service refused for now (429).", lambda: llm.asked_to_wait)

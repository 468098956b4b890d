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
from typing import Any, Final

from personal_bot.answers.answerer import Answerer, AnswererConfig
from personal_bot.archives.archives import Archives
from personal_bot.cgroup import Cgroup
from personal_bot.handlers.command_menu import introduce
from personal_bot.handlers.core import Core
from personal_bot.handlers.dispatch import Dispatcher
from personal_bot.handlers.groups.indexing import GroupIndexing
from personal_bot.handlers.inbox import InboxHandlers
from personal_bot.handlers.intent_reader import IntentReader
from personal_bot.handlers.route_table import route_table
from personal_bot.handlers.wiring import Services, Stores, chat_parts, people, work
from personal_bot.knowledge.extraction import ExtractionLimits
from personal_bot.knowledge.inbox_folder import InboxFolder
from personal_bot.knowledge.library import Library, LibraryConfig
from personal_bot.llm.client import LLM, LLMConfig
from personal_bot.metrics import Metrics
from personal_bot.requests.admission import Request
from personal_bot.requests.costs import Kind
from personal_bot.serving.health_server import HealthServer
from personal_bot.telegram.client import Me

Closer = Callable[[], Awaitable[None]]

logger = logging.getLogger(__name__)

_BEYOND: Final = 60.0  # seconds: the time limit of a request ends it before the wait for the LLM service does


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of the bot that the rest of the program asks something of."""

    core: Core
    llm: LLM
    library: Library
    answerer: Answerer
    dispatcher: Dispatcher
    indexing: GroupIndexing
    inbox: InboxFolder

    def background(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """What runs as long as the bot does."""
        return self.inbox.run(), self.indexing.run(functools.partial(_turn, self.core))

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
    _add_gauges(core, services)
    return _assemble(core, services)


async def _open_services(core: Core, metrics: Metrics, closers: list[Closer]) -> Services:
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
    return Services(llm=llm, library=library, archives=archives, answerer=answerer, limits=limits, metrics=metrics)


def _llm(core: Core, metrics: Metrics) -> LLM:
    settings, usage = core.settings, core.usage
    return LLM(
        LLMConfig(
            base_url=settings.llm_base_url,
            model=settings.model,
            embedding_model=settings.embedding_model,
            transcription_model=settings.transcription_model,
            key_provider=lambda: core.secrets.openai_key,
            first_byte=settings.llm_timeout or settings.request_timeout + _BEYOND,
            profiles=settings.data_dir / "llm-profiles.json",
            allow=usage.require_budget,
            on_usage=lambda model, prompt, completion: metrics.llm_used(
                model, prompt, completion, cost=usage.tokens(model, prompt=prompt, completion=completion)
            ),
        )
    )


def _assemble(core: Core, services: Services) -> Parts:
    stores = Stores.within(core.settings.data_dir)
    services.library.on_deleted(stores.shown.forget_documents)

    ways = people(core, services, stores)
    chats = chat_parts(core, services, stores, ways)
    queued = work(core, services, stores, ways, chats)
    reader = IntentReader(
        me=core.me, preferences=stores.preferences, pasted_texts=queued.pasted_texts, owner=ways.owner
    )
    dispatcher = Dispatcher(
        settings=core.settings,
        journal=core.journal,
        groups=chats.groups,
        reader=reader,
        routes=route_table(core, services, stores, ways=ways, parts=chats, work=queued),
        runner=ways.runner,
        messenger=ways.messenger,
    )
    return Parts(
        core=core,
        llm=services.llm,
        library=services.library,
        answerer=services.answerer,
        dispatcher=dispatcher,
        indexing=chats.indexing,
        inbox=_inbox(core, services.library, InboxHandlers(chats.chats, ways.owner)),
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


def _add_gauges(core: Core, services: Services) -> None:
    gauge, state, library, llm = services.metrics.gauge, core.poll_state, services.library, services.llm
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

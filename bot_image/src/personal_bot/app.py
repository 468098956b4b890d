"""The whole bot: its parts made once, tied together, run, and closed in order.

The first poll goes out before anything else is even imported, so that a bot which starts is heard of at once; what is
heavy follows while that poll is under way.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
from typing import TYPE_CHECKING, Any

from personal_bot.cgroup import Cgroup
from personal_bot.exits import InternalError
from personal_bot.models import KnowledgeState, LLMState
from personal_bot.requests.admission import Admission, Ticket
from personal_bot.requests.costs import Kind, Meter
from personal_bot.requests.journal import Journal
from personal_bot.serving.statusz import status_document
from personal_bot.telegram.client import Connection
from personal_bot.telegram.polling import Poller
from personalbots_common.json_logs import log_loop_error

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from personal_bot.answers.answerer import Answerer
    from personal_bot.archives.archives import Archives
    from personal_bot.handlers.dispatch import FrontDesk
    from personal_bot.knowledge.library import Library
    from personal_bot.llm.client import LLM
    from personal_bot.metrics import Metrics
    from personal_bot.secret_files import SecretFiles
    from personal_bot.serving.health_server import HealthServer
    from personal_bot.settings import Settings
    from personal_bot.state.usage import Usage
    from personal_bot.telegram.updates import Me

_FIRST_POLL = 1.0  # seconds that the rest waits for the first poll to come back
_TICK = 1.0  # seconds between looks at what requests cost
_SECRETS_EVERY = 5  # ticks between looks at the secrets' files
_LLM_CHECK_EVERY = 60  # ticks between checks of an LLM service that did not work
_FINISH, _LEAVE, _CLOSE = 2.5, 1.0, 0.7  # seconds of a stop, together under the pod's five

log = logging.getLogger(__name__)


class App:
    """One bot, for one run."""

    def __init__(self, settings: Settings, secrets: SecretFiles) -> None:
        """Make the parts that the first poll needs.

        Raises:
            Exit: the token is none, or the volume cannot be written.
        """
        self._settings = settings
        self._secrets = secrets
        self._connection = Connection(
            api_url=settings.telegram_api_url,
            token=secrets.current.telegram_token,
        )
        self._journal = _journal(settings)
        self._poller = Poller(self._connection, keep=self._keep, token_changed=self._token_changed)
        self._meter = Meter(Cgroup(settings.cgroup_dir))
        self._admission = Admission(self._meter)
        loop = asyncio.get_running_loop()
        self._desk: asyncio.Future[FrontDesk] = loop.create_future()
        self._ended: asyncio.Future[None] = loop.create_future()
        self._me: asyncio.Future[Me] = loop.create_future()
        self._llm: LLM | None = None
        self._usage: Usage | None = None
        self._library: Library | None = None
        self._archives: Archives | None = None
        self._answerer: Answerer | None = None
        self._health: HealthServer | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT.

        Raises:
            Exit: Telegram refuses the token, or there is a bug.
        """
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(log_loop_error)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        try:
            self._spawn(self._poller.run())
            await self._poller.first_try(_FIRST_POLL)
            await self._open()
            gc.collect()
            gc.freeze()  # what is imported stays: it need not be looked through again
            gc.enable()
            self._spawn(self._keep_house())
            self._spawn(self._introduce())
            await self._ended
            log.info("Asked to stop")
        finally:
            await self._close()

    async def _open(self) -> None:
        """Import and make what the first poll does not need."""
        from personal_bot.answers.answerer import Answerer, AnswererConfig  # noqa: PLC0415 - after the first poll
        from personal_bot.archives.archives import Archives  # noqa: PLC0415
        from personal_bot.handlers.assembly import assemble  # noqa: PLC0415
        from personal_bot.knowledge.extraction import ExtractionLimits  # noqa: PLC0415
        from personal_bot.knowledge.inbox_folder import InboxFolder  # noqa: PLC0415
        from personal_bot.knowledge.library import Library, LibraryConfig  # noqa: PLC0415
        from personal_bot.llm.client import LLM, LLMConfig  # noqa: PLC0415
        from personal_bot.metrics import Metrics  # noqa: PLC0415
        from personal_bot.serving.health_server import HealthServer  # noqa: PLC0415
        from personal_bot.state.usage import Usage  # noqa: PLC0415

        settings, secrets = self._settings, self._secrets.current
        metrics = Metrics()
        self._health = HealthServer(ready=self._not_ready, status=self._status, metrics=metrics.text)
        port = await self._health.start(settings.port)
        log.info("Serving health", extra={"port": port, "pid": os.getpid()})
        usage = self._usage = Usage(settings.data_dir / "usage", settings.prices)
        self._llm = LLM(
            LLMConfig(
                base_url=settings.llm_base_url,
                model=settings.model,
                embedding_model=settings.embedding_model,
                transcription_model=settings.transcription_model,
                key_provider=lambda: secrets.openai_key,
                allow=usage.require_budget,
                on_usage=lambda model, prompt, completion: metrics.llm_used(
                    model, prompt, completion, cost=usage.tokens(model, prompt=prompt, completion=completion)
                ),
            )
        )
        limits = ExtractionLimits.within(Cgroup(settings.cgroup_dir).limits().memory)
        self._library = await Library.open(
            LibraryConfig(
                data_dir=settings.data_dir,
                collection=settings.collection,
                qdrant_url=settings.qdrant_url,
                qdrant_key=lambda: secrets.qdrant_key,
                limits=limits,
            ),
            self._llm,
        )
        self._answerer = Answerer(AnswererConfig(request_timeout=settings.request_timeout), self._library, self._llm)
        self._archives = Archives(settings.data_dir / "chats", work=settings.data_dir / "work", limits=limits)
        desk, groups = assemble(
            settings=settings,
            connection=self._connection,
            journal=self._journal,
            admission=self._admission,
            metrics=metrics,
            usage=usage,
            llm=self._llm,
            library=self._library,
            archives=self._archives,
            answerer=self._answerer,
            limits=limits,
            me=self._who,
        )

        def turn() -> contextlib.AbstractAsyncContextManager[None]:
            return self._admission.turn(Ticket(user_id=settings.user_id, kind=Kind.DOCUMENT))

        inbox = InboxFolder(
            settings.data_dir / "inbox-documents",
            owner_id=settings.user_id,
            ingest=self._library.ingest,
            tell=desk.tell_owner,
            take_chat=desk.take_chat_from_inbox,
            turn=turn,
        )
        self._spawn(inbox.run())
        self._spawn(groups.run(turn))
        self._add_gauges(metrics)
        desk.resume()
        self._desk.set_result(desk)

    async def _keep(self, updates: list[dict[str, Any]]) -> bool:
        return await (await self._desk).keep(updates)

    async def _keep_house(self) -> None:
        """Look after what changes by itself: costs, limits, secrets, an LLM service that was away."""
        tick = 0
        while True:
            self._meter.observe(self._admission.running_kinds())
            self._admission.review()
            changed: frozenset[str] = frozenset()
            if tick % _SECRETS_EVERY == 0:
                changed = self._secrets.refresh()
            if "telegram_token" in changed:
                self._use_new_token()
            if self._llm and (
                "openai_key" in changed or (tick % _LLM_CHECK_EVERY == 0 and not self._llm.state().ready)
            ):
                self._spawn(self._check_llm())
            tick += 1
            await asyncio.sleep(_TICK)

    async def _check_llm(self) -> None:
        if self._llm:
            await self._llm.check()

    async def _introduce(self) -> None:
        """Ask Telegram who the bot is, and tell it the commands."""
        from personal_bot.handlers.command_menu import introduce  # noqa: PLC0415 - after the first poll

        me = await introduce(self._connection, owner_id=self._settings.user_id)
        if not self._me.done():
            self._me.set_result(me)
        log.info("Running as @%s", me.username, extra={"bot_id": me.id})

    async def _who(self) -> Me:
        return await asyncio.shield(self._me)

    def _token_changed(self) -> bool:
        """Look for another token now; returns whether there is one."""
        if "telegram_token" not in self._secrets.refresh():
            return False
        self._use_new_token()
        return True

    def _use_new_token(self) -> None:
        log.info("The bot token has changed")
        self._connection.use_token(self._secrets.current.telegram_token)
        self._poller.start_over()
        if self._me.done():  # who waits for it goes on waiting
            self._me = asyncio.get_running_loop().create_future()
        self._spawn(self._introduce())

    def _not_ready(self) -> str:
        state = self._poller.state
        return (
            "" if state.ready() else f"{state.reason}: {state.message}" if state.reason != "Polling" else "NotPolling"
        )

    def _status(self) -> dict[str, Any]:
        desk = self._desk.result() if self._desk.done() else None
        return status_document(
            me=self._me.result() if self._me.done() else None,
            polling=self._poller.state,
            last_message=desk.last_message if desk else None,
            in_flight=self._admission.active,
            queued=self._admission.queued,
            knowledge=self._library.state() if self._library else KnowledgeState(ready=False, reason="Opening"),
            llm=self._answerer.state() if self._answerer else LLMState(),
            budget_percent=self._usage.used_percent() if self._usage else None,
            concurrency=self._meter.concurrency(),
            limits=self._meter.limits(),
        )

    def _add_gauges(self, metrics: Metrics) -> None:
        gauge = metrics.gauge
        gauge("personalbot_active_requests", "Requests that run.", lambda: self._admission.active)
        gauge("personalbot_queued_requests", "Requests that wait for their turn.", lambda: self._admission.queued)
        gauge("personalbot_concurrency", "Questions that may run at once.", self._meter.concurrency)
        gauge("personalbot_poll_conflicts", "getUpdates calls that another poller ended.", self._conflicts)
        gauge("personalbot_telegram_waits", "Calls that Telegram asked to repeat later (429).", self._waits)
        gauge("personalbot_poll_age_seconds", "Since the last getUpdates call that came back.", self._poller.state.age)
        if library := self._library:
            gauge("personalbot_documents", "Documents in the knowledge.", lambda: library.state().documents)
            gauge("personalbot_chunks", "Pieces of documents in the knowledge.", lambda: library.state().chunks)
            gauge("personalbot_document_bytes", "Bytes of those documents.", lambda: library.state().bytes)
            gauge("personalbot_taken_in_chunks", "Pieces taken in since the start.", lambda: library.added)
        if llm := self._llm:
            gauge(
                "personalbot_llm_waits",
                "Requests that the LLM service refused for now (429).",
                lambda: llm.asked_to_wait,
            )

    def _conflicts(self) -> float:
        return self._poller.state.conflicts

    def _waits(self) -> float:
        return self._connection.asked_to_wait

    def _spawn(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._end(error)

    def _end(self, error: BaseException | None = None) -> None:
        if self._ended.done():
            return
        if error:
            self._ended.set_exception(error)
        else:
            self._ended.set_result(None)

    async def _close(self) -> None:
        self._end()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSE)
        if self._desk.done():
            await self._desk.result().drain(finish=_FINISH, leave=_LEAVE)
        closing = [self._connection.close()]
        closing += [part.close() for part in (self._library, self._archives, self._llm, self._health) if part]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE):
                await asyncio.gather(*closing, return_exceptions=True)
        self._journal.close()


def _journal(settings: Settings) -> Journal:
    try:
        return Journal(settings.data_dir / "inbox" / "journal.jsonl")
    except OSError as error:
        raise InternalError(
            error, f"The bot's volume {settings.data_dir} cannot be written: {error.strerror}."
        ) from error

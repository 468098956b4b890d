"""The whole bot: its parts made once, tied together, run, and closed in order.

The first poll goes out before anything else is even imported, so that Telegram and the operator see a bot that starts
at once; what is heavy follows while that poll is under way. So this module, and what it imports at its top, has only
what the first poll needs.
"""

from __future__ import annotations  # for the types of `assembly`

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final

from personal_bot.cgroup import Cgroup
from personal_bot.exits import InternalError
from personal_bot.handlers.core import Core
from personal_bot.models import KnowledgeState, LLMState
from personal_bot.requests.admission import Admission
from personal_bot.requests.costs import Meter
from personal_bot.requests.journal import Journal
from personal_bot.secret_files import SecretFiles
from personal_bot.serving.statusz import status_document
from personal_bot.settings import Settings
from personal_bot.state.usage import Usage
from personal_bot.telegram.client import Connection, Me
from personal_bot.telegram.polling import Poller
from personalbots_common.json_logs import log_loop_error

if TYPE_CHECKING:  # everything that waits for the first poll
    from personal_bot.handlers.assembly import Closer, Parts

_FIRST_POLL: Final = 1.0  # seconds that the rest waits for the first poll to come back
_TICK: Final = 1.0  # seconds between two looks at what requests cost
_SECRETS_EVERY: Final = 5  # ticks between two looks at the secrets' files
_LLM_CHECK_EVERY: Final = 60  # ticks between two checks of an LLM service that did not work

# Seconds of a stop; together they are under the five that the kubelet gives the pod.
_FINISH: Final = 2.5
_LEAVE: Final = 1.0
_CLOSE: Final = 0.7

logger = logging.getLogger(__name__)


class App:
    """One bot, for one run."""

    def __init__(self, settings: Settings, secrets: SecretFiles) -> None:
        """Make the parts that the first poll needs.

        Raises:
            ExitError: the token does not look like one, or the volume cannot be written.
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
        self._usage = Usage(settings.data_dir / "usage", settings.prices)

        loop = asyncio.get_running_loop()
        self._parts: asyncio.Future[Parts] = loop.create_future()
        self._ended: asyncio.Future[None] = loop.create_future()
        self._me: asyncio.Future[Me] = loop.create_future()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closers: list[Closer] = [self._connection.close]

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT.

        Raises:
            ExitError: Telegram refuses the token, or there is a bug.
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
            gc.freeze()  # what is imported stays, so no later collection has to look through it
            gc.enable()

            self._spawn(self._keep_house())
            self._spawn(self._introduce())
            await self._ended
            logger.info("Asked to stop")
        finally:
            await self._close()

    async def _open(self) -> None:
        # The one import that waits for the first poll: with it comes everything that takes long.
        from personal_bot.handlers.assembly import open_parts  # noqa: PLC0415 - as above

        parts = await open_parts(self._core(), ready=self._not_ready, status=self._status, closers=self._closers)

        for doing in parts.background():
            self._spawn(doing)
        parts.dispatcher.resume()
        self._parts.set_result(parts)

    def _core(self) -> Core:
        return Core(
            settings=self._settings,
            secrets=self._secrets.current,
            connection=self._connection,
            poll_state=self._poller.state,
            journal=self._journal,
            meter=self._meter,
            admission=self._admission,
            usage=self._usage,
            me=self._who,
        )

    async def _keep(self, updates: list[dict[str, Any]]) -> bool:
        parts = await self._parts
        return await parts.dispatcher.keep(updates)

    async def _keep_house(self) -> None:
        """Look after what changes by itself: costs, limits, secrets, an LLM service that was away."""
        parts = await self._parts
        tick = 0
        while True:
            self._meter.observe(self._admission.running_kinds())
            self._admission.review()

            changed = self._secrets.refresh() if tick % _SECRETS_EVERY == 0 else frozenset()
            if "telegram_token" in changed:
                self._use_new_token()

            check_due = tick % _LLM_CHECK_EVERY == 0 and not parts.llm.state().ready
            if "openai_key" in changed or check_due:
                self._spawn(self._check_llm())

            tick += 1
            await asyncio.sleep(_TICK)

    async def _check_llm(self) -> None:
        await (await self._parts).llm.check()

    async def _introduce(self) -> None:
        """Ask Telegram who the bot is, and tell it the commands."""
        parts = await asyncio.shield(self._parts)
        me = await parts.introduce()
        if not self._me.done():
            self._me.set_result(me)
        logger.info("Running as @%s", me.username, extra={"bot_id": me.id})

    async def _who(self) -> Me:
        # Shielded: when one who waits is cancelled, the others go on waiting.
        return await asyncio.shield(self._me)

    def _token_changed(self) -> bool:
        """Look for another token now; returns whether there is one."""
        if "telegram_token" not in self._secrets.refresh():
            return False
        self._use_new_token()
        return True

    def _use_new_token(self) -> None:
        logger.info("The bot token has changed")
        self._connection.use_token(self._secrets.current.telegram_token)
        self._poller.start_over()

        if self._me.done():
            self._me = asyncio.get_running_loop().create_future()
        self._spawn(self._introduce())

    def _not_ready(self) -> str:
        """Why the bot is not ready, or "" when it is."""
        state = self._poller.state
        if state.ready():
            return ""
        return f"{state.reason}: {state.message}" if state.reason != "Polling" else "NotPolling"

    def _status(self) -> dict[str, Any]:
        parts = self._parts.result() if self._parts.done() else None
        return status_document(
            me=self._me.result() if self._me.done() else None,
            polling=self._poller.state,
            last_message=parts.dispatcher.last_message if parts else None,
            in_flight=self._admission.active,
            queued=self._admission.queued,
            knowledge=parts.library.state() if parts else KnowledgeState(ready=False, reason="Opening"),
            llm=parts.answerer.state() if parts else LLMState(),
            budget_percent=self._usage.used_percent(),
            concurrency=self._meter.concurrency(),
            limits=self._meter.limits(),
        )

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
        """Stop polling, let requests finish or leave them to the next process, and close the rest."""
        self._end()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSE)

        if self._parts.done():
            await self._parts.result().dispatcher.drain(finish=_FINISH, leave=_LEAVE)

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE):
                await asyncio.gather(*(close() for close in self._closers), return_exceptions=True)
        # Last: what drained and closed has noted here how far it came.
        self._journal.close()


def _journal(settings: Settings) -> Journal:
    try:
        return Journal(settings.data_dir / "inbox" / "journal.jsonl")
    except OSError as error:
        message = f"The bot's volume {settings.data_dir} cannot be written: {error.strerror}."
        raise InternalError(error, message) from error

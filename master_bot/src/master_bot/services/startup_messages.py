"""The message that shows a bot starting, step by step, until people can write to it.

The message's id is kept in an annotation of the resource, so that the master bot goes on editing it after a restart. A
newer message about the same bot replaces an older one.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from aiogram.exceptions import TelegramAPIError

from master_bot.kubernetes.annotations import STARTUP_MESSAGE_ANNOTATION
from master_bot.kubernetes.client import ClusterError, ConflictError, NotFoundError
from master_bot.kubernetes.objects import Event, Pod
from master_bot.kubernetes.personal_bots import handle
from master_bot.services.clients import Clients
from master_bot.telegram.sending import edit
from master_bot.texts import Texts, fill, texts_for
from master_bot.views.startup import SLOW, StartupView, startup_view
from personalbots_api.models import PersonalBot

_EVENTS_EVERY: Final = timedelta(seconds=5)
"""How often the Events of a pod that does not run yet are read. The API server searches all Events of the namespace for
that, and most pods run before the first time."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartupMessage:
    """Where the message is, in which language, and which start it shows."""

    chat_id: int
    message_id: int
    language: str
    since: datetime
    """When the start was asked for."""
    former_pod: str = ""
    """The uid of the pod that is replaced, if there was one."""
    begun: datetime | None = None
    """When the person began with /start; kept until the new bot has polled for the first time."""

    def write(self) -> str:
        """As the annotation's value."""
        text = f"{self.chat_id}/{self.message_id}/{self.language}/{self.since.isoformat()}/{self.former_pod}"
        return f"{text}/{self.begun.isoformat()}" if self.begun else text

    @classmethod
    def read(cls, text: str) -> Self | None:
        """From the annotation's value; None when somebody wrote something else there."""
        try:
            chat, message, language, since, former, *begun = text.split("/")
            return cls(
                chat_id=int(chat),
                message_id=int(message),
                language=language,
                since=datetime.fromisoformat(since),
                former_pod=former,
                begun=datetime.fromisoformat(begun[0]) if begun else None,
            )
        except ValueError:
            return None

    @classmethod
    def of(cls, bot: PersonalBot) -> Self | None:
        """The message about this bot's start, while it is kept up to date."""
        return cls.read(bot.metadata.annotations.get(STARTUP_MESSAGE_ANNOTATION, ""))


@dataclass(slots=True, kw_only=True)
class _EventsRead:
    """The Events of a bot that starts, and when they were read last."""

    at: datetime
    events: Sequence[Event] = ()


class StartupMessages:
    """Keeps the messages up to date, each in a task of its own."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def begin(
        self,
        bot: PersonalBot,
        *,
        chat_id: int,
        texts: Texts,
        former_pod: Pod | None = None,
        begun: datetime | None = None,
    ) -> None:
        """Send the message and follow the start of `bot` from now on, as one that replaces `former_pod`.

        `begun` is kept over restarts: it ends with the first poll of a new bot, however often that is started again.

        Raises:
            TelegramAPIError: the message cannot be sent.
        """
        older, since = StartupMessage.of(bot), self._clients.now()
        first = startup_view(
            bot=bot,
            pod=None,
            events=(),
            since=since,
            again=begun is None,
            now=since,
            texts=texts,
            link_base=self._clients.settings.link_base,
        )
        sent = await self._clients.telegram.send_message(chat_id, first.text, reply_markup=first.keyboard)

        shown = StartupMessage(
            chat_id=chat_id,
            message_id=sent.message_id,
            language=texts.language,
            since=since,
            former_pod=former_pod.uid if former_pod else "",
            begun=begun or (older.begun if older else None),
        )
        await self._annotate(bot, shown)
        self._spawn(bot, shown)

        if older:
            text = fill(texts.live_superseded, bot=handle(bot))
            await self._edit(older, text)

    def resume(self) -> None:
        """Take up the messages that a former process was following."""
        for bot in self._clients.cache.all():
            if shown := StartupMessage.of(bot):
                self._spawn(bot, shown)

    async def close(self) -> None:
        """Stop following; the next process takes it up."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, bot: PersonalBot, shown: StartupMessage) -> None:
        uid = bot.metadata.uid
        if uid in self._tasks:
            self._tasks[uid].cancel()

        task = asyncio.create_task(self._follow(bot, shown), name=f"startup {bot.metadata.name}")
        self._tasks[uid] = task
        # The entry may be a newer task's by the time that this one ends.
        task.add_done_callback(lambda ended: self._tasks.pop(uid) if self._tasks.get(uid) is ended else None)

    async def _follow(self, bot: PersonalBot, shown: StartupMessage) -> None:
        text, read = "", _EventsRead(at=shown.since)
        while True:
            try:
                view = await self._view(bot, shown, read)
                if view.text != text and not await self._edit(shown, view.text, view):
                    await self._forget(bot)
                    return

                text = view.text
                if view.over:
                    await self._forget(bot)
                    self._observe(view, shown)
                    return
            except (ClusterError, TelegramAPIError) as error:
                logger.info("a startup message waits", extra={"bot": bot.metadata.name, "error": str(error)})

            # Telegram takes about one message a second in a chat.
            await asyncio.sleep(1 if self._clients.now() - shown.since < SLOW else 3)

    async def _view(self, bot: PersonalBot, shown: StartupMessage, read: _EventsRead) -> StartupView:
        texts, clients = texts_for(shown.language), self._clients
        current = clients.cache.get(bot.metadata.name)
        if current is None or current.metadata.uid != bot.metadata.uid:
            return StartupView(text=fill(texts.live_gone, bot=handle(bot)), keyboard=None, over=True)

        pod, now = await clients.cluster.pod(current), clients.now()
        if pod and not pod.running_since and now - read.at >= _EVENTS_EVERY:
            read.at, read.events = now, await clients.cluster.events(current)

        return startup_view(
            bot=current,
            pod=pod,
            events=read.events,
            since=shown.since,
            former_pod=shown.former_pod,
            again=shown.begun is None,
            now=clients.now(),
            texts=texts,
            link_base=clients.settings.link_base,
        )

    async def _edit(self, shown: StartupMessage, text: str, view: StartupView | None = None) -> bool:
        return await edit(
            self._clients.telegram,
            chat_id=shown.chat_id,
            message_id=shown.message_id,
            text=text,
            keyboard=view.keyboard if view else None,
        )

    def _observe(self, view: StartupView, shown: StartupMessage) -> None:
        if view.polls_after is None:
            return

        metrics = self._clients.metrics
        metrics.start_seconds.observe(view.polls_after.total_seconds())

        if shown.begun:
            metrics.onboarding.labels("polling").inc()
            took = shown.since - shown.begun + view.polls_after
            metrics.onboarding_seconds.observe(took.total_seconds())

    async def _annotate(self, bot: PersonalBot, shown: StartupMessage) -> None:
        try:
            await self._clients.annotate(bot, STARTUP_MESSAGE_ANNOTATION, shown.write())
        except ClusterError as error:
            # The start itself has been asked for. This process still follows it, only the next one will not.
            logger.warning("a startup message is not kept", extra={"bot": bot.metadata.name, "error": str(error)})

    async def _forget(self, bot: PersonalBot) -> None:
        patch = {"metadata": {"annotations": {STARTUP_MESSAGE_ANNOTATION: None}}}
        try:
            await self._clients.cluster.patch_bot(bot, patch)
        except (NotFoundError, ConflictError):
            return  # there is no such bot any more

"""The message that shows a bot coming up, step by step, until people can write to it.

Where it stands is an annotation of the resource, so that a master bot that was started anew goes on editing the same
message. A newer message for the same bot supersedes an older one.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.client import ClusterError, ConflictError, NotFoundError
from master_bot.kubernetes.cluster import Cluster
from master_bot.kubernetes.fsm_storage import Clock
from master_bot.kubernetes.objects import Event, Pod
from master_bot.metrics import Metrics
from master_bot.models import LIVE_ANNOTATION, handle
from master_bot.settings import Settings
from master_bot.telegram.sending import edit
from master_bot.texts import Texts, fill, texts_for
from master_bot.views.startup import SLOW, View, view
from personalbots_api.models import PersonalBot

log = logging.getLogger(__name__)

_EVENTS_EVERY: Final = timedelta(seconds=5)
"""How often the events about a pod that does not run yet are read: the API server walks through all of the namespace's
to find them, and most pods run before that."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a live message stands, in which language, and which start it shows.

    `since` is when that start was asked for, `former_pod` the uid of the pod that it replaces, if there was one;
    `begun` is when the person began with /start, until the new bot has polled for the first time.
    """

    chat_id: int
    message_id: int
    language: str
    since: datetime
    former_pod: str = ""
    begun: datetime | None = None

    def write(self) -> str:
        """As the annotation's value."""
        place = f"{self.chat_id}/{self.message_id}/{self.language}/{self.since.isoformat()}/{self.former_pod}"
        return f"{place}/{self.begun.isoformat()}" if self.begun else place

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


@dataclass
class _Told:
    """The events about a bot that starts, and when they were read last."""

    read: datetime
    events: Sequence[Event] = ()


class LiveMessages:
    """Keeps live messages up to date, each in a task of its own. Use it as an asynchronous context manager."""

    def __init__(  # noqa: PLR0913 - what it works with
        self, telegram: Bot, cluster: Cluster, cache: BotCache, *, settings: Settings, metrics: Metrics, now: Clock
    ) -> None:
        self._telegram = telegram
        self._cluster = cluster
        self._cache = cache
        self._settings = settings
        self._metrics = metrics
        self._now = now
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

        A new bot's is the end of what its owner has `begun`, however often it is started anew meanwhile.
        """
        older = Place.read(bot.metadata.annotations.get(LIVE_ANNOTATION, ""))
        since, uid = self._now(), former_pod.uid if former_pod else ""
        first = view(
            bot=bot, pod=None, events=(), since=since, now=since, texts=texts, link_base=self._settings.link_base
        )
        sent = await self._telegram.send_message(chat_id, first.text, reply_markup=first.keyboard)
        place = Place(
            chat_id=chat_id,
            message_id=sent.message_id,
            language=texts.language,
            since=since,
            former_pod=uid,
            begun=begun or (older.begun if older else None),
        )
        await self._note(bot, place)
        self._spawn(bot, place)
        if older:
            text = fill(texts.live_superseded, bot=handle(bot))
            await edit(self._telegram, chat_id=older.chat_id, message_id=older.message_id, text=text, keyboard=None)

    async def _note(self, bot: PersonalBot, place: Place) -> None:
        patch = {"metadata": {"annotations": {LIVE_ANNOTATION: place.write()}}}
        try:
            self._cache.put(await self._cluster.patch_bot(bot, patch))
        except ClusterError as error:
            # What the message tells of has been done; it is kept up to date for as long as this process lives.
            log.warning("a live message is not noted", extra={"bot": bot.metadata.name, "error": str(error)})

    def resume(self) -> None:
        """Take up the messages that a former process was following."""
        for bot in self._cache.all():
            place = Place.read(bot.metadata.annotations.get(LIVE_ANNOTATION, ""))
            if place:
                self._spawn(bot, place)

    async def close(self) -> None:
        """Stop following; the next process takes it up."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, bot: PersonalBot, place: Place) -> None:
        uid = bot.metadata.uid
        if uid in self._tasks:
            self._tasks[uid].cancel()
        task = asyncio.create_task(self._follow(bot, place), name=f"live {bot.metadata.name}")
        self._tasks[uid] = task
        task.add_done_callback(lambda ended: self._tasks.pop(uid) if self._tasks.get(uid) is ended else None)

    async def _follow(self, bot: PersonalBot, place: Place) -> None:
        shown, told = "", _Told(read=place.since)
        while True:
            try:
                found = await self._look(bot, place, told)
                if found.text != shown and not await edit(
                    self._telegram,
                    chat_id=place.chat_id,
                    message_id=place.message_id,
                    text=found.text,
                    keyboard=found.keyboard,
                ):
                    await self._forget(bot)
                    return
                shown = found.text
                if found.over:
                    await self._forget(bot)
                    self._count(found, place)
                    return
            except (ClusterError, TelegramAPIError) as error:
                log.info("a live message waits", extra={"bot": bot.metadata.name, "error": str(error)})
            # Telegram takes about one message a second in a chat.
            await asyncio.sleep(1 if self._now() - place.since < SLOW else 3)

    async def _look(self, bot: PersonalBot, place: Place, told: _Told) -> View:
        texts, name = texts_for(place.language), bot.metadata.name
        current = self._cache.get(name)
        if current is None or current.metadata.uid != bot.metadata.uid:
            return View(text=fill(texts.live_gone, bot=handle(bot)), keyboard=None, over=True)
        pod, now = await self._cluster.pod(current), self._now()
        if pod and not pod.running_since and now - told.read >= _EVENTS_EVERY:
            told.read, told.events = now, await self._cluster.events(current)
        return view(
            bot=current,
            pod=pod,
            events=told.events,
            since=place.since,
            former_pod=place.former_pod,
            now=self._now(),
            texts=texts,
            link_base=self._settings.link_base,
        )

    def _count(self, found: View, place: Place) -> None:
        if found.polls_after is None:
            return
        self._metrics.start_seconds.observe(found.polls_after.total_seconds())
        if place.begun:
            self._metrics.onboarding.labels("polling").inc()
            took = place.since - place.begun + found.polls_after
            self._metrics.onboarding_seconds.observe(took.total_seconds())

    async def _forget(self, bot: PersonalBot) -> None:
        try:
            await self._cluster.patch_bot(bot, {"metadata": {"annotations": {LIVE_ANNOTATION: None}}})
        except (NotFoundError, ConflictError):
            return  # there is no such bot any more

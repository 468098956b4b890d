"""The message that shows a bot coming up, step by step, until people can write to it.

Where it stands is an annotation of the resource, so that a master bot that was started anew goes on editing the same
message. A newer message for the same bot supersedes an older one.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import InlineKeyboardMarkup

from master_bot.bot_cache import BotCache
from master_bot.cluster import Cluster
from master_bot.diagnose import Light, diagnose
from master_bot.fsm_storage import Clock
from master_bot.keyboards import Act, button, markup, open_button
from master_bot.kube import ClusterError, ConflictError, NotFoundError
from master_bot.logs import mask
from master_bot.metrics import Metrics
from master_bot.models import LIVE_ANNOTATION, Event, Pod, going, handle
from master_bot.progress import Step, progress
from master_bot.sending import edit
from master_bot.settings import Settings
from master_bot.texts import Texts, fill, texts_for
from master_bot.views import facts
from personalbots_api.models import PersonalBot

_SLOW: Final = timedelta(seconds=25)
_LONGEST: Final = timedelta(minutes=15)
log = logging.getLogger(__name__)


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


@dataclass(frozen=True, kw_only=True)
class View:
    """What the message says just now."""

    text: str
    keyboard: InlineKeyboardMarkup | None
    over: bool
    polls_after: timedelta | None = None
    """How long the bot took until it polled, once it does."""


def view(  # noqa: PLR0913 - all that is known, by keyword
    *,
    bot: PersonalBot,
    pod: Pod | None,
    events: Sequence[Event],
    since: datetime,
    former_pod: str = "",
    now: datetime,
    texts: Texts,
    link_base: str,
) -> View:
    """What to say of a start that was asked for at `since`; pure."""
    name, buttons = handle(bot), button(texts.button_debug, Act.DEBUG, bot)
    if going(bot):
        return View(text=fill(texts.live_gone, bot=name), keyboard=None, over=True)
    if bot.spec.state == "Stopped":
        return View(text=fill(texts.live_stopped, bot=name), keyboard=None, over=True)
    done = progress(bot, pod, events, since=since, former_pod=former_pod)
    steps = _steps(done, since, texts)
    if polls := done[Step.POLLS]:
        took = max(polls - since, timedelta(0))
        title = fill(texts.live_done, bot=name, seconds=int(took.total_seconds()))
        return View(
            text=f"{title}\n\n{steps}",
            keyboard=markup(open_button(bot, texts, link_base), [button(texts.button_status, Act.CARD, bot)]),
            over=True,
            polls_after=took,
        )
    parts = [fill(texts.live_title, bot=name), steps]
    diagnosis = diagnose(bot, pod, events, now)
    if diagnosis.light is Light.FAILS:
        said = texts.causes[diagnosis.reason]
        known = facts(diagnosis, texts)
        remedy = fill(texts.what_to_do, remedy=said.remedy.format_map(known))
        parts = [fill(texts.live_failed, bot=name), steps, f"{diagnosis.light} {fill(said.cause, **known)}\n{remedy}"]
    elif now - since > _SLOW:
        parts.append(texts.live_slow)
    over = now - since > _LONGEST
    if over:
        parts.append(texts.live_given_up)
    return View(text=mask("\n\n".join(parts)), keyboard=markup([buttons]), over=over)


def _steps(done: Mapping[Step, datetime | None], since: datetime, texts: Texts) -> str:
    current = next((step for step, at in done.items() if at is None), None)
    lines = []
    for step, at in done.items():
        sign = "✅" if at else "⏳" if step is current else "▫️"
        after = f" <i>{max(0, int((at - since).total_seconds()))} {texts.second}</i>" if at else ""
        lines.append(f"{sign} {texts.steps[step]}{after}")
    return "\n".join(lines)


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
        shown = ""
        while True:
            try:
                found = await self._look(bot, place)
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
            await asyncio.sleep(1 if self._now() - place.since < _SLOW else 3)

    async def _look(self, bot: PersonalBot, place: Place) -> View:
        texts, name = texts_for(place.language), bot.metadata.name
        current = self._cache.get(name)
        if current is None or current.metadata.uid != bot.metadata.uid:
            return View(text=fill(texts.live_gone, bot=handle(bot)), keyboard=None, over=True)
        pod, events = await self._cluster.pod(current), await self._cluster.events(current)
        return view(
            bot=current,
            pod=pod,
            events=events,
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

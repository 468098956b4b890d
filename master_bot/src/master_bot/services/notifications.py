"""Telling owners unasked that something is wrong with their bot, and that it is over: once per cause.

What has been told is an annotation of the resource, so that a master bot that was started anew does not repeat it.
Nothing depends on which change was seen: every few seconds each bot is looked at as the cache has it.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import InlineKeyboardMarkup

from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.client import ClusterError, ConflictError, NotFoundError
from master_bot.kubernetes.cluster import Cluster
from master_bot.kubernetes.fsm_storage import Clock
from master_bot.metrics import Metrics
from master_bot.models import (
    IMAGE_ANNOTATION,
    LANGUAGE_ANNOTATION,
    LIVE_ANNOTATION,
    MUTED_ANNOTATION,
    TOLD_ANNOTATION,
    doomed,
    going,
    handle,
    managed,
    ours,
)
from master_bot.settings import Settings
from master_bot.texts import Texts, fill, texts_for
from master_bot.views.bots import facts
from master_bot.views.diagnosis import OWN_REASONS, Light, diagnose
from master_bot.views.keyboards import Act, button, markup
from master_bot.views.units import larger_size
from personalbots_api.conditions import find
from personalbots_api.models import PersonalBot
from personalbots_common.secrets_mask import mask

WELL: Final = "well"
"""What is remembered of a bot that works; no reason has this name."""
_UPDATED: Final = "updated"
_QUIET: Final = frozenset({"RateLimited", "StoreLocked", "Evicted", "PodNameTaken"})
"""What passes by itself, or is nothing that its owner can do anything about."""
_PASSING: Final = frozenset({"Unreachable", "TelegramUnreachable", "StoreUnreachable", "NotPolling", "VolumePending"})
"""What often passes by itself, and is told only when it lasts."""
_AT_ONCE: Final = timedelta(seconds=5)
_LASTING: Final = timedelta(minutes=3)
_OVER: Final = timedelta(seconds=20)
_MEMORY_OVER: Final = timedelta(minutes=5)
"""Out of memory is over when it has not happened again for so long: the bot itself is back within seconds."""
log = logging.getLogger(__name__)


def health(bot: PersonalBot, now: datetime) -> str | None:
    """`WELL`, or the cause that its owner should know of; None when neither can be said just now."""
    if bot.spec.state == "Stopped" or going(bot) or doomed(bot):
        return None
    ended = bot.status.last_termination
    killed = ended and ended.reason == "OOMKilled" and ended.finished_at
    if killed and now - killed < _MEMORY_OVER:
        return "OutOfMemory"
    found = diagnose(bot, None, (), now)
    if found.light is Light.WORKS:
        return WELL
    beside = find("LLMReady", found.reason) or find("KnowledgeReady", found.reason)
    wrong = found.light is Light.FAILS or (beside is not None and beside.status == "False")
    return found.reason if wrong and found.reason not in {*_QUIET, *OWN_REASONS} else None


def is_news(state: str, told: tuple[str, ...], lasts: timedelta) -> bool:
    """Whether to tell of `state`, which has lasted for so long, after all that was told already."""
    if state == WELL:
        return bool(told) and lasts >= _OVER
    return state not in told and lasts >= (_LASTING if state in _PASSING else _AT_ONCE)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    state: str | None
    since: datetime


class News:
    """See the module; `tell` is called every few seconds."""

    def __init__(  # noqa: PLR0913 - what it works with
        self, telegram: Bot, cluster: Cluster, cache: BotCache, *, settings: Settings, metrics: Metrics, now: Clock
    ) -> None:
        self._telegram = telegram
        self._cluster = cluster
        self._cache = cache
        self._settings = settings
        self._metrics = metrics
        self._now = now
        self._seen: dict[str, _Seen] = {}
        self._sent: dict[str, str] = {}
        """What was sent but could not be noted on the resource yet."""

    async def tell(self) -> None:
        """Tell what is new."""
        now = self._now()
        seen: dict[str, _Seen] = {}
        for bot in self._cache.all():
            uid, state = bot.metadata.uid, health(bot, now)
            before = self._seen.get(uid)
            seen[uid] = before if before and before.state == state else _Seen(state=state, since=now)
        self._seen = seen
        for bot in self._cache.all():
            if seen[bot.metadata.uid].state == WELL:
                await self._tell_of_update(bot)
            now_seen = seen.get(bot.metadata.uid)
            if now_seen and now_seen.state and LIVE_ANNOTATION not in bot.metadata.annotations:
                told = tuple(filter(None, bot.metadata.annotations.get(TOLD_ANNOTATION, "").split(",")))
                if is_news(now_seen.state, told, now - now_seen.since):
                    await self._tell(bot, now_seen.state, told)

    async def _tell_of_update(self, bot: PersonalBot) -> None:
        """A bot that works runs another image than its owner knows of; the first one is noted in silence."""
        known, image = bot.metadata.annotations.get(IMAGE_ANNOTATION), bot.status.image
        if not image or image == known or LIVE_ANNOTATION in bot.metadata.annotations:
            return
        if known and not await self._send(bot, _UPDATED, image):
            return
        await self._note(bot, IMAGE_ANNOTATION, image)

    async def _tell(self, bot: PersonalBot, state: str, told: tuple[str, ...]) -> None:
        if await self._send(bot, state):
            await self._note(bot, TOLD_ANNOTATION, None if state == WELL else ",".join((*told, state)))

    async def _send(self, bot: PersonalBot, state: str, image: str = "") -> bool:
        """Whether it is done with: sent, or not to be sent, or sent before."""
        if self._sent.get(bot.metadata.uid) == f"{state}{image}" or MUTED_ANNOTATION in bot.metadata.annotations:
            return True
        texts = texts_for(bot.metadata.annotations.get(LANGUAGE_ANNOTATION))
        text, keyboard = message(bot, state, self._settings, self._now(), texts)
        try:
            await self._telegram.send_message(bot.spec.owner_id, text, reply_markup=keyboard)
            self._metrics.news.labels(state).inc()
        except (TelegramForbiddenError, TelegramBadRequest) as error:
            # Who never wrote to the master bot, or has blocked it, cannot be told.
            log.info("an owner cannot be told", extra={"bot": bot.metadata.name, "error": str(error)})
        except TelegramAPIError as error:
            log.warning("an owner is told later", extra={"bot": bot.metadata.name, "error": str(error)})
            return False
        self._sent[bot.metadata.uid] = f"{state}{image}"
        return True

    async def _note(self, bot: PersonalBot, annotation: str, value: str | None) -> None:
        try:
            self._cache.put(await self._cluster.patch_bot(bot, {"metadata": {"annotations": {annotation: value}}}))
        except (NotFoundError, ConflictError):
            pass  # there is no such bot any more
        except ClusterError as error:
            log.warning("what was told is noted later", extra={"bot": bot.metadata.name, "error": str(error)})
            return
        self._sent.pop(bot.metadata.uid, None)


def message(
    bot: PersonalBot, state: str, settings: Settings, now: datetime, texts: Texts
) -> tuple[str, InlineKeyboardMarkup]:
    """What to tell of a cause, or that it is over, and buttons for what can be done about it."""
    if state == WELL:
        return fill(texts.news_over, bot=handle(bot)), markup([button(texts.button_status, Act.CARD, bot)])
    if state == _UPDATED:
        buttons = [button(texts.button_status, Act.CARD, bot)], [button(texts.changes.button_mute, Act.MUTE, bot)]
        return fill(texts.news_updated, bot=handle(bot)), markup(*buttons)
    known, said = facts(diagnose(bot, None, (), now), texts), texts.causes[state]
    text = f"🔴 {fill(said.cause, **known)}\n{fill(texts.what_to_do, remedy=said.remedy.format_map(known))}"
    changes = texts.changes
    helps = []
    if state == "OutOfMemory" and larger_size(bot, settings):
        helps = [button(changes.button_more_memory, Act.MORE_MEMORY, bot)]
    elif state in {"KeyRefused", "QuotaExhausted", "BudgetSpent"} and ours(bot):
        helps = [button(changes.button_key, Act.NEW_KEY, bot)]
    elif state in {"TokenRefused", "TokenHeldElsewhere"} and ours(bot):
        rotate = managed(bot)
        helps = [
            button(changes.button_rotate, Act.ROTATE, bot)
            if rotate
            else button(changes.button_new_tok, Act.NEW_TOKEN, bot)
        ]
    return mask(text), markup(
        helps,
        [button(texts.button_debug, Act.DEBUG, bot), button(texts.button_restart, Act.RESTART, bot)],
        [button(changes.button_mute, Act.MUTE, bot)],
    )

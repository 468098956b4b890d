"""Telling owners unasked that something is wrong with their bot, and that it is over: once per cause.

An annotation of the resource holds what the owner was told, so a restart of the master bot repeats nothing. Nothing
depends on which change was seen: every few seconds each bot is checked as the cache has it.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError

from master_bot.kubernetes.annotations import (
    IMAGE_ANNOTATION,
    MUTED_ANNOTATION,
    NOTIFIED_ANNOTATION,
    STARTUP_MESSAGE_ANNOTATION,
    is_deletion_pending,
)
from master_bot.kubernetes.client import ClusterError, ConflictError, NotFoundError
from master_bot.kubernetes.personal_bots import is_being_deleted
from master_bot.services.clients import Clients
from master_bot.views.bots import owner_texts
from master_bot.views.diagnosis import OWN_REASONS, Light, diagnose
from master_bot.views.notifications import UPDATED, WELL, notification
from personalbots_api.conditions import find
from personalbots_api.models import PersonalBot

_QUIET: Final = frozenset({"RateLimited", "StoreLocked", "Evicted", "PodNameTaken"})
"""What passes by itself, or is nothing that the owner can act on."""
_PASSING: Final = frozenset({"Unreachable", "TelegramUnreachable", "StoreUnreachable", "NotPolling", "VolumePending"})
"""What often passes by itself: the owner is told only when it lasts."""
_AT_ONCE: Final = timedelta(seconds=5)
_LASTING: Final = timedelta(minutes=3)
_OVER: Final = timedelta(seconds=20)
_MEMORY_OVER: Final = timedelta(minutes=5)
"""Out of memory is over when it has not happened again for so long: the bot itself is back within seconds."""
logger = logging.getLogger(__name__)


def noteworthy_state(bot: PersonalBot, now: datetime) -> str | None:
    """`WELL`, or the cause that the owner should know of; None when neither can be said now."""
    if bot.spec.state == "Stopped" or is_being_deleted(bot) or is_deletion_pending(bot):
        return None

    ended = bot.status.last_termination
    killed = ended and ended.reason == "OOMKilled" and ended.finished_at
    if killed and now - killed < _MEMORY_OVER:
        return "OutOfMemory"

    diagnosis = diagnose(bot, None, (), now)
    if diagnosis.light is Light.WORKS:
        return WELL

    entry = find("LLMReady", diagnosis.reason) or find("KnowledgeReady", diagnosis.reason)
    wrong = diagnosis.light is Light.FAILS or (entry is not None and entry.status == "False")
    return diagnosis.reason if wrong and diagnosis.reason not in {*_QUIET, *OWN_REASONS} else None


def is_due(state: str, told: tuple[str, ...], lasts: timedelta) -> bool:
    """Whether to tell of `state`, which has lasted for so long, after all that was told already."""
    if state == WELL:
        return bool(told) and lasts >= _OVER

    return state not in told and lasts >= (_LASTING if state in _PASSING else _AT_ONCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Observed:
    state: str | None
    since: datetime


class Notifications:
    """See the module; `notify` is called every few seconds."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._observed: dict[str, _Observed] = {}
        """What each bot's state is and since when, by uid."""
        self._sent: dict[str, str] = {}
        """What was sent but could not be kept on the resource yet, by uid."""

    async def notify(self) -> None:
        """Tell owners what is new."""
        bots, now = self._clients.cache.all(), self._clients.now()
        self._observed = {bot.metadata.uid: self._observe(bot, now) for bot in bots}

        for bot in bots:
            state, since = self._observed[bot.metadata.uid].state, self._observed[bot.metadata.uid].since
            if state == WELL:
                await self._notify_update(bot)

            # While a start is shown live, that message tells what is wrong.
            if state and STARTUP_MESSAGE_ANNOTATION not in bot.metadata.annotations:
                told = tuple(filter(None, bot.metadata.annotations.get(NOTIFIED_ANNOTATION, "").split(",")))
                if is_due(state, told, now - since):
                    await self._notify_state(bot, state, told)

    def _observe(self, bot: PersonalBot, now: datetime) -> _Observed:
        state, before = noteworthy_state(bot, now), self._observed.get(bot.metadata.uid)
        return before if before and before.state == state else _Observed(state=state, since=now)

    async def _notify_update(self, bot: PersonalBot) -> None:
        """A bot that works runs another image than its owner knows of; the first one is noted in silence."""
        known, image = bot.metadata.annotations.get(IMAGE_ANNOTATION), bot.status.image
        if not image or image == known or STARTUP_MESSAGE_ANNOTATION in bot.metadata.annotations:
            return

        if known and not await self._send(bot, UPDATED, image):
            return

        await self._annotate(bot, IMAGE_ANNOTATION, image)

    async def _notify_state(self, bot: PersonalBot, state: str, told: tuple[str, ...]) -> None:
        if await self._send(bot, state):
            await self._annotate(bot, NOTIFIED_ANNOTATION, None if state == WELL else ",".join((*told, state)))

    async def _send(self, bot: PersonalBot, state: str, image: str = "") -> bool:
        """Whether it is done with: sent, or not to be sent, or sent before."""
        if self._sent.get(bot.metadata.uid) == f"{state}{image}" or MUTED_ANNOTATION in bot.metadata.annotations:
            return True

        clients = self._clients
        text, keyboard = notification(bot, state, clients.settings, clients.now(), owner_texts(bot))

        try:
            await clients.telegram.send_message(bot.spec.owner_id, text, reply_markup=keyboard)
            clients.metrics.notifications.labels(state).inc()
        except (TelegramForbiddenError, TelegramBadRequest) as error:
            # The owner never wrote to the master bot, or has blocked it. Trying again does not help.
            logger.info("an owner cannot be told", extra={"bot": bot.metadata.name, "error": str(error)})
        except TelegramAPIError as error:
            logger.warning("an owner is told later", extra={"bot": bot.metadata.name, "error": str(error)})
            return False

        self._sent[bot.metadata.uid] = f"{state}{image}"
        return True

    async def _annotate(self, bot: PersonalBot, annotation: str, value: str | None) -> None:
        try:
            await self._clients.annotate(bot, annotation, value)
        except (NotFoundError, ConflictError):
            pass  # there is no such bot any more
        except ClusterError as error:
            # `_sent` keeps the owner from being told twice until this succeeds.
            logger.warning("what was told is noted later", extra={"bot": bot.metadata.name, "error": str(error)})
            return

        self._sent.pop(bot.metadata.uid, None)

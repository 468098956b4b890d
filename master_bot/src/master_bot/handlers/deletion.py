"""Deleting a bot, with a minute in which it can be undone.

The bot is stopped at once; that it is to be deleted, and how, is an annotation of the resource, so that it happens
even if the master bot is killed meanwhile.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from master_bot.handlers.context import Ask, show, tell_owner
from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.client import ClusterError, ConflictError, NotFoundError
from master_bot.kubernetes.cluster import Cluster
from master_bot.kubernetes.fsm_storage import Clock
from master_bot.models import DELETION_ANNOTATION, going, handle
from master_bot.telegram.sending import edit
from master_bot.texts import fill, texts_for
from master_bot.views.keyboards import Act, button, markup
from personalbots_api.models import DeletionPolicy, PersonalBot

UNDO: Final = timedelta(minutes=1)
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Doom:
    """When and how a bot is to be deleted, what it was before, and where its owner was told so."""

    at: datetime
    policy: str
    state: str
    chat_id: int
    message_id: int
    language: str

    def write(self) -> str:
        """As the annotation's value."""
        at = self.at.astimezone(UTC).isoformat(timespec="seconds")
        return f"{at}/{self.policy}/{self.state}/{self.chat_id}/{self.message_id}/{self.language}"

    @classmethod
    def of(cls, bot: PersonalBot) -> Self | None:
        """From the annotation; None when there is none, or somebody wrote something else there."""
        try:
            at, policy, state, chat, message, language = bot.metadata.annotations[DELETION_ANNOTATION].split("/")
            return cls(
                at=datetime.fromisoformat(at),
                policy=policy,
                state=state,
                chat_id=int(chat),
                message_id=int(message),
                language=language,
            )
        except (KeyError, ValueError):
            return None


class Deletions:
    """See the module; `carry_out` is called every few seconds."""

    def __init__(self, telegram: Bot, cluster: Cluster, cache: BotCache, now: Clock) -> None:
        self._telegram = telegram
        self._cluster = cluster
        self._cache = cache
        self._now = now
        self._told: set[str] = set()
        """The uids of bots that are deleted, while the list of bots still has them."""

    async def begin(self, bot: PersonalBot, policy: DeletionPolicy, ask: Ask) -> None:
        """Stop the bot, and have it deleted in a minute."""
        texts = ask.person.texts
        doom = Doom(
            at=self._now() + UNDO,
            policy=policy,
            state=bot.spec.state,
            chat_id=ask.message.chat.id,
            message_id=ask.message.message_id,
            language=texts.language,
        )
        annotations = {DELETION_ANNOTATION: doom.write()}
        patch = {"metadata": {"annotations": annotations}, "spec": {"state": "Stopped"}}
        self._cache.put(await self._cluster.patch_bot(bot, patch))
        await tell_owner(bot, ask, lambda texts: texts.admin.deletes_your_bot)
        text = texts.going_kept if policy == "Retain" else texts.going_all
        await show(ask, fill(text, bot=handle(bot)), markup([button(texts.button_undo, Act.UNDO, bot)]))

    async def undo(self, bot: PersonalBot, ask: Ask) -> None:
        """Keep the bot after all, as it was."""
        doom = Doom.of(bot)
        state = doom.state if doom else bot.spec.state
        patch = {"metadata": {"annotations": {DELETION_ANNOTATION: None}}, "spec": {"state": state}}
        self._cache.put(await self._cluster.patch_bot(bot, patch))
        await tell_owner(bot, ask, lambda texts: texts.admin.keeps_your_bot)
        await show(ask, fill(ask.person.texts.not_deleted, bot=handle(bot)), None)

    async def carry_out(self) -> None:
        """Delete the bots whose minute is over."""
        known = self._cache.all()
        self._told &= {bot.metadata.uid for bot in known}
        for bot in known:
            doom = Doom.of(bot)
            if doom and self._now() >= doom.at and bot.metadata.uid not in self._told:
                try:
                    if await self._delete(bot.metadata.name, doom):
                        self._told.add(bot.metadata.uid)
                        await self._tell(bot, doom)
                except ClusterError as error:
                    log.warning("a bot is deleted later", extra={"bot": bot.metadata.name, "error": str(error)})

    async def _delete(self, name: str, doom: Doom) -> bool:
        """Whether it is deleted; not when that was undone meanwhile."""
        try:
            bot = await self._cluster.bot(name)
            if Doom.of(bot) != doom:
                return False
            if going(bot):
                return True
            if bot.spec.knowledge.deletion_policy != doom.policy:
                patch = {"spec": {"knowledge": {"deletionPolicy": doom.policy}}}
                bot = await self._cluster.patch_bot(bot, patch)
            # Only as it was just read: an undo that comes at this very moment wins.
            await self._cluster.delete_bot(bot, unchanged=True)
        except NotFoundError:
            return True  # the answer to our own deletion was lost
        except ConflictError:
            return False  # it has changed just now, and is looked at again
        log.info("a bot was deleted", extra={"bot": name, "policy": doom.policy})
        return True

    async def _tell(self, bot: PersonalBot, doom: Doom) -> None:
        texts = texts_for(doom.language)
        text = fill(texts.deleted_kept if doom.policy == "Retain" else texts.deleted_all, bot=handle(bot))
        place = {"chat_id": doom.chat_id, "message_id": doom.message_id}
        try:
            if not await edit(self._telegram, **place, text=text, keyboard=None):
                await self._telegram.send_message(doom.chat_id, text)
        except TelegramAPIError as error:
            log.warning("a deletion could not be told", extra={"bot": bot.metadata.name, "error": str(error)})

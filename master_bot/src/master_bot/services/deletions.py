"""Deleting a bot, with a minute in which that can be undone.

The bot is stopped at once. An annotation of the resource says that it is to be deleted, and how, so it happens even if
the master bot is killed meanwhile.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from aiogram.exceptions import TelegramAPIError

from master_bot.kubernetes.annotations import PENDING_DELETION_ANNOTATION
from master_bot.kubernetes.client import ClusterError, ConflictError, NotFoundError
from master_bot.kubernetes.personal_bots import handle, is_being_deleted
from master_bot.services.clients import Clients
from master_bot.telegram.sending import edit
from master_bot.texts import fill, texts_for
from personalbots_api.models import DeletionPolicy, PersonalBot

UNDO: Final = timedelta(minutes=1)
"""How long a deletion can be undone."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingDeletion:
    """When and how a bot is to be deleted, what its state was before, and where its owner was told so."""

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
            at, policy, state, chat, message, language = bot.metadata.annotations[PENDING_DELETION_ANNOTATION].split(
                "/"
            )
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

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._done: set[str] = set()
        """The uids of bots that were deleted, while the cache still has them."""

    async def schedule(
        self, bot: PersonalBot, policy: DeletionPolicy, *, chat_id: int, message_id: int, language: str
    ) -> None:
        """Stop the bot, and have it deleted in a minute; the message is edited then.

        Raises:
            ClusterError: nothing is scheduled.
        """
        pending = PendingDeletion(
            at=self._clients.now() + UNDO,
            policy=policy,
            state=bot.spec.state,
            chat_id=chat_id,
            message_id=message_id,
            language=language,
        )
        annotations = {PENDING_DELETION_ANNOTATION: pending.write()}
        await self._clients.patch_bot(bot, {"metadata": {"annotations": annotations}, "spec": {"state": "Stopped"}})

    async def undo(self, bot: PersonalBot) -> None:
        """Keep the bot after all, as it was.

        Raises:
            ClusterError: it is too late, or the cluster is away.
        """
        pending = PendingDeletion.of(bot)
        state = pending.state if pending else bot.spec.state
        patch = {"metadata": {"annotations": {PENDING_DELETION_ANNOTATION: None}}, "spec": {"state": state}}
        await self._clients.patch_bot(bot, patch)

    async def carry_out(self) -> None:
        """Delete the bots whose minute is over."""
        known = self._clients.cache.all()
        self._done &= {bot.metadata.uid for bot in known}

        for bot in known:
            pending = PendingDeletion.of(bot)
            if pending and self._clients.now() >= pending.at and bot.metadata.uid not in self._done:
                try:
                    if await self._delete(bot.metadata.name, pending):
                        self._done.add(bot.metadata.uid)
                        await self._report(bot, pending)
                except ClusterError as error:
                    logger.warning("a bot is deleted later", extra={"bot": bot.metadata.name, "error": str(error)})

    async def _delete(self, name: str, pending: PendingDeletion) -> bool:
        """Whether it is deleted; not when that was undone meanwhile."""
        cluster = self._clients.cluster
        try:
            bot = await cluster.bot(name)
            if PendingDeletion.of(bot) != pending:
                return False
            if is_being_deleted(bot):
                return True

            if bot.spec.knowledge.deletion_policy != pending.policy:
                bot = await cluster.patch_bot(bot, {"spec": {"knowledge": {"deletionPolicy": pending.policy}}})

            # Only as it was just read: an undo that comes at this very moment wins.
            await cluster.delete_bot(bot, unchanged=True)
        except NotFoundError:
            return True  # the answer to our own deletion was lost
        except ConflictError:
            return False  # it has just changed; the next round reads it again

        logger.info("a bot was deleted", extra={"bot": name, "policy": pending.policy})
        return True

    async def _report(self, bot: PersonalBot, pending: PendingDeletion) -> None:
        texts, telegram = texts_for(pending.language), self._clients.telegram
        text = fill(texts.deleted_kept if pending.policy == "Retain" else texts.deleted_all, bot=handle(bot))

        try:
            if not await edit(
                telegram, chat_id=pending.chat_id, message_id=pending.message_id, text=text, keyboard=None
            ):
                await telegram.send_message(pending.chat_id, text)
        except TelegramAPIError as error:
            logger.warning("a deletion could not be told", extra={"bot": bot.metadata.name, "error": str(error)})

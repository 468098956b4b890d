"""Deleting a bot: the question how, the choice, and the undo."""

from collections.abc import Mapping
from dataclasses import dataclass

from master_bot.handlers.context import Action, Context, notify_owner, show
from master_bot.kubernetes.personal_bots import handle
from master_bot.services.deletions import Deletions
from master_bot.texts import fill
from master_bot.views.keyboards import Act, button, delete_choice, markup
from personalbots_api.models import DeletionPolicy, PersonalBot


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionHandlers:
    """The caller has checked that the person may touch the bot."""

    deletions: Deletions

    def actions(self) -> Mapping[Act, Action]:
        """What each button does."""
        return {
            Act.DELETE: self._ask,
            Act.DELETE_KEEPING: self._delete_keeping,
            Act.DELETE_ALL: self._delete_all,
            Act.KEEP_BOT: self._keep,
            Act.UNDO: self._undo,
        }

    async def _ask(self, bot: PersonalBot, context: Context) -> None:
        texts, knowledge = context.person.texts, bot.status.knowledge
        documents = fill(texts.delete_documents, count=knowledge.documents) if knowledge else ""
        text = fill(texts.delete_question, bot=handle(bot), documents=documents)
        await context.message.answer(text, reply_markup=delete_choice(bot, texts))

    async def _delete_keeping(self, bot: PersonalBot, context: Context) -> None:
        await self._delete(bot, "Retain", context)

    async def _delete_all(self, bot: PersonalBot, context: Context) -> None:
        await self._delete(bot, "Delete", context)

    async def _delete(self, bot: PersonalBot, policy: DeletionPolicy, context: Context) -> None:
        texts, message = context.person.texts, context.message
        await self.deletions.schedule(
            bot, policy, chat_id=message.chat.id, message_id=message.message_id, language=texts.language
        )
        await notify_owner(bot, context, lambda texts: texts.admin.deletes_your_bot)

        text = texts.going_kept if policy == "Retain" else texts.going_all
        await show(context, fill(text, bot=handle(bot)), markup([button(texts.button_undo, Act.UNDO, bot)]))

    async def _undo(self, bot: PersonalBot, context: Context) -> None:
        await self.deletions.undo(bot)
        await notify_owner(bot, context, lambda texts: texts.admin.keeps_your_bot)
        await self._keep(bot, context)

    async def _keep(self, bot: PersonalBot, context: Context) -> None:
        await show(context, fill(context.person.texts.not_deleted, bot=handle(bot)), None)

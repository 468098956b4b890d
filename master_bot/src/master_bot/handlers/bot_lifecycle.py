"""The card of a bot, and what starts and stops it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from master_bot.handlers.context import Action, Context, notify_owner, show
from master_bot.kubernetes.annotations import MUTED_ANNOTATION
from master_bot.kubernetes.personal_bots import handle
from master_bot.models import Raw
from master_bot.services.clients import Clients
from master_bot.services.startup_messages import StartupMessages
from master_bot.texts import fill
from master_bot.views.bots import status
from master_bot.views.diagnosis import diagnose
from master_bot.views.keyboards import Act, button, card, markup
from personalbots_api import names
from personalbots_api.models import PersonalBot


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleHandlers:
    """The caller has checked that the person may touch the bot."""

    clients: Clients
    startup: StartupMessages

    def actions(self) -> Mapping[Act, Action]:
        """What each button does."""
        return {
            Act.CARD: self._card,
            Act.RESTART: self._restart,
            Act.STOP: self._stop,
            Act.RESUME: self._resume,
        }

    async def _card(self, bot: PersonalBot, context: Context) -> None:
        clients, texts = self.clients, context.person.texts
        pod, events = await clients.cluster.pod(bot), await clients.cluster.events(bot)

        now = clients.now()
        text = status(bot, diagnose(bot, pod, events, now), now, texts)
        await show(context, text, card(bot, texts, clients.settings.link_base))

    async def _restart(self, bot: PersonalBot, context: Context) -> None:
        if bot.spec.state == "Stopped":
            await context.message.answer(fill(context.person.texts.restart_of_stopped, bot=handle(bot)))
            return

        at = self.clients.now().astimezone(UTC).isoformat(timespec="seconds")
        await self._start(bot, {"metadata": {"annotations": {names.RESTARTED_AT_ANNOTATION: at}}}, context)

    async def _stop(self, bot: PersonalBot, context: Context) -> None:
        texts, stopped = context.person.texts, bot.spec.state == "Stopped"
        if not stopped:
            await self.clients.patch_bot(bot, {"spec": {"state": "Stopped"}})
            if MUTED_ANNOTATION not in bot.metadata.annotations:
                await notify_owner(bot, context, lambda texts: texts.admin.stopped_your_bot)

        keyboard = markup([button(texts.button_resume, Act.RESUME, bot)])
        text = texts.stopped_already if stopped else texts.stopping
        await context.message.answer(fill(text, bot=handle(bot)), reply_markup=keyboard)

    async def _resume(self, bot: PersonalBot, context: Context) -> None:
        if bot.spec.state != "Stopped":
            await context.message.answer(fill(context.person.texts.runs_already, bot=handle(bot)))
            return

        await self._start(bot, {"spec": {"state": "Running"}}, context)

    async def _start(self, bot: PersonalBot, patch: Raw, context: Context) -> None:
        """Have the bot started by `patch`, and show how it comes up."""
        # Read before the patch: afterwards it may be the new pod already.
        former = await self.clients.cluster.pod(bot)
        started = await self.clients.patch_bot(bot, patch)
        await self.startup.begin(
            started, chat_id=context.message.chat.id, texts=context.person.texts, former_pod=former
        )

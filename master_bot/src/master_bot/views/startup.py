"""The message that shows a bot starting: its steps, a word when it is slow, the cause when it fails. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiogram.types import InlineKeyboardMarkup

from master_bot.kubernetes.objects import Event, Pod
from master_bot.kubernetes.personal_bots import handle, is_being_deleted
from master_bot.models import StartupStep
from master_bot.texts import Texts, fill
from master_bot.views.bots import facts
from master_bot.views.diagnosis import Light, diagnose
from master_bot.views.keyboards import Act, button, markup, open_button
from master_bot.views.startup_steps import progress
from personalbots_api.models import PersonalBot
from personalbots_common.secrets_mask import mask

SLOW: Final = timedelta(seconds=25)
"""The message says that a start is slow when it takes longer."""
_LONGEST: Final = timedelta(minutes=15)
"""A start that takes longer is no longer watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartupView:
    """What the message says just now."""

    text: str
    keyboard: InlineKeyboardMarkup | None
    over: bool
    polls_after: timedelta | None = None
    """How long the bot took until it polled, once it does."""


def startup_view(  # noqa: PLR0913 - all that is known, by keyword
    *,
    bot: PersonalBot,
    pod: Pod | None,
    events: Sequence[Event],
    since: datetime,
    former_pod: str = "",
    again: bool = False,
    now: datetime,
    texts: Texts,
    link_base: str,
) -> StartupView:
    """What to say of a start that was asked for at `since`; one `again`, of a bot that its owner knows, in a line."""
    name, buttons = handle(bot), button(texts.button_debug, Act.DEBUG, bot)
    if is_being_deleted(bot):
        return StartupView(text=fill(texts.live_gone, bot=name), keyboard=None, over=True)
    if bot.spec.state == "Stopped":
        return StartupView(text=fill(texts.live_stopped, bot=name), keyboard=None, over=True)

    done = progress(bot, pod, events, since=since, former_pod=former_pod)
    diagnosis = diagnose(bot, pod, events, now)
    # A volume may be made only once a server is found, so the list alone would blame the disk.
    current = StartupStep.PLACED if diagnosis.reason == "Unschedulable" else None
    steps = _steps(done, since, current, texts)

    if polls := done[StartupStep.POLLS]:
        took = max(polls - since, timedelta(0))
        title = fill(texts.live_again if again else texts.live_done, bot=name, seconds=int(took.total_seconds()))
        return StartupView(
            text=title if again else f"{title}\n\n{steps}",
            keyboard=markup(open_button(bot, texts, link_base), [button(texts.button_status, Act.CARD, bot)]),
            over=True,
            polls_after=took,
        )

    parts = [fill(texts.live_title, bot=name), steps]
    if diagnosis.light is Light.FAILS:
        words = texts.causes[diagnosis.reason]
        known = facts(diagnosis, texts)
        remedy = fill(texts.what_to_do, remedy=words.remedy.format_map(known))
        parts = [fill(texts.live_failed, bot=name), steps, f"{diagnosis.light} {fill(words.cause, **known)}\n{remedy}"]
    elif now - since > SLOW:
        parts.append(texts.live_slow)

    over = now - since > _LONGEST
    if over:
        parts.append(texts.live_given_up)

    return StartupView(text=mask("\n\n".join(parts)), keyboard=markup([buttons]), over=over)


def _steps(
    done: Mapping[StartupStep, datetime | None], since: datetime, current: StartupStep | None, texts: Texts
) -> str:
    """The list; `current` is the step that is waited for, else the first that is not done."""
    current = current or next((step for step, at in done.items() if at is None), None)
    lines = []

    for step, at in done.items():
        sign = "✅" if at else "⏳" if step is current else "▫️"
        after = f" <i>{max(0, int((at - since).total_seconds()))} {texts.second}</i>" if at else ""
        lines.append(f"{sign} {texts.steps[step]}{after}")

    return "\n".join(lines)

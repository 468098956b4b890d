"""When a bot that nobody writes to falls asleep, and when it wakes. Pure.

A sleeping bot has no pod. Every `spec.sleep.wakeEvery` it is woken for long enough to hear what was written meanwhile
(Telegram keeps messages for 24 hours), and stays awake when there was something. A restart or another spec wakes it
too. Its `Ready` condition says since when it sleeps, so an operator that starts again lets it sleep on.
"""

from typing import Final

from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.spec import Sleep
from personalbots_operator.cache.statusz import Reading
from personalbots_operator.cache.values import seconds
from personalbots_operator.decision.outcome import Finding

ASLEEP: Final = "Asleep"
"""The reason of `Ready` for a bot that sleeps."""
LISTEN_SECONDS: Final = 20.0
"""How long a woken bot polls Telegram at least, so that it hears what waits there."""
FRESH_SECONDS: Final = 10.0
"""How old a bot's report may be to put it to sleep because of it."""
BUSY_SECONDS: Final = 60.0
"""How often to check a bot that would sleep but for the work it has."""
SOON_SECONDS: Final = 2.0
"""The shortest time until the next check."""


def sleeping(bot: Bot, sleep: Sleep | None, *, now: float) -> Finding | None:
    """That the bot sleeps on; None when it is awake or has to wake."""
    if sleep is None or bot.reason != ASLEEP or bot.status.get("observedGeneration") != bot.generation:
        return None
    left = bot.ready_changed + sleep.wake_every - now
    woken = (seconds(bot.restarted_at) or 0.0) >= bot.ready_changed
    return None if woken or left <= 0 else asleep(sleep, requeue_after=left)


def stays_awake(bot: Bot, sleep: Sleep, reading: Reading | None, *, now: float) -> float:
    """For how many seconds a bot that polls stays awake at least; 0 or less when it may fall asleep."""
    statusz = reading.statusz if reading else None
    last_message = seconds(statusz.last_message) if statusz else None

    idle_since = max(bot.created, bot.active or 0.0, seconds(bot.restarted_at) or 0.0, last_message or 0.0)
    awake_since = bot.ready_changed if bot.ready else now
    busy_until = now + BUSY_SECONDS if statusz and statusz.busy else 0.0
    return max(idle_since + sleep.after, awake_since + LISTEN_SECONDS, busy_until) - now


def is_fresh(reading: Reading | None, *, now: float) -> bool:
    """Whether the bot has just reported about itself: an old report is no reason to put it to sleep."""
    return reading is not None and reading.answered and now - reading.read_at <= FRESH_SECONDS


def asleep(sleep: Sleep, *, requeue_after: float) -> Finding:
    """That the bot sleeps, and for how many seconds."""
    return Finding(ASLEEP, {"after": sleep.after_text, "every": sleep.wake_every_text}, requeue_after=requeue_after)

"""When a bot that nobody writes to falls asleep, and when it wakes. Pure.

A sleeping bot has no pod. It is woken every `spec.sleep.wakeEvery` for long enough to hear what was written meanwhile
(Telegram keeps messages for 24 hours), and stays awake when there was something; a restart or another spec wakes it
too. Since when it sleeps stands in its `Ready` condition, so an operator that starts again lets it sleep on.
"""

from typing import Final

from personalbots_operator.cache.observed import Bot, seconds
from personalbots_operator.cache.spec import Sleep
from personalbots_operator.decision.diagnose import Finding
from personalbots_operator.loop.statusz import Reading

REASON: Final = "Asleep"
LOOK_SECONDS: Final = 20.0
"""How long a bot that was woken polls Telegram at least, so that it hears what waits there."""
FRESH_SECONDS: Final = 10.0
"""How old what the bot says of itself may be, when it is put to sleep for it."""
BUSY_SECONDS: Final = 60.0
"""How often a bot is looked at that would sleep but for the work it has."""
SOON_SECONDS: Final = 2.0


def sleeping(bot: Bot, sleep: Sleep | None, *, now: float) -> Finding | None:
    """That the bot sleeps on; None when it is awake or is to wake."""
    if sleep is None or bot.reason != REASON or bot.status.get("observedGeneration") != bot.generation:
        return None
    left = bot.ready_changed + sleep.wake_every - now
    woken = (seconds(bot.restarted_at) or 0.0) >= bot.ready_changed
    return None if woken or left <= 0 else asleep(sleep, look_after=left)


def stays_awake(bot: Bot, sleep: Sleep, reading: Reading | None, *, now: float) -> float:
    """How long a bot that polls stays awake at least, in seconds; not above 0 when it may fall asleep."""
    said = reading.statusz if reading else None
    wrote = seconds(said.last_message) if said else None
    idle_since = max(bot.created, bot.active or 0.0, seconds(bot.restarted_at) or 0.0, wrote or 0.0)
    awake_since = bot.ready_changed if bot.ready else now
    busy_until = now + BUSY_SECONDS if said and said.busy else 0.0
    return max(idle_since + sleep.after, awake_since + LOOK_SECONDS, busy_until) - now


def is_fresh(reading: Reading | None, *, now: float) -> bool:
    """Whether the bot itself said just now how it is: none is put to sleep for what was so a while ago."""
    return reading is not None and reading.answered and now - reading.read_at <= FRESH_SECONDS


def asleep(sleep: Sleep, *, look_after: float) -> Finding:
    """That the bot sleeps, and for how many seconds."""
    return Finding(REASON, {"after": sleep.after_text, "every": sleep.wake_every_text}, look_after=look_after)

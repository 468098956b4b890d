"""Faults on demand: the Bot API answers with an error, late, or not at all."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from standins.telegram.errors import ApiError

_WORDS: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


@dataclass(slots=True, kw_only=True)  # changes: `times` is counted off
class Fault:
    """Which calls it hits (no method: all; no bot: those of all bots), and what happens to them.

    A fault without `code` and `drop` only delays. `drop` closes the connection without an answer: ``"before"``
    the work is done, or ``"after"`` it: the bot cannot know which. `delay` is in seconds. The method ``webhook``
    stands for the requests to a bot's webhook, and then it is Telegram that cannot know.
    """

    method: str | None = None
    bot: str | None = None
    code: int | None = None
    description: str | None = None
    retry_after: int | None = None
    delay: float = 0.0
    drop: str | None = None
    times: int | None = 1

    def __post_init__(self) -> None:
        if self.drop not in {None, "before", "after"}:
            raise ValueError('drop is "before" or "after"')
        if self.code is not None and not 300 <= self.code <= 599:
            raise ValueError("code is between 300 and 599")

    def matches(self, method: str, username: str) -> bool:
        return (self.method is None or self.method.lower() == method) and (
            self.bot is None or self.bot.removeprefix("@").lower() == username.lower()
        )

    def refusal(self) -> ApiError | None:
        if self.code is None:
            return None

        after = self.retry_after if self.retry_after is not None else (1 if self.code == 429 else None)
        words = self.description or (
            f"Too Many Requests: retry after {after}" if self.code == 429 else _WORDS.get(self.code, "Error")
        )
        return ApiError(self.code, words, retry_after=after)


class Faults:
    """The faults in force, oldest first; each call meets at most one."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self, bot: str | None = None) -> None:
        """Forget all, or those of one bot."""
        self._faults = [fault for fault in self._faults if bot is not None and fault.bot != bot]

    def take(self, method: str, username: str) -> Fault | None:
        """The fault that this call meets, counted off."""
        return self._take(self._faults, method, username)

    def take_for_webhook(self, username: str) -> Fault | None:
        """The fault that a request to a bot's webhook meets: one that names the method ``webhook``."""
        return self._take([fault for fault in self._faults if fault.method], "webhook", username)

    def _take(self, faults: list[Fault], method: str, username: str) -> Fault | None:
        for fault in faults:
            if fault.matches(method, username):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)

                return fault

        return None

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._faults]

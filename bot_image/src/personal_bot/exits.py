"""How the process ends: exit codes, and the message that the kubelet puts into the pod's status.

The message is JSON, ``{"reason", "message", "hint"}``, at the container's terminationMessagePath.
"""

import json
from pathlib import Path
from typing import Final

ASKED_TO_STOP: Final = 0
BAD_ARGUMENTS: Final = 64
INTERNAL_ERROR: Final = 70
TOKEN_REFUSED: Final = 77


class ExitError(Exception):
    """The process ends for a reason, on which people who watch the pod can act.

    Attributes:
        code: the exit code.
        reason: a word from the catalogue of termination reasons.
        message: what happened, one sentence.
        hint: what to do about it, one sentence.
    """

    def __init__(self, code: int, reason: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.hint = hint


class BadArgumentsError(ExitError):
    """A flag or its environment variable is missing or wrong."""

    def __init__(self, message: str) -> None:
        super().__init__(BAD_ARGUMENTS, "BadArguments", message, "Run `personal-bot --help` for what is expected.")


class TokenRefusedError(ExitError):
    """Telegram does not know the token (any more)."""

    def __init__(self) -> None:
        super().__init__(
            TOKEN_REFUSED,
            "TelegramUnauthorized",
            "Telegram refused the bot token.",
            "Get a valid token from @BotFather (/token) and put it into the bot's Secret.",
        )


class InternalError(ExitError):
    """A bug."""

    def __init__(self, error: BaseException, message: str = "") -> None:
        super().__init__(
            INTERNAL_ERROR,
            "InternalError",
            message or f"The bot ended over an unexpected {type(error).__name__}.",
            "The last lines of the log say where; it starts again by itself.",
        )


def leave_message(exit_: ExitError, path: Path) -> None:
    """Write the termination message, where there is a file for it: in a run by hand there is none."""
    text = json.dumps({"reason": exit_.reason, "message": exit_.message, "hint": exit_.hint}, ensure_ascii=False)
    try:
        with path.open("r+", encoding="utf-8") as file:
            file.write(text)
            file.truncate()
    except OSError:
        return

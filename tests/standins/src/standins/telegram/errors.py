"""How the Bot API refuses: one exception, with the words that Telegram itself uses.

Where a wording is not in Telegram's documentation, it was read in the source of its Bot API server
(tdlib/telegram-bot-api, ``Client.cpp``) or of tdlib (``MessageEntity.cpp``).
"""

from typing import Any


class ApiError(Exception):
    """A refusal, as the Bot API words it: ``{"ok": false, "error_code": …, "description": …}``."""

    def __init__(
        self, code: int, description: str, *, retry_after: int | None = None, migrate_to_chat_id: int | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrate_to_chat_id = migrate_to_chat_id

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        told = {"retry_after": self.retry_after, "migrate_to_chat_id": self.migrate_to_chat_id}
        if parameters := {name: value for name, value in told.items() if value is not None}:
            answer["parameters"] = parameters
        return answer


def bad_request(words: str) -> ApiError:
    return ApiError(400, f"Bad Request: {words}")


def forbidden(words: str) -> ApiError:
    return ApiError(403, f"Forbidden: {words}")


def conflict(words: str) -> ApiError:
    return ApiError(409, f"Conflict: {words}")


def too_many_requests(retry_after: int) -> ApiError:
    """``retry_after``: seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)

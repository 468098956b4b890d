"""A call that Telegram refuses, once more in a simpler form: what the bot says must arrive, its looks need not."""

from typing import Any, Final, TypeVar

from aiogram.methods.base import TelegramMethod

MethodT = TypeVar("MethodT", bound=TelegramMethod[Any])

_NOT_ABOUT_LOOKS: Final = ("not found", "not modified", "can't be", "too long", "is empty")
_LOOKS: Final = ("entities", "caption_entities")


def simpler(method: MethodT, why: str) -> MethodT | None:
    """The call in a form that Telegram may take.

    Args:
        method: that Telegram refused.
        why: its words.

    Returns:
        The call without its topic when that is gone, without its buttons when these are refused, else as plain text;
        None when there is nothing to leave out, or the refusal is about something else.
    """
    words = why.lower().replace("_", " ")
    if "thread not found" in words or "topic" in words:
        return _without(method, "message_thread_id")
    if "button" in words or "reply markup" in words:
        return _without(method, "reply_markup")
    if any(other in words for other in _NOT_ABOUT_LOOKS):
        return None

    media = getattr(method, "media", None)
    if media is not None and getattr(media, "caption_entities", None):
        return method.model_copy(update={"media": media.model_copy(update={"caption_entities": None})})
    return _without(method, *_LOOKS)


def is_too_long(why: str) -> bool:
    """Whether Telegram finds a text too long: it counts, now and then, otherwise than its documentation."""
    return "too long" in why.lower().replace("_", " ")


def _without(method: MethodT, *fields: str) -> MethodT | None:
    left_out = {field: None for field in fields if getattr(method, field, None)}
    return method.model_copy(update=left_out) if left_out else None

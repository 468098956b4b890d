"""Whether a token and a key are good, asked of the services that they are for, before anything is made from them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramAPIError, TelegramNotFound, TelegramUnauthorizedError

from master_bot.models import bot_id, doomed, going
from personalbots_api.models import PersonalBot

# Bot API tokens are `<bot id>:<35 characters>`; people paste them inside @BotFather's whole message.
_TOKEN: Final = re.compile(r"(?<![\w-])(\d{5,16}):([A-Za-z0-9_-]{30,50})(?![\w-])")
_KEY: Final = re.compile(r"[\x21-\x7e]{8,512}")
_LLM_TIMEOUT: Final = aiohttp.ClientTimeout(total=20)


class Refusal(StrEnum):
    """Why a token or a key is not taken; each has its own sentence in `texts`."""

    TOKEN_FORMAT = "token-format"  # noqa: S105 - a reason
    TOKEN_REFUSED = "token-refused"  # noqa: S105 - a reason
    TOKEN_OF_MASTER = "token-of-master"  # noqa: S105 - a reason
    TOKEN_USED_BY_YOU = "token-used-by-you"  # noqa: S105 - a reason
    TOKEN_USED = "token-used"  # noqa: S105 - a reason
    BEING_DELETED = "being-deleted"
    TOKEN_HAS_WEBHOOK = "token-has-webhook"  # noqa: S105 - a reason
    TELEGRAM_AWAY = "telegram-away"
    KEY_FORMAT = "key-format"
    KEY_REFUSED = "key-refused"
    KEY_WITHOUT_MONEY = "key-without-money"
    MODEL_MISSING = "model-missing"
    LLM_AWAY = "llm-away"


class RefusedError(Exception):
    """A token or key that is not taken: why, and the facts for its sentence."""

    def __init__(self, refusal: Refusal, **facts: str) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.facts = facts


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Whose token it is."""

    bot_id: int
    username: str


def find_token(text: str) -> str | None:
    """The Telegram token that `text` holds, alone or inside @BotFather's message."""
    found = _TOKEN.search(text)
    return found[0] if found else None


async def check_token(token: str, session: BaseSession) -> Identity:
    """Ask Telegram whose token it is. RefusedError when Telegram does not take it, or does not answer."""
    try:
        me = await Bot(token, session=session).get_me(request_timeout=15)
    except (TelegramUnauthorizedError, TelegramNotFound) as error:
        raise RefusedError(Refusal.TOKEN_REFUSED) from error
    except TelegramAPIError as error:
        raise RefusedError(Refusal.TELEGRAM_AWAY) from error
    return Identity(bot_id=me.id, username=me.username or str(me.id))


def check_unused(identity: Identity, bots: Sequence[PersonalBot], *, asking: int, master_id: int) -> None:
    """RefusedError when a bot here has this token already; by whom is said only to who owns that bot."""
    if identity.bot_id == master_id:
        raise RefusedError(Refusal.TOKEN_OF_MASTER)
    for bot in bots:
        if identity.bot_id == bot_id(bot) or bot.metadata.name == resource_name(identity.bot_id):
            refusal = Refusal.TOKEN_USED
            if bot.spec.owner_id == asking:
                refusal = Refusal.BEING_DELETED if going(bot) or doomed(bot) else Refusal.TOKEN_USED_BY_YOU
            raise RefusedError(refusal, bot=f"@{identity.username}")


def resource_name(bot_id: int) -> str:
    """The name of the resource and of the Secret of the Telegram bot `bot_id`."""
    return f"bot-{bot_id}"


async def check_webhook(token: str, session: BaseSession, *, remove: bool) -> None:
    """Remove the token's webhook, or raise RefusedError when it has one: getUpdates answers 409 while one is set."""
    bot = Bot(token, session=session)
    try:
        if remove:
            await bot.delete_webhook(request_timeout=15)
            return
        info = await bot.get_webhook_info(request_timeout=15)
    except TelegramAPIError as error:
        raise RefusedError(Refusal.TELEGRAM_AWAY) from error
    if info.url:
        raise RefusedError(Refusal.TOKEN_HAS_WEBHOOK)


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key that the LLM service takes, and which of the models that were asked about it offers."""

    text: str
    models: tuple[str, ...]


async def check_key(
    text: str, http: aiohttp.ClientSession, *, base_url: str, models: Sequence[str], embedding_model: str
) -> Key:
    """Ask the LLM service whether it takes the key and has the models. RefusedError otherwise.

    Two cheap requests: the list of models, where the service and the key's rights give one, and one embedding of one
    word, which alone shows whether the account has any money. The first of `models` must be there.
    """
    key = text.strip()
    if not _KEY.fullmatch(key):
        raise RefusedError(Refusal.KEY_FORMAT)
    headers = {"Authorization": f"Bearer {key}"}
    status, answer = await _ask(http, "GET", f"{base_url}/models", headers)
    if status == HTTPStatus.UNAUTHORIZED:
        raise RefusedError(Refusal.KEY_REFUSED)
    listed = {entry.get("id") for entry in answer.get("data") or []} if status == HTTPStatus.OK else set()
    for model in (models[0], embedding_model):
        if listed and model not in listed:
            raise RefusedError(Refusal.MODEL_MISSING, model=model)
    body = {"model": embedding_model, "input": "hello", "encoding_format": "float"}
    _judge(*await _ask(http, "POST", f"{base_url}/embeddings", headers, body), model=embedding_model)
    return Key(text=key, models=tuple(model for model in models if not listed or model in listed))


def _judge(status: int, answer: Mapping[str, Any], *, model: str) -> None:
    """What an answer to a request for an embedding says of the key."""
    error = answer.get("error")
    words = {str(error.get("code")), str(error.get("type"))} if isinstance(error, Mapping) else set()
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise RefusedError(Refusal.KEY_REFUSED)
    if status == HTTPStatus.NOT_FOUND or "model_not_found" in words:
        raise RefusedError(Refusal.MODEL_MISSING, model=model)
    if status == HTTPStatus.PAYMENT_REQUIRED or words & {"insufficient_quota", "billing_hard_limit_reached"}:
        raise RefusedError(Refusal.KEY_WITHOUT_MONEY)
    # A key that is only too busy just now is a good key.
    if status not in (HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS):
        raise RefusedError(Refusal.LLM_AWAY)


async def _ask(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: Mapping[str, Any] | None = None,
) -> tuple[int, Mapping[str, Any]]:
    try:
        async with http.request(method, url, headers=headers, json=body, timeout=_LLM_TIMEOUT) as response:
            if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise RefusedError(Refusal.LLM_AWAY)
            try:
                answer = await response.json(content_type=None)
            except ValueError:
                answer = {}
            return response.status, answer if isinstance(answer, Mapping) else {}
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise RefusedError(Refusal.LLM_AWAY) from error

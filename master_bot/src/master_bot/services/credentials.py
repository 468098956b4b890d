"""Whether a token and a key are good, asked of the services that they are for, before anything is made from them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramAPIError, TelegramNotFound, TelegramUnauthorizedError

from master_bot.kubernetes.annotations import is_deletion_pending
from master_bot.kubernetes.personal_bots import bot_id, is_being_deleted
from master_bot.models import CredentialProblem
from personalbots_api.models import PersonalBot

_TOKEN: Final = re.compile(r"(?<![\w-])(\d{5,16}):([A-Za-z0-9_-]{30,50})(?![\w-])")
"""`<bot id>:<35 characters>`; people paste it inside @BotFather's whole message."""
_KEY: Final = re.compile(r"[\x21-\x7e]{8,512}")
_LLM_TIMEOUT: Final = aiohttp.ClientTimeout(total=20)  # seconds
_TELEGRAM_TIMEOUT: Final = 15  # seconds


class CredentialError(Exception):
    """A token or key that is not taken: why, and the facts for its sentence."""

    def __init__(self, problem: CredentialProblem, **facts: str) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose token it is."""

    bot_id: int
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key that the LLM service takes, and which of the models that were asked about it offers."""

    text: str
    models: tuple[str, ...]


class CredentialsChecker:
    """Asks Telegram and the LLM service. `session` leads to the Bot API server, `http` anywhere."""

    def __init__(self, session: BaseSession, http: aiohttp.ClientSession) -> None:
        self._session = session
        self._http = http

    async def identify(self, token: str) -> Identity:
        """Ask Telegram whose token it is.

        Raises:
            CredentialError: Telegram does not take it, or does not answer.
        """
        try:
            me = await Bot(token, session=self._session).get_me(request_timeout=_TELEGRAM_TIMEOUT)
        except (TelegramUnauthorizedError, TelegramNotFound) as error:
            raise CredentialError(CredentialProblem.TOKEN_REFUSED) from error
        except TelegramAPIError as error:
            raise CredentialError(CredentialProblem.TELEGRAM_AWAY) from error

        return Identity(bot_id=me.id, username=me.username or str(me.id))

    async def check_webhook(self, token: str, *, remove: bool) -> None:
        """Remove the token's webhook, or refuse a token that has one: getUpdates answers 409 while one is set.

        Raises:
            CredentialError: it has a webhook that is not to be removed, or Telegram does not answer.
        """
        bot = Bot(token, session=self._session)
        try:
            if remove:
                await bot.delete_webhook(request_timeout=_TELEGRAM_TIMEOUT)
                return
            info = await bot.get_webhook_info(request_timeout=_TELEGRAM_TIMEOUT)
        except TelegramAPIError as error:
            raise CredentialError(CredentialProblem.TELEGRAM_AWAY) from error

        if info.url:
            raise CredentialError(CredentialProblem.TOKEN_HAS_WEBHOOK)

    async def check_key(self, text: str, *, base_url: str, models: Sequence[str], embedding_model: str) -> Key:
        """Ask the LLM service whether it takes the key and has the models. The first of `models` must be there.

        Two cheap requests: the list of models, where the service and the key's rights give one, and the embedding of
        one word, which alone shows whether the account has any money.

        Raises:
            CredentialError: the key is not taken, a model is missing, or the service does not answer.
        """
        key = text.strip()
        if not _KEY.fullmatch(key):
            raise CredentialError(CredentialProblem.KEY_FORMAT)

        headers = {"Authorization": f"Bearer {key}"}
        status, answer = await self._ask("GET", f"{base_url}/models", headers)
        if status == HTTPStatus.UNAUTHORIZED:
            raise CredentialError(CredentialProblem.KEY_REFUSED)

        listed = {entry.get("id") for entry in answer.get("data") or []} if status == HTTPStatus.OK else set()
        for model in (models[0], embedding_model):
            if listed and model not in listed:
                raise CredentialError(CredentialProblem.MODEL_MISSING, model=model)

        body = {"model": embedding_model, "input": "hello", "encoding_format": "float"}
        status, answer = await self._ask("POST", f"{base_url}/embeddings", headers, body)
        _check_embedding(status, answer, model=embedding_model)

        return Key(text=key, models=tuple(model for model in models if not listed or model in listed))

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> tuple[int, Mapping[str, Any]]:
        try:
            async with self._http.request(method, url, headers=headers, json=body, timeout=_LLM_TIMEOUT) as response:
                if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise CredentialError(CredentialProblem.LLM_AWAY)

                try:
                    answer = await response.json(content_type=None)
                except ValueError:
                    answer = {}

                return response.status, answer if isinstance(answer, Mapping) else {}
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise CredentialError(CredentialProblem.LLM_AWAY) from error


def find_token(text: str) -> str | None:
    """The Telegram token that `text` holds, alone or inside @BotFather's message."""
    found = _TOKEN.search(text)
    return found[0] if found else None


def resource_name(bot_id: int) -> str:
    """The name of the resource and of the Secret of the Telegram bot `bot_id`."""
    return f"bot-{bot_id}"


def check_unused(identity: Identity, bots: Sequence[PersonalBot], *, asking: int, master_id: int) -> None:
    """Refuse a token that a bot here has already. Only the owner of that bot learns that it is theirs.

    Raises:
        CredentialError: it is in use, or is the master bot's own.
    """
    if identity.bot_id == master_id:
        raise CredentialError(CredentialProblem.TOKEN_OF_MASTER)

    for bot in bots:
        if identity.bot_id == bot_id(bot) or bot.metadata.name == resource_name(identity.bot_id):
            problem = CredentialProblem.TOKEN_USED
            if bot.spec.owner_id == asking:
                ends = is_being_deleted(bot) or is_deletion_pending(bot)
                problem = CredentialProblem.BEING_DELETED if ends else CredentialProblem.TOKEN_USED_BY_YOU
            raise CredentialError(problem, bot=f"@{identity.username}")


def _check_embedding(status: int, answer: Mapping[str, Any], *, model: str) -> None:
    """What the answer to a request for an embedding says of the key.

    Raises:
        CredentialError: the key is not taken, has no money or no such model, or the service is away.
    """
    error = answer.get("error")
    codes = {str(error.get("code")), str(error.get("type"))} if isinstance(error, Mapping) else set()

    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise CredentialError(CredentialProblem.KEY_REFUSED)
    if status == HTTPStatus.NOT_FOUND or "model_not_found" in codes:
        raise CredentialError(CredentialProblem.MODEL_MISSING, model=model)
    if status == HTTPStatus.PAYMENT_REQUIRED or codes & {"insufficient_quota", "billing_hard_limit_reached"}:
        raise CredentialError(CredentialProblem.KEY_WITHOUT_MONEY)
    # 429 means that the key is busy just now, so it is a good one.
    if status not in (HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS):
        raise CredentialError(CredentialProblem.LLM_AWAY)

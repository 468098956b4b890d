# ruff: noqa: ANN401 - what the clients return is as they make it, and becomes JSON here
"""A stand-in per test, and three clients of the Bot API that nobody here wrote, behind one face for one scenario."""

import asyncio
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import aiogram
import aiogram.exceptions
import aiohttp
import pytest
import telegram as ptb
import telegram.error as ptb_error
import telegram.request as ptb_request
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from standins.telegram import NewBot, Person, TelegramStandIn

Json = dict[str, Any]


class RefusedError(Exception):
    """A refusal, by what a client could tell of it: the kind, the words after the kind, the seconds to wait."""

    def __init__(self, kind: str, words: str, retry_after: float | None = None) -> None:
        super().__init__(kind, words, retry_after)
        self.kind = kind
        self.words = words.lower()
        self.retry_after = retry_after


class BotClient(Protocol):
    """What the scenario asks of a client; objects come back as the API's JSON."""

    async def get_me(self) -> Json: ...
    async def get_updates(self, *, offset: int = 0, timeout: int = 0) -> list[Json]: ...
    async def send(self, chat: int, text: str, *, html: bool = False, button: str | None = None) -> Json: ...
    async def edit(self, chat: int, message: int, text: str) -> Json: ...
    async def delete(self, chat: int, message: int) -> None: ...
    async def send_document(self, chat: int, name: str, data: bytes, caption: str = "") -> Json: ...
    async def download(self, file_id: str) -> bytes: ...
    async def answer_query(self, query: str, text: str) -> None: ...
    async def draft(self, chat: int, number: int, text: str) -> None: ...
    async def set_webhook(self, url: str) -> None: ...
    async def delete_webhook(self) -> None: ...
    async def set_commands(self, commands: dict[str, str], language: str) -> None: ...
    async def close(self) -> None: ...


class PlainHttp:
    """urllib: GET for what takes no file, a form for the rest."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def _open(self, address: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        request = urllib.request.Request(address, body, headers)  # noqa: S310 - the stand-in's own address
        with urllib.request.urlopen(request, timeout=70) as response:  # noqa: S310 - the same
            return bytes(response.read())

    async def _call(self, method: str, body: bytes | None = None, kind: str = "", **arguments: object) -> Any:
        address = f"{self._url}/bot{self._token}/{method}"
        if body is None:
            body, kind = urllib.parse.urlencode(arguments).encode(), "application/x-www-form-urlencoded"
        try:
            answer = await asyncio.to_thread(self._open, address, body, {"Content-Type": kind})
        except urllib.error.HTTPError as error:
            with error:
                refusal = json.loads(error.read())
            if refusal["error_code"] != error.code:
                raise
            kind, _, words = refusal["description"].partition(": ")
            raise RefusedError(kind, words, refusal.get("parameters", {}).get("retry_after")) from None
        return json.loads(answer)["result"]

    async def get_me(self) -> Json:
        return await self._call("getMe")

    async def get_updates(self, *, offset: int = 0, timeout: int = 0) -> list[Json]:
        return await self._call("getUpdates", offset=offset, timeout=timeout)

    async def send(self, chat: int, text: str, *, html: bool = False, button: str | None = None) -> Json:
        keyboard = {"inline_keyboard": [[{"text": button, "callback_data": button}]]} if button else {}
        more = ({"parse_mode": "HTML"} if html else {}) | ({"reply_markup": json.dumps(keyboard)} if button else {})
        return await self._call("sendMessage", chat_id=chat, text=text, **more)

    async def edit(self, chat: int, message: int, text: str) -> Json:
        return await self._call("editMessageText", chat_id=chat, message_id=message, text=text)

    async def delete(self, chat: int, message: int) -> None:
        await self._call("deleteMessage", chat_id=chat, message_id=message)

    async def send_document(self, chat: int, name: str, data: bytes, caption: str = "") -> Json:
        parts = [
            f'--xyz\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in (("chat_id", chat), ("caption", caption))
        ]
        head = f'--xyz\r\nContent-Disposition: form-data; name="document"; filename="{name}"\r\n\r\n'
        body = b"".join(parts) + head.encode() + data + b"\r\n--xyz--\r\n"
        return await self._call("sendDocument", body, "multipart/form-data; boundary=xyz")

    async def download(self, file_id: str) -> bytes:
        path = (await self._call("getFile", file_id=file_id))["file_path"]
        return await asyncio.to_thread(self._open, f"{self._url}/file/bot{self._token}/{path}", None, {})

    async def answer_query(self, query: str, text: str) -> None:
        await self._call("answerCallbackQuery", callback_query_id=query, text=text)

    async def draft(self, chat: int, number: int, text: str) -> None:
        await self._call("sendMessageDraft", chat_id=chat, draft_id=number, text=text)

    async def set_webhook(self, url: str) -> None:
        await self._call("setWebhook", url=url)

    async def delete_webhook(self) -> None:
        await self._call("deleteWebhook")

    async def set_commands(self, commands: dict[str, str], language: str) -> None:
        given = [{"command": name, "description": words} for name, words in commands.items()]
        await self._call("setMyCommands", commands=json.dumps(given), language_code=language)

    async def close(self) -> None:
        return


class Aiogram:
    _KINDS = (
        (aiogram.exceptions.TelegramRetryAfter, "Too Many Requests"),
        (aiogram.exceptions.TelegramUnauthorizedError, "Unauthorized"),
        (aiogram.exceptions.TelegramConflictError, "Conflict"),
        (aiogram.exceptions.TelegramForbiddenError, "Forbidden"),
        (aiogram.exceptions.TelegramNotFound, "Not Found"),
        (aiogram.exceptions.TelegramBadRequest, "Bad Request"),
    )

    def __init__(self, url: str, token: str) -> None:
        self._bot = aiogram.Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))

    async def _do(self, work: Any) -> Any:
        try:
            return await work
        except aiogram.exceptions.TelegramAPIError as error:
            kind = next(name for known, name in self._KINDS if isinstance(error, known))
            words = str(error.message).partition(f"{kind}: ")[2]
            raise RefusedError(kind, words, getattr(error, "retry_after", None)) from None

    @staticmethod
    def _json(made: Any) -> Json:
        return dict(made.model_dump(mode="json", by_alias=True, exclude_none=True))

    async def get_me(self) -> Json:
        return self._json(await self._do(self._bot.get_me()))

    async def get_updates(self, *, offset: int = 0, timeout: int = 0) -> list[Json]:
        updates = await self._do(self._bot.get_updates(offset=offset, timeout=timeout, request_timeout=timeout + 10))
        return [self._json(update) for update in updates]

    async def send(self, chat: int, text: str, *, html: bool = False, button: str | None = None) -> Json:
        rows = [[InlineKeyboardButton(text=button, callback_data=button)]] if button else []
        keyboard = InlineKeyboardMarkup(inline_keyboard=rows) if button else None
        mode = "HTML" if html else None
        sent = await self._do(self._bot.send_message(chat, text, parse_mode=mode, reply_markup=keyboard))
        return self._json(sent)

    async def edit(self, chat: int, message: int, text: str) -> Json:
        return self._json(await self._do(self._bot.edit_message_text(text, chat_id=chat, message_id=message)))

    async def delete(self, chat: int, message: int) -> None:
        await self._do(self._bot.delete_message(chat, message))

    async def send_document(self, chat: int, name: str, data: bytes, caption: str = "") -> Json:
        return self._json(await self._do(self._bot.send_document(chat, BufferedInputFile(data, name), caption=caption)))

    async def download(self, file_id: str) -> bytes:
        received = await self._do(self._bot.download(file_id))
        return bytes(received.read())

    async def answer_query(self, query: str, text: str) -> None:
        await self._do(self._bot.answer_callback_query(query, text))

    async def draft(self, chat: int, number: int, text: str) -> None:
        await self._do(self._bot.send_message_draft(chat, number, text=text))

    async def set_webhook(self, url: str) -> None:
        await self._do(self._bot.set_webhook(url))

    async def delete_webhook(self) -> None:
        await self._do(self._bot.delete_webhook())

    async def set_commands(self, commands: dict[str, str], language: str) -> None:
        given = [aiogram.types.BotCommand(command=name, description=words) for name, words in commands.items()]
        await self._do(self._bot.set_my_commands(given, language_code=language))

    async def close(self) -> None:
        await self._bot.session.close()


class PythonTelegramBot:
    _KINDS = (
        (ptb_error.RetryAfter, "Too Many Requests"),
        (ptb_error.InvalidToken, "Unauthorized"),
        (ptb_error.Conflict, "Conflict"),
        (ptb_error.Forbidden, "Forbidden"),
        (ptb_error.BadRequest, "Bad Request"),
    )

    def __init__(self, url: str, token: str) -> None:
        self._patient = patient = ptb_request.HTTPXRequest(read_timeout=60)
        self._bot = ptb.Bot(
            token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot", request=patient, get_updates_request=patient
        )

    async def _do(self, work: Any) -> Any:
        try:
            return await work
        except ptb_error.TelegramError as error:
            kind = next(name for known, name in self._KINDS if isinstance(error, known))
            words = error.message.removeprefix(f"{kind}: ")
            after = getattr(error, "_retry_after", None)
            raise RefusedError(kind, words, after.total_seconds() if after else None) from None

    async def get_me(self) -> Json:
        return dict((await self._do(self._bot.get_me())).to_dict())

    async def get_updates(self, *, offset: int = 0, timeout: int = 0) -> list[Json]:
        updates = await self._do(self._bot.get_updates(offset=offset, timeout=timeout))
        return [dict(update.to_dict()) for update in updates]

    async def send(self, chat: int, text: str, *, html: bool = False, button: str | None = None) -> Json:
        keys = ptb.InlineKeyboardMarkup([[ptb.InlineKeyboardButton(button, callback_data=button)]]) if button else None
        mode = "HTML" if html else None
        return dict((await self._do(self._bot.send_message(chat, text, parse_mode=mode, reply_markup=keys))).to_dict())

    async def edit(self, chat: int, message: int, text: str) -> Json:
        return dict((await self._do(self._bot.edit_message_text(text, chat, message))).to_dict())

    async def delete(self, chat: int, message: int) -> None:
        await self._do(self._bot.delete_message(chat, message))

    async def send_document(self, chat: int, name: str, data: bytes, caption: str = "") -> Json:
        sent = await self._do(self._bot.send_document(chat, data, filename=name, caption=caption))
        return dict(sent.to_dict())

    async def download(self, file_id: str) -> bytes:
        file = await self._do(self._bot.get_file(file_id))
        return bytes(await self._do(file.download_as_bytearray()))

    async def answer_query(self, query: str, text: str) -> None:
        await self._do(self._bot.answer_callback_query(query, text))

    async def draft(self, chat: int, number: int, text: str) -> None:
        await self._do(self._bot.send_message_draft(chat, number, text))

    async def set_webhook(self, url: str) -> None:
        await self._do(self._bot.set_webhook(url))

    async def delete_webhook(self) -> None:
        await self._do(self._bot.delete_webhook())

    async def set_commands(self, commands: dict[str, str], language: str) -> None:
        await self._do(self._bot.set_my_commands(list(commands.items()), language_code=language))

    async def close(self) -> None:
        await self._patient.shutdown()  # the bot's own shutdown does nothing before an initialize, which calls getMe


CLIENTS: dict[str, Callable[[str, str], BotClient]] = {
    "aiogram": Aiogram,
    "python-telegram-bot": PythonTelegramBot,
    "plain HTTP": PlainHttp,
}


@dataclass(frozen=True)
class Answer:
    """What a plain HTTP call of the Bot API came back with."""

    status: int
    body: dict[str, Any]

    @property
    def result(self) -> Any:
        assert self.body["ok"], self.body
        return self.body["result"]

    @property
    def description(self) -> str:
        assert not self.body["ok"], self.body
        return str(self.body["description"])


Call = Callable[..., Awaitable[Answer]]


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn.start() as telegram:
        yield telegram


@pytest.fixture
async def bot(telegram: TelegramStandIn) -> NewBot:
    return await telegram.client.make_bot("anna_docs_bot", name="Anna's documents")


@pytest.fixture
async def anna(telegram: TelegramStandIn) -> Person:
    return await telegram.client.join("Anna", language_code="ru")


@pytest.fixture
async def call(telegram: TelegramStandIn, bot: NewBot) -> AsyncIterator[Call]:
    """Call a method as JSON, by the bot's token or another."""
    async with aiohttp.ClientSession() as session:

        async def perform(method: str, *, token: str = bot.token, **arguments: object) -> Answer:
            async with session.post(f"{telegram.url}/bot{token}/{method}", json=arguments) as response:
                return Answer(response.status, await response.json())

        yield perform


@pytest.fixture(params=CLIENTS)
async def client(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, telegram: TelegramStandIn, bot: NewBot
) -> AsyncIterator[BotClient]:
    """The bot, by each of the clients in turn."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # else python-telegram-bot warns of what is to come
    client = CLIENTS[request.param](telegram.url, bot.token)
    yield client
    await client.close()


@pytest.fixture
async def second_client(client: BotClient, telegram: TelegramStandIn, bot: NewBot) -> AsyncIterator[BotClient]:
    """Another process with the same token, by the same client."""
    second = type(client)(telegram.url, bot.token)
    yield second
    await second.close()


@pytest.fixture
async def stranger(client: BotClient, telegram: TelegramStandIn) -> AsyncIterator[BotClient]:
    """A bot whose token has the right shape and was given to nobody."""
    stranger = type(client)(telegram.url, f"7000000001:{'A' * 35}")
    yield stranger
    await stranger.close()


@contextmanager
def refused(kind: str, words: str | None = None, *, retry_after: float | None = None) -> Iterator[None]:
    """The block ends in a refusal of this kind, with exactly these words if they are given."""
    with pytest.raises(RefusedError) as caught:
        yield
    assert (caught.value.kind, caught.value.retry_after) == (kind, retry_after)
    assert words is None or caught.value.words == words.lower()


@pytest.fixture(name="refused")
def _refused() -> Callable[..., AbstractContextManager[None]]:
    return refused


@pytest.fixture
def until_polling(telegram: TelegramStandIn) -> Callable[..., Awaitable[None]]:
    """Return once a long poll waits at the server, or none does any more."""

    async def wait(*, polling: bool = True) -> None:
        async with asyncio.timeout(10):
            while any(bot.poll for bot in telegram.world.bots.values()) != polling:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)

    return wait

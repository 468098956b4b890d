"""The connection to the Bot API: one aiogram `Bot`, replaced when the token changes, and manners in using it.

Telegram limits how often a bot may write to a chat, and says with 429 how long to wait. `deliver` is for what must
arrive: it waits as long as Telegram says, and while the network is away. `show` is for what is worth something only
now: it drops the call when the chat has to rest.
"""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Final, TypeVar

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import (
    EditMessageMedia,
    EditMessageText,
    SendDocument,
    SendMessage,
    SendMessageDraft,
    SendPhoto,
)
from aiogram.methods.base import Response, TelegramMethod
from aiogram.utils.token import TokenValidationError
from pydantic import BaseModel, ValidationError

from personal_bot.exits import TokenRefusedError
from personal_bot.telegram.simpler import simpler

T = TypeVar("T")

AWAY: Final = (TelegramNetworkError, TelegramServerError, ClientDecodeError)
"""Errors of a Telegram that does not answer, or not as itself; all of them pass."""

_PRIVATE_REST: Final = 1.0  # seconds between edits in a chat: "about one message a second"
_GROUP_REST: Final = 3.0  # seconds: "20 messages a minute" in a group
_ALL_CHATS_REST: Final = 1 / 25  # seconds: "30 messages a second" in all chats, some of which are answers
_BACK_OFF: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # seconds
_DOWNLOAD_TIMEOUT: Final = 300  # seconds
_MOST_RESTING: Final = 1000  # chats whose rests the bot remembers before it drops those that are over
_GIVE_A_MESSAGE: Final = (SendMessage, SendDocument, SendPhoto, EditMessageText, EditMessageMedia)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who this bot is in Telegram."""

    id: int
    username: str


class GetUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates that gives the updates as Telegram sent them, which is how the journal keeps them."""

    __returning__: ClassVar[Any] = list[dict[str, Any]]
    __api_method__: ClassVar[str] = "getUpdates"

    offset: int | None = None
    timeout: int = 0
    allowed_updates: list[str]


class Sent(BaseModel):
    """What the bot reads of a message that Telegram gives back."""

    message_id: int


class Session(AiohttpSession):
    """Reads only the id of a message that Telegram gives back.

    pydantic builds `Message` anew for each kind of call that gives one back, which stops the loop for 0.1 s and more.
    When the process is killed meanwhile, the id is in no journal, and the message stays behind in the chat.
    """

    def check_response(self, bot: Bot, method: TelegramMethod[Any], status_code: int, content: str) -> Response[Any]:
        """Read the id alone where that is enough; see aiogram's session."""
        if status_code == HTTPStatus.OK and isinstance(method, _GIVE_A_MESSAGE):
            with contextlib.suppress(ValidationError):  # aiogram says what is wrong with it
                read = Response[Sent].model_validate_json(content)
                if read.ok:
                    return read
        return super().check_response(bot, method, status_code, content)


class Connection:
    """Calls to the Bot API as one bot."""

    def __init__(self, *, api_url: str, token: str) -> None:
        """Send nothing yet.

        Raises:
            TokenRefusedError: the token does not even look like one.
        """
        self._session = Session(api=TelegramAPIServer.from_base(api_url))
        self.asked_to_wait = 0  # 429 so far

        self._drafts: dict[int, int] = {}  # by chat: the request whose answer the chat shows as a draft
        self._knows_drafts = True
        self._rests_until: dict[int, float] = {}
        self._all_rest_until = 0.0

        self.use_token(token)

    def use_token(self, token: str) -> None:
        """Call as the bot that has this token from now on.

        Raises:
            TokenRefusedError: the token does not even look like one.
        """
        try:
            self.bot = Bot(token, session=self._session)
        except TokenValidationError:
            raise TokenRefusedError from None

    @property
    def bot_id(self) -> int:
        """The bot's own Telegram id, which is the first part of its token."""
        return self.bot.id

    async def call(self, method: TelegramMethod[T], *, timeout: int = 30) -> T:  # noqa: ASYNC109 - aiogram's own, in seconds
        """Call once."""
        return await self.bot(method, request_timeout=timeout)

    async def deliver(self, method: TelegramMethod[T], *, chat_id: int, timeout: int = 30) -> T:  # noqa: ASYNC109 - as above
        """Call until Telegram has taken it, in a simpler form when it refuses it; one call may take `timeout` seconds.

        Raises:
            TelegramAPIError: Telegram refuses it for good (blocked by the person, chat gone, a bad request).
        """
        attempt = 0
        while True:
            try:
                result = await self.call(method, timeout=timeout)
            except TelegramRetryAfter as error:
                self._rest(chat_id, error.retry_after)
                await asyncio.sleep(error.retry_after)
            except (*AWAY, TelegramUnauthorizedError) as error:  # the poller decides what a refused token means
                logger.info("Telegram is away: %s", type(error).__name__)
                await asyncio.sleep(_BACK_OFF[min(attempt, len(_BACK_OFF) - 1)])
                attempt += 1
            except TelegramBadRequest as error:
                if not (other := simpler(method, error.message)):
                    raise
                logger.warning("Telegram refuses a call, which is made simpler: %s", error.message)
                method = other
            else:
                self._rest(chat_id, rest_of(chat_id))
                return result

    async def show(self, method: TelegramMethod[T], *, chat_id: int) -> bool:
        """Call now or never; returns whether Telegram took it."""
        if self.rest_left(chat_id) > 0:
            return False

        # Before the call and not after it: others of this loop ask meanwhile.
        self._all_rest_until = time.monotonic() + _ALL_CHATS_REST
        self._rest(chat_id, rest_of(chat_id))

        try:
            await self.call(method)
        except TelegramRetryAfter as error:
            self._rest(chat_id, error.retry_after)
            return False
        except TelegramBadRequest as error:
            return is_unmodified(error)
        except (TelegramAPIError, ClientDecodeError):
            return False
        return True

    async def draft(self, method: SendMessageDraft) -> bool:
        """Begin a draft, of which a chat has one; returns whether Telegram shows it.

        The bot does not ask a Bot API server again that knows no drafts.

        Raises:
            TelegramAPIError: nothing can be sent to this chat.
        """
        chat_id, request_id = method.chat_id, method.draft_id
        if not self._knows_drafts or self._drafts.setdefault(chat_id, request_id) != request_id:
            return False

        try:
            await self.call(method)
        except TelegramForbiddenError:
            self.end_draft(chat_id, request_id)
            raise
        except (TelegramAPIError, ClientDecodeError) as error:
            self.end_draft(chat_id, request_id)
            self._knows_drafts = not isinstance(error, TelegramBadRequest | TelegramNotFound)
            logger.info("Telegram does not show a draft: %s", type(error).__name__)
            return False

        self._rest(chat_id, rest_of(chat_id))
        return True

    def end_draft(self, chat_id: int, request_id: int) -> None:
        """Let another request of this chat show its answer as a draft."""
        if self._drafts.get(chat_id) == request_id:
            del self._drafts[chat_id]

    async def attempt(self, method: TelegramMethod[T]) -> T | None:
        """Call once, for a courtesy: when it fails, nobody misses it."""
        try:
            return await self.call(method)
        except (TelegramAPIError, ClientDecodeError) as error:
            logger.info("Telegram did not take a call: %s", type(error).__name__)
            return None

    def rest_left(self, chat_id: int) -> float:
        """Seconds until the bot may show something in the chat."""
        return max(self._rests_until.get(chat_id, 0.0), self._all_rest_until) - time.monotonic()

    async def download(self, file_path: str, *, into: str) -> None:
        """Download a file that getFile named.

        Raises:
            TelegramNetworkError, aiohttp.ClientError, OSError: it did not arrive whole.
        """
        await self.bot.download_file(file_path, destination=into, timeout=_DOWNLOAD_TIMEOUT)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    def _rest(self, chat_id: int, seconds: float) -> None:
        now = time.monotonic()
        if seconds > rest_of(chat_id):
            self.asked_to_wait += 1

        if len(self._rests_until) > _MOST_RESTING:
            self._rests_until = {chat: until for chat, until in self._rests_until.items() if until > now}
        self._rests_until[chat_id] = max(self._rests_until.get(chat_id, 0.0), now + seconds)


def rest_of(chat_id: int) -> float:
    """Seconds that Telegram wants between two messages of a chat; groups have negative ids."""
    return _PRIVATE_REST if chat_id > 0 else _GROUP_REST


def is_unmodified(error: TelegramBadRequest) -> bool:
    """Whether Telegram refused an edit because the message already reads so, which is as good as done."""
    return "message is not modified" in error.message

# ruff: noqa: ANN401 - what the API returns is JSON
"""The Bot API by urllib: no library that knows Telegram."""

import asyncio
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from support.bot_api.client import Json, RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
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


Call = Callable[..., Coroutine[Any, Any, Answer]]
"""Call a method with arguments, by a token."""


class PlainHttp:
    """urllib: GET for what takes no file, a form for the rest."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def _open(self, address: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        request = urllib.request.Request(address, body, headers)  # noqa: S310 - the stand-in's own address
        with urllib.request.urlopen(request, timeout=70) as response:  # noqa: S310 - the same
            return bytes(response.read())

    async def _call(self, method: str, **arguments: object) -> Any:
        body = urllib.parse.urlencode(arguments).encode()
        return await self._post(method, body, "application/x-www-form-urlencoded")

    async def _post(self, method: str, body: bytes, kind: str) -> Any:
        address = f"{self._url}/bot{self._token}/{method}"

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
        return dict(await self._call("getMe"))

    async def get_updates(self, *, offset: int = 0, timeout: int = 0) -> list[Json]:
        return list(await self._call("getUpdates", offset=offset, timeout=timeout))

    async def send(self, chat: int, text: str, *, html: bool = False, button: str | None = None) -> Json:
        keyboard = {"inline_keyboard": [[{"text": button, "callback_data": button}]]} if button else {}
        more = ({"parse_mode": "HTML"} if html else {}) | ({"reply_markup": json.dumps(keyboard)} if button else {})
        return dict(await self._call("sendMessage", chat_id=chat, text=text, **more))

    async def edit(self, chat: int, message: int, text: str) -> Json:
        return dict(await self._call("editMessageText", chat_id=chat, message_id=message, text=text))

    async def delete(self, chat: int, message: int) -> None:
        await self._call("deleteMessage", chat_id=chat, message_id=message)

    async def send_document(self, chat: int, name: str, data: bytes, caption: str = "") -> Json:
        parts = [
            f'--xyz\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in (("chat_id", chat), ("caption", caption))
        ]
        head = f'--xyz\r\nContent-Disposition: form-data; name="document"; filename="{name}"\r\n\r\n'
        body = b"".join(parts) + head.encode() + data + b"\r\n--xyz--\r\n"

        return dict(await self._post("sendDocument", body, "multipart/form-data; boundary=xyz"))

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

"""People for tests: they join, write, press buttons, and wait for what a bot answers. Works over HTTP, near or far."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, Self

import aiohttp

from standins.telegram.models import Json
from standins.telegram.screen import Message, StandInError, find_button, read_message, read_messages, wait_for
from standins.telegram.webhook.post import CERTIFICATE, PATIENCE, TIMED_OUT

__all__ = ["Group", "Message", "NewBot", "Person", "StandInError", "TelegramClient"]


WebhookFault = Literal["no answer", "answer lost", "wrong certificate"]
WEBHOOK_FAULTS: Final[Mapping[WebhookFault, Json]] = MappingProxyType({
    "no answer": {"delay": PATIENCE, "drop": "before", "description": TIMED_OUT},
    "answer lost": {"drop": "after"},
    "wrong certificate": {"drop": "before", "description": CERTIFICATE},
})  # fmt: skip
"""What the fields of `faults.Fault` are for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBot:
    """A bot as @BotFather hands it over."""

    id: int
    username: str
    name: str
    token: str = field(repr=False)


class TelegramClient:
    """The control API of a stand-in at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def request(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401 - aiohttp's options, JSON
        """One call of the control API; `path` goes after ``/standin/``.

        Raises:
            StandInError: it refused.
        """
        if not self._session:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120))

        async with self._session.request(method, f"{self.url}/standin/{path}", **options) as response:
            if response.status >= 400:
                body = await response.text()
                words = (await response.json())["error"] if "json" in response.content_type else body
                raise StandInError(response.status, str(words))

            return await (response.json() if response.content_type == "application/json" else response.read())

    async def join(self, name: str, *, language_code: str = "en", username: str | None = None) -> "Person":
        """A person with an account; the same name is the same person."""
        user = await self.request(
            "POST", "people", json={"name": name, "language_code": language_code, "username": username}
        )
        return Person(self, user["id"], name)

    async def make_bot(self, username: str, *, name: str = "", owner_id: int | None = None, token: str | None = None,
                       can_manage_bots: bool = False) -> NewBot:  # fmt: skip
        """A bot without the talk with @BotFather."""
        made = await self.request("POST", "bots", json={
            "username": username, "name": name, "owner_id": owner_id, "token": token,
            "can_manage_bots": can_manage_bots,
        })  # fmt: skip
        return NewBot(id=made["id"], username=made["username"], name=made["name"], token=made["token"])

    async def set_privacy(self, username: str, *, enabled: bool) -> None:
        """What @BotFather's /setprivacy does: holds for groups that the bot is added to from now on."""
        await self.request("POST", f"bots/{username}/privacy", json={"enabled": enabled})

    async def make_group(self, title: str, creator: "Person", *, supergroup: bool = True) -> "Group":
        body = {"title": title, "creator": creator.id, "supergroup": supergroup}
        made = await self.request("POST", "groups", json=body)
        return Group(self, made["id"])

    async def delete_bot(self, username: str) -> None:
        await self.request("DELETE", f"bots/{username}")

    async def revoke_token(self, username: str) -> str:
        """The new token; the old one is refused from now on."""
        return str((await self.request("POST", f"bots/{username}/revoke"))["token"])

    async def fault(self, *, method: str | None = None, bot: str | None = None,  # noqa: PLR0913 - a fault's sides
                    code: int | None = None, description: str | None = None, retry_after: int | None = None,
                    delay: float = 0.0, drop: str | None = None, times: int | None = 1) -> None:  # fmt: skip
        """Let the next `times` matching calls go wrong (None: all, until `clear_faults`); see `faults.Fault`."""
        await self.request("POST", "faults", json={
            "method": method, "bot": bot, "code": code, "description": description, "retry_after": retry_after,
            "delay": delay, "drop": drop, "times": times,
        })  # fmt: skip

    async def webhook_fault(self, kind: WebhookFault, *, bot: str | None = None, times: int | None = 1) -> None:
        """Let the next `times` requests to webhooks go wrong on Telegram's side, whatever the bot does."""
        what: Json = {"method": "webhook", "bot": bot, "times": times}
        await self.request("POST", "faults", json=what | WEBHOOK_FAULTS[kind])

    async def set_away(self, *, away: bool) -> None:
        """Let Telegram be out of reach for bots; back again, they get everything at once."""
        await self.request("POST", "away", json={"away": away})

    async def deliveries(self, bot: str) -> list[Json]:
        """The requests to a bot's webhook: update_id, status (0: no answer), error, at (Unix time)."""
        found: list[Json] = await self.request("GET", "deliveries", params={"bot": bot})
        return found

    async def clear_faults(self, bot: str | None = None) -> None:
        """Forget all faults, or those for this bot."""
        await self.request("DELETE", "faults", json={"bot": bot})

    async def enforce_limits(self, *, enforced: bool = True) -> None:
        """Telegram's sending limits: about 1 message a second in a chat, 30 in all."""
        await self.request("POST", "limits", json={"enforced": enforced})

    async def calls(self, *, bot: str | None = None, method: str | None = None) -> list[Json]:
        """What bots have called: bot, method, code (0: connection dropped), at (Unix time), seconds, arguments."""
        query = {key: value for key, value in (("bot", bot), ("method", method)) if value}
        found: list[Json] = await self.request("GET", "calls", params=query)
        return found


class Person:
    """Somebody with a messenger."""

    def __init__(self, client: TelegramClient, number: int, name: str) -> None:
        self.client = client
        self.id = number
        self.name = name

    def _path(self, username: str, rest: str = "") -> str:
        return f"people/{self.id}/chats/{username.removeprefix('@')}{rest}"

    async def send(self, username: str, text: str, *, reply_to: Message | None = None) -> Message:
        """Write to a bot; the last message, should the text need several."""
        body = {"text": text, "reply_to": reply_to.id if reply_to else None}
        sent = await self.client.request("POST", self._path(username, "/messages"), json=body)
        return read_message(username, sent[-1])

    async def send_file(
        self, username: str, name: str, data: bytes, *, caption: str = "", as_photo: bool = False
    ) -> Message:
        form = aiohttp.FormData({"caption": caption, "as_photo": str(as_photo).lower()}, quote_fields=False)
        form.add_field("file", io.BytesIO(data), filename=name)
        sent = await self.client.request("POST", self._path(username, "/messages"), data=form)

        return read_message(username, sent[-1])

    async def share_contact(self, username: str, whose: "Person") -> Message:
        return await self._share(username, contact=whose.id)

    async def forward(self, username: str, text: str, author: "Person", *, hidden: bool = False) -> Message:
        """Forward what `author` wrote; `hidden`: their settings hide who they are."""
        return await self._share(username, forward=author.id, text=text, hidden=hidden)

    async def choose_people(self, username: str, label: str, *people: "Person") -> Message:
        """Press a key under the input that asks for people, and choose these."""
        return await self._share(username, key=label, people=[person.id for person in people])

    async def _share(self, username: str, **what: Any) -> Message:  # noqa: ANN401 - JSON
        sent = await self.client.request("POST", self._path(username, "/share"), json=what)
        return read_message(username, sent[-1])

    async def speak(self, username: str, data: bytes) -> Message:
        """Send a voice message."""
        form = aiohttp.FormData({"as_voice": "true"}, quote_fields=False)
        form.add_field("file", io.BytesIO(data), filename="voice.oga")
        sent = await self.client.request("POST", self._path(username, "/messages"), data=form)
        return read_message(username, sent[-1])

    async def press(self, message: Message, label: str, *, answer_within: float | None = None) -> Json | None:
        """Press the button with this text, under the message as it is now.

        Gives what a URL or copy button holds. A callback button gives None at once, or with `answer_within`
        (seconds) the bot's answer (``text``, ``show_alert``, ``url``), None if there was none.
        """
        row, column = find_button(await self.view(message.chat), message, label)
        body = {"message_id": message.id, "row": row, "column": column}
        result: Json = await self.client.request("POST", self._path(message.chat, "/press"), json=body)
        if "query_id" not in result:
            return result
        if answer_within is None:
            return None

        answer: Json | None = await self.client.request(
            "GET", self._path(message.chat, f"/queries/{result['query_id']}"), params={"timeout": answer_within}
        )
        return answer

    async def messages(self, username: str) -> list[Message]:
        """The chat, oldest first, a draft in writing last."""
        return read_messages(username, await self.view(username))

    async def wait(self, username: str, matches: Callable[[Message], bool], *, timeout: float = 10,
                   after: Message | None = None) -> Message:  # fmt: skip
        """The newest message of the bot's that matches, drafts and edits included; `after`: only newer ones.

        Raises:
            TimeoutError: none came within `timeout` seconds; says what the chat shows instead.
        """
        return await wait_for(self.view, username, matches, timeout=timeout, after=after)

    async def keyboard(self, username: str) -> list[list[str]]:
        """The texts of the reply keyboard under the input; empty if there is none."""
        shown = (await self.view(username))["keyboard"] or {"keyboard": []}
        return [[key["text"] for key in row] for row in shown["keyboard"]]

    async def download(self, message: Message) -> bytes:
        """The document or photo of a message.

        Raises:
            StandInError: the message has no file.
        """
        held = message.document or (message.photo[-1] if message.photo else None)
        if not held:
            raise StandInError(404, f"message {message.id} has no file")
        return bytes(await self.client.request("GET", self._path(message.chat, f"/files/{held['file_id']}")))

    async def block(self, username: str) -> None:
        await self.client.request("POST", self._path(username, "/block"))

    async def unblock(self, username: str) -> None:
        await self.client.request("POST", self._path(username, "/unblock"))

    async def stop_draft(self, username: str) -> None:
        """Press the stop button of the message that the bot is writing."""
        await self.client.request("POST", self._path(username, "/stop"))

    async def edit(self, message: Message, text: str) -> None:
        await self.client.request("PUT", self._path(message.chat, f"/messages/{message.id}"), json={"text": text})

    async def delete(self, message: Message) -> None:
        await self.client.request("DELETE", self._path(message.chat, f"/messages/{message.id}"))

    async def clear(self, username: str) -> None:
        """Delete the conversation."""
        await self.client.request("DELETE", self._path(username))

    async def make_managed_bot(self, manager: str, username: str, *, name: str = "") -> Json:
        """Tap a link ``t.me/newbot/<manager>/<username>``."""
        made: Json = await self.client.request(
            "POST", f"people/{self.id}/managed", json={"manager": manager, "username": username, "name": name}
        )
        return made

    async def view(self, username: str, **wait: Any) -> Json:  # noqa: ANN401 - after and timeout, as a query
        view: Json = await self.client.request("GET", self._path(username), params=wait)
        return view


class Group:
    """A group; what is said in it is seen by all who are in it, so it is read without a person."""

    def __init__(self, client: TelegramClient, number: int) -> None:
        self.client = client
        self.id = number

    async def _do(self, method: str, path: str, **body: object) -> Any:  # noqa: ANN401 - JSON
        return await self.client.request(method, f"groups/{self.id}{path}", json=body)

    async def add(self, who: Person | NewBot, *, by: Person) -> None:
        await self._do("POST", "/members", add=True, who=who.id, by=by.id)

    async def set_status(self, who: Person | NewBot, status: str, *, by: Person) -> None:
        """``administrator``, ``member`` or ``kicked``."""
        await self._do("POST", "/members", add=False, who=who.id, status=status, by=by.id)

    async def say(self, person: Person, text: str, *, reply_to: Message | None = None, **more: object) -> Message:
        """Write into it; `more` adds fields to the message, as ``forward_origin`` or ``sticker``."""
        answered = reply_to.id if reply_to else None
        sent = await self._do("POST", "/messages", person=person.id, text=text, reply_to=answered, more=more)
        return read_message(str(self.id), sent)

    async def edit(self, person: Person, message: Message, text: str) -> None:
        await self._do("PUT", f"/messages/{message.id}", person=person.id, text=text)

    async def press(
        self, person: Person, message: Message, label: str, *, answer_within: float | None = None
    ) -> Json | None:
        """Press a button; with `answer_within` (seconds) gives the bot's answer to it, None if there was none."""
        row, column = find_button(await self.view(), message, label)
        pressed = await self._do("POST", "/press", person=person.id, message_id=message.id, row=row, column=column)

        if answer_within is None:
            return None

        path = f"groups/{self.id}/queries/{pressed['query_id']}"
        answer: Json | None = await self.client.request("GET", path, params={"timeout": answer_within})
        return answer

    async def upgrade(self, *, by: Person) -> "Group":
        """The supergroup that becomes of it."""
        return Group(self.client, (await self._do("POST", "/upgrade", by=by.id))["id"])

    async def messages(self) -> list[Message]:
        return read_messages(str(self.id), await self.view())

    async def wait(
        self, matches: Callable[[Message], bool], *, timeout: float = 10, after: Message | None = None
    ) -> Message:
        """The newest message of a bot's that matches; as `Person.wait`."""
        return await wait_for(lambda _, **wait: self.view(**wait), str(self.id), matches, timeout=timeout, after=after)

    async def view(self, **wait: Any) -> Json:  # noqa: ANN401 - after and timeout, as a query
        view: Json = await self.client.request("GET", f"groups/{self.id}", params=wait)
        return view

"""The control API under ``/standin/``: what people do, for tests and for the chat page; and faults on demand.

Answers are JSON; a refusal is ``{"error": "…"}`` with 400 (not possible), 404 (no such thing) or 409 (taken).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from standins.telegram.api.arguments import read_arguments
from standins.telegram.errors import ApiError
from standins.telegram.faults import Fault
from standins.telegram.feed import Feed
from standins.telegram.models import Bot, Chat, Json, Person
from standins.telegram.people import People
from standins.telegram.views import bot_view, chat_view, chats_view, file_response
from standins.telegram.world import NotPossibleError, UsernameRefusedError, World

PERSON: Final = "/standin/people/{person}"
CHAT: Final = PERSON + "/chats/{username}"
HEARTBEAT: Final = 20.0  # seconds


class Control:
    """The handlers of the control API."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = People(world)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/standin/config", self._config),
            web.post("/standin/people", self._join),
            web.get(PERSON + "/chats", self._chats),
            web.get(PERSON + "/events", self._events),
            web.get(PERSON + "/find", self._find),
            web.post(PERSON + "/managed", self._make_managed),
            web.get(CHAT, self._chat),
            web.delete(CHAT, self._clear),
            web.post(CHAT + "/messages", self._send),
            web.delete(CHAT + "/messages/{message}", self._delete),
            web.put(CHAT + "/messages/{message}", self._edit),
            web.post(CHAT + "/share", self._share),
            web.post(CHAT + "/press", self._press),
            web.get(CHAT + "/queries/{query}", self._query),
            web.post(CHAT + "/{act:read|block|unblock|stop}", self._act),
            web.get(CHAT + "/files/{file}", self._file),
            web.post("/standin/bots", self._make_bot),
            web.get("/standin/bots", self._bots),
            web.delete("/standin/bots/{username}", self._delete_bot),
            web.post("/standin/bots/{username}/revoke", self._revoke),
            web.post("/standin/bots/{username}/privacy", self._privacy),
            web.get("/standin/calls", self._calls),
            web.get("/standin/deliveries", self._deliveries),
            web.post("/standin/away", self._set_away),
            web.get("/standin/faults", self._faults),
            web.post("/standin/faults", self._add_fault),
            web.delete("/standin/faults", self._clear_faults),
            web.post("/standin/limits", self._limits),
        ]

    # What the requests name

    def _person(self, request: web.Request) -> Person:
        number = request.match_info["person"]
        person = self._world.people.get(int(number)) if number.isdecimal() else None
        if not person:
            raise _refusal(404, "no such person")
        return person

    def _bot(self, request: web.Request) -> Bot:
        bot = self._world.find_bot(request.match_info["username"])
        if not bot:
            raise _refusal(404, f"no bot is called @{request.match_info['username']}")
        return bot

    def _of(self, request: web.Request) -> Chat:
        return self._world.chat(self._bot(request), self._person(request))

    # People

    async def _config(self, _: web.Request) -> web.Response:
        settings = self._world.settings
        return web.json_response({"master_username": settings.master_username, "sample_key": settings.sample_key})

    async def _join(self, request: web.Request) -> web.Response:
        body = await _body(request)
        name = str(body.get("name", "")).strip()
        if not 1 <= len(name) <= 64:
            raise _refusal(400, "a name has 1 to 64 characters")

        person = self._world.join(
            name, language_code=str(body.get("language_code") or "en"), username=body.get("username")
        )
        return web.json_response(person.as_user())

    async def _chats(self, request: web.Request) -> web.Response:
        return web.json_response(chats_view(self._world, self._person(request)))

    async def _find(self, request: web.Request) -> web.Response:
        """Bots whose name or username has these letters; without letters none."""
        person, wanted = self._person(request), request.query.get("q", "").removeprefix("@").lower()
        found = [
            bot_view(bot, person) for bot in self._world.bots.values()
            if wanted and (wanted in bot.username.lower() or wanted in bot.name.lower())
        ]  # fmt: skip

        return web.json_response(sorted(found, key=lambda bot: str(bot["username"]).lower() != wanted)[:20])

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        """A WebSocket with the events after ``after``, each with its ``seq``; ``reset`` when too much was missed."""
        feed = self._person(request).feed
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT)
        await socket.prepare(request)
        sending = asyncio.create_task(_send_events(feed, socket, int(request.query.get("after", feed.last))))

        try:
            async for _ in socket:  # nothing is said on this side: it ends when the page goes away
                pass
        finally:
            sending.cancel()

        return socket

    async def _make_managed(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await _body(request)
        manager = self._world.find_bot(str(body.get("manager", "")))
        if not manager:
            raise _refusal(404, "no such bot")

        username = str(body.get("username", ""))
        bot = self._people.make_managed_bot(manager, person, username, str(body.get("name") or username))
        return web.json_response(bot_view(bot, person))

    # Chats

    async def _chat(self, request: web.Request) -> web.Response:
        """The chat now; with ``after`` and ``timeout`` not before something newer than that number has happened."""
        chat = self._of(request)

        if "after" in request.query:
            timeout = min(float(request.query.get("timeout", 25)), 60)
            await chat.person.feed.wait_beyond(int(request.query["after"]), timeout=timeout)

        return web.json_response(chat_view(self._world, chat))

    async def _send(self, request: web.Request) -> web.Response:
        chat = self._of(request)
        values, uploads = await read_arguments(request)
        reply_to = int(values["reply_to"]) if values.get("reply_to") else None

        if not uploads:
            return web.json_response(self._people.say(chat, str(values.get("text", "")), reply_to=reply_to))
        if values.get("as_voice") == "true":
            return web.json_response([self._people.speak(chat, upload.data) for upload in uploads.values()])

        caption, as_photo = str(values.get("caption", "")), values.get("as_photo") == "true"
        sent = [
            self._people.send_file(chat, upload, caption="" if n else caption, as_photo=as_photo, reply_to=reply_to)
            for n, upload in enumerate(uploads.values())
        ]  # fmt: skip
        return web.json_response(sent)

    async def _share(self, request: web.Request) -> web.Response:
        """A ``contact`` (a person's id), a ``forward`` of theirs with ``text``, or ``people`` for a ``key``."""
        chat, body = self._of(request), await _body(request)
        people = [self._known(number) for number in body.get("people") or [body.get("contact") or body.get("forward")]]

        if "key" in body:
            sent = self._people.choose_people(chat, str(body["key"]), people)
        elif "contact" in body:
            sent = self._people.share_contact(chat, people[0])
        else:
            sent = self._people.forward(chat, str(body["text"]), people[0], hidden=bool(body.get("hidden")))

        return web.json_response([sent])

    def _known(self, number: object) -> Person:
        person = self._world.people.get(number) if isinstance(number, int) else None
        if not person:
            raise _refusal(404, "no such person")
        return person

    async def _delete(self, request: web.Request) -> web.Response:
        self._people.delete(self._of(request), int(request.match_info["message"]))
        return web.json_response({})

    async def _edit(self, request: web.Request) -> web.Response:
        text = str((await _body(request)).get("text", ""))
        return web.json_response(self._people.edit(self._of(request), int(request.match_info["message"]), text))

    async def _clear(self, request: web.Request) -> web.Response:
        self._people.clear(self._of(request))
        return web.json_response({})

    async def _press(self, request: web.Request) -> web.Response:
        chat, body = self._of(request), await _body(request)
        return web.json_response(
            self._people.press(chat, int(body["message_id"]), int(body["row"]), int(body["column"]))
        )

    async def _query(self, request: web.Request) -> web.Response:
        """The bot's answer to a pressed button, waited for ``timeout`` seconds; null if there is none yet."""
        person, query = self._person(request), self._world.queries.get(request.match_info["query"])
        if not query or query.chat.person is not person:
            raise _refusal(404, "no such query")

        try:
            async with asyncio.timeout(min(float(request.query.get("timeout", 0)), 60)):
                while query.answer is None and not person.feed.closed:
                    await person.feed.wait_beyond(person.feed.last, timeout=60)
        except TimeoutError:
            pass

        return web.json_response(query.answer)

    async def _act(self, request: web.Request) -> web.Response:
        chat, act = self._of(request), request.match_info["act"]
        if act == "read":
            self._people.read(chat, int((await _body(request))["up_to"]))
        else:
            {"block": self._people.block, "unblock": self._people.unblock, "stop": self._people.stop_draft}[act](chat)

        return web.json_response({})

    async def _file(self, request: web.Request) -> web.Response:
        stored = self._of(request).bot.files.get(request.match_info["file"])
        if not stored:
            raise _refusal(404, "no such file")

        return file_response(stored)

    # Bots

    async def _make_bot(self, request: web.Request) -> web.Response:
        """A bot with its token; ``token`` gives it one that is known already."""
        body = await _body(request)
        bot = self._world.make_bot(
            str(body.get("username", "")), name=str(body.get("name") or ""), owner=body.get("owner_id"),
            token=body.get("token"),
        )  # fmt: skip
        bot.can_manage_bots = bool(body.get("can_manage_bots"))

        return web.json_response(bot.as_user() | {"name": bot.name, "token": bot.token})

    async def _bots(self, _: web.Request) -> web.Response:
        return web.json_response([
            bot.as_user() | {"owner_id": bot.owner, "polling": bot.poll is not None, "pending": len(bot.updates)}
            for bot in self._world.bots.values()
        ])  # fmt: skip

    async def _delete_bot(self, request: web.Request) -> web.Response:
        self._world.delete_bot(self._bot(request))
        return web.json_response({})

    async def _revoke(self, request: web.Request) -> web.Response:
        return web.json_response({"token": self._world.replace_token(self._bot(request))})

    async def _privacy(self, request: web.Request) -> web.Response:
        """What @BotFather's /setprivacy does; groups that the bot is already in do not change."""
        self._bot(request).privacy = bool((await _body(request)).get("enabled"))
        return web.json_response({})

    # The server itself

    async def _calls(self, request: web.Request) -> web.Response:
        """The last calls of the Bot API, oldest first, of one bot or method if asked."""
        bot, method = request.query.get("bot"), request.query.get("method", "").lower()
        wanted = [
            call for call in self._world.calls
            if (not bot or call["bot"] == bot) and (not method or call["method"] == method)
        ]  # fmt: skip

        return web.json_response(wanted)

    async def _deliveries(self, request: web.Request) -> web.Response:
        """The last requests to webhooks and what came of them, oldest first, of one bot if asked."""
        bot = request.query.get("bot")
        return web.json_response([entry for entry in self._world.deliveries if not bot or entry["bot"] == bot])

    async def _set_away(self, request: web.Request) -> web.Response:
        """Let Telegram be out of reach for bots (``away``), or be back."""
        self._world.set_away(away=bool((await _body(request)).get("away")))
        return web.json_response({})

    async def _faults(self, _: web.Request) -> web.Response:
        return web.json_response(self._world.faults.as_json())

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            self._world.faults.add(Fault(**await _body(request)))
        except TypeError as error:
            raise _refusal(400, str(error)) from None
        return web.json_response({})

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self._world.faults.clear((await _body(request)).get("bot"))
        return web.json_response({})

    async def _limits(self, request: web.Request) -> web.Response:
        self._world.limits.enforced = bool((await _body(request)).get("enforced"))
        return web.json_response({})


async def _send_events(feed: Feed, socket: web.WebSocketResponse, seen: int) -> None:
    while not feed.closed:
        events = feed.since(seen)
        for number, event in [(feed.last, {"type": "reset"})] if events is None else events:
            await socket.send_json({"seq": number} | event)

        seen = feed.last if events is None else seen + len(events)
        await feed.wait_beyond(seen, timeout=HEARTBEAT)

    await socket.close()


async def _body(request: web.Request) -> Json:
    """The JSON object of a request; none is an empty one."""
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        body = None

    if not isinstance(body, dict):
        raise _refusal(400, "the body is no JSON object")

    return body


def _refusal(status: int, words: str) -> web.HTTPException:
    kinds: dict[int, type[web.HTTPException]] = {400: web.HTTPBadRequest, 404: web.HTTPNotFound, 409: web.HTTPConflict}
    return kinds[status](text=json.dumps({"error": words}), content_type="application/json")


@web.middleware
async def refusals(request: web.Request, handler: Callable[[web.Request], Awaitable[Any]]) -> web.StreamResponse:
    """What the control API's work refuses, as HTTP.

    Raises:
        HTTPException: 400, 404 or 409 with ``{"error": "…"}``.
    """
    try:
        response: web.StreamResponse = await handler(request)
    except UsernameRefusedError as refusal:
        raise _refusal(409 if refusal.reason == "occupied" else 400, str(refusal)) from None
    except (NotPossibleError, KeyError, ValueError) as refusal:
        raise _refusal(400, str(refusal)) from None
    except ApiError as refusal:
        raise _refusal(400, refusal.description) from None

    return response

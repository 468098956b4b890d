"""The part of the control API that is about groups: ``/standin/groups/``."""

import asyncio
from typing import Final

from aiohttp import web

from standins.telegram.groups import Group, Groups
from standins.telegram.models import Bot, Json, Person
from standins.telegram.views import file_response, group_view, groups_view
from standins.telegram.world import NotPossibleError, World

GROUP: Final = "/standin/groups/{group}"
OF_PERSON: Final = "/standin/people/{person}/groups"


class GroupControl:
    """The handlers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._groups = Groups(world)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/standin/groups", self._make),
            web.get(GROUP, self._view),
            web.get(OF_PERSON, self._list),
            web.get(OF_PERSON + "/{group}", self._screen),
            web.get(OF_PERSON + "/{group}/files/{file}", self._file),
            web.post(GROUP + "/read", self._read),
            web.post(GROUP + "/members", self._set_member),
            web.post(GROUP + "/messages", self._say),
            web.put(GROUP + "/messages/{message}", self._edit),
            web.post(GROUP + "/press", self._press),
            web.get(GROUP + "/queries/{query}", self._query),
            web.post(GROUP + "/upgrade", self._upgrade),
        ]

    def _group(self, request: web.Request) -> Group:
        return self._groups.of(int(request.match_info["group"]))

    def _person(self, number: object) -> Person:
        person = self._world.people.get(int(str(number)))
        if not person:
            raise NotPossibleError("no such person")
        return person

    def _who(self, number: object) -> Person | Bot:
        return self._world.bots.get(int(str(number))) or self._person(number)

    async def _make(self, request: web.Request) -> web.Response:
        body = await request.json()
        group = self._groups.make(body["title"], self._person(body["creator"]), supergroup=body["supergroup"])
        return web.json_response(group.as_json())

    async def _view(self, request: web.Request) -> web.Response:
        """The group now; with ``after`` and ``timeout`` not before something newer than that number has happened."""
        group = self._group(request)

        if "after" in request.query:
            timeout = min(float(request.query.get("timeout", 25)), 60)
            await group.peer.feed.wait_beyond(int(request.query["after"]), timeout=timeout)

        view: Json = group.as_json() | {"seq": group.peer.feed.last, "messages": list(group.messages.values())}
        members = {str(number): status for number, status in group.members.items()}
        return web.json_response(view | {"members": members, "draft": None})

    async def _list(self, request: web.Request) -> web.Response:
        person = self._person(request.match_info["person"])
        return web.json_response(groups_view(self._groups.of_person(person), person))

    async def _screen(self, request: web.Request) -> web.Response:
        """The group as the person's screen shows it."""
        person = self._person(request.match_info["person"])
        return web.json_response(group_view(self._world, self._group(request), person))

    async def _file(self, request: web.Request) -> web.Response:
        """A file that a bot sent into the group."""
        bots = (self._world.bots.get(number) for number in self._group(request).present())
        stored = next(
            (bot.files[file] for bot in bots if bot and (file := request.match_info["file"]) in bot.files), None
        )
        if not stored:
            raise NotPossibleError("no such file")

        return file_response(stored)

    async def _read(self, request: web.Request) -> web.Response:
        body = await request.json()
        self._groups.read(self._group(request), self._person(body["person"]), int(body["up_to"]))
        return web.json_response({})

    async def _set_member(self, request: web.Request) -> web.Response:
        """Add somebody (``add``), or give a member another ``status``."""
        group, body = self._group(request), await request.json()
        who, by = self._who(body["who"]), self._person(body["by"])

        if body["add"]:
            self._groups.add(group, who, by)
        else:
            self._groups.set_status(group, who, body["status"], by)

        return web.json_response({})

    async def _say(self, request: web.Request) -> web.Response:
        body = await request.json()
        person = self._person(body["person"])
        message = self._groups.say(
            self._group(request), person, body["text"], reply_to=body["reply_to"], more=body["more"]
        )

        return web.json_response(message)

    async def _edit(self, request: web.Request) -> web.Response:
        body, number = await request.json(), int(request.match_info["message"])
        return web.json_response(
            self._groups.edit(self._group(request), self._person(body["person"]), number, body["text"])
        )

    async def _press(self, request: web.Request) -> web.Response:
        body = await request.json()
        pressed = self._groups.press(
            self._group(request), self._person(body["person"]), body["message_id"], body["row"], body["column"]
        )
        return web.json_response(pressed)

    async def _query(self, request: web.Request) -> web.Response:
        """The bot's answer to a pressed button, waited for ``timeout`` seconds; null if there is none yet."""
        group, query = self._group(request), self._world.queries[request.match_info["query"]]
        try:
            async with asyncio.timeout(min(float(request.query.get("timeout", 0)), 60)):
                while query.answer is None and not group.peer.feed.closed:
                    await group.peer.feed.wait_beyond(group.peer.feed.last, timeout=60)
        except TimeoutError:
            pass

        return web.json_response(query.answer)

    async def _upgrade(self, request: web.Request) -> web.Response:
        made = self._groups.upgrade(self._group(request), self._person((await request.json())["by"]))
        return web.json_response(made.as_json())

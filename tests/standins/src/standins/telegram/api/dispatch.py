"""From an HTTP request to a method and back: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from aiohttp import web

from standins.telegram.api import files, managed, members, messages, profile, updates, webhooks
from standins.telegram.api.arguments import Call, Described, Upload, read_arguments
from standins.telegram.errors import ApiError
from standins.telegram.models import Bot, Json
from standins.telegram.world import World

METHODS: Final[Mapping[str, Callable[[Call], Any]]] = MappingProxyType({
    "getme": profile.get_me,
    "getupdates": updates.get_updates,
    "setwebhook": webhooks.set_webhook,
    "deletewebhook": webhooks.delete_webhook,
    "getwebhookinfo": webhooks.get_webhook_info,
    "sendmessage": messages.send_message,
    "sendmessagedraft": messages.send_message_draft,
    "sendchataction": messages.send_chat_action,
    "copymessage": messages.copy_message,
    "editmessagetext": messages.edit_message_text,
    "editmessagecaption": messages.edit_message_caption,
    "editmessagemedia": files.edit_message_media,
    "editmessagereplymarkup": messages.edit_message_reply_markup,
    "deletemessage": messages.delete_message,
    "deletemessages": messages.delete_messages,
    "answercallbackquery": messages.answer_callback_query,
    "getchat": messages.get_chat,
    "getchatmember": members.get_chat_member,
    "getchatadministrators": members.get_chat_administrators,
    "getchatmembercount": members.get_chat_member_count,
    "leavechat": members.leave_chat,
    "senddocument": files.send_document,
    "sendphoto": files.send_photo,
    "getfile": files.get_file,
    "setmycommands": profile.set_my_commands,
    "getmycommands": profile.get_my_commands,
    "deletemycommands": profile.delete_my_commands,
    "setmyname": profile.set_my_name,
    "getmyname": profile.get_my_name,
    "setmydescription": profile.set_my_description,
    "getmydescription": profile.get_my_description,
    "setmyshortdescription": profile.set_my_short_description,
    "getmyshortdescription": profile.get_my_short_description,
    "setchatmenubutton": profile.set_chat_menu_button,
    "getchatmenubutton": profile.get_chat_menu_button,
    "close": profile.close,
    "getmanagedbottoken": managed.get_managed_bot_token,
    "replacemanagedbottoken": managed.replace_managed_bot_token,
    "getmanagedbotaccesssettings": managed.get_access_settings,
    "setmanagedbotaccesssettings": managed.set_access_settings,
})  # fmt: skip


class BotApi:
    """The handlers of the two addresses that bots use."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.perform = self.perform_reply

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one method call, unless a fault hits it."""
        if self._world.away:
            return _hang_up(request)

        token, method = request.match_info["token"], request.match_info["method"].lower()
        started, values = self._world.clock.now(), dict[str, Any]()
        bot = self._world.bot_of_token(token)
        fault = self._world.faults.take(method, bot.username) if bot else None
        await self._world.clock.sleep(fault.delay if fault else 0)

        if not bot:
            unknown = _unknown(token)
            code, answer = unknown.code, unknown.as_json()
        elif fault and fault.drop == "before":
            code, answer = 0, {}
        else:
            code, answer = await self._answer(request, bot, method, values, fault.refusal() if fault else None)

        dropped = fault is not None and fault.drop is not None
        self._log(bot, method, 0 if dropped else code, started, values)
        return _hang_up(request) if dropped else web.json_response(answer, status=code)

    async def _answer(
        self, request: web.Request, bot: Bot, method: str, values: Json, refusal: ApiError | None
    ) -> tuple[int, Json]:
        """The status and the body of an answer; the arguments are put into `values`, for the log."""
        try:
            if refusal:
                raise refusal

            read, uploads = await read_arguments(request)
            values |= read
            return 200, _success(await self._perform(bot, method, values, uploads))
        except ApiError as refused:
            return refused.code, refused.as_json()

    async def perform_reply(self, bot: Bot, reply: Json, uploads: Mapping[str, Upload]) -> None:
        """Call the method in a webhook's answer; the bot does not hear what comes of it."""
        values, method = {key: value for key, value in reply.items() if key != "method"}, str(reply["method"]).lower()
        started = self._world.clock.now()
        try:
            await self._perform(bot, method, values, uploads)
        except ApiError as refusal:
            code = refusal.code
        else:
            code = 200

        self._log(bot, method, code, started, values)

    async def _perform(self, bot: Bot, method: str, values: Json, uploads: Mapping[str, Upload]) -> object:
        work = METHODS.get(method)
        if not work:
            raise ApiError(404, "Not Found: method not found")

        result = work(Call(world=self._world, bot=bot, method=method, values=values, uploads=uploads))
        return await result if inspect.isawaitable(result) else result

    def _log(self, bot: Bot | None, method: str, code: int, started: float, values: dict[str, Any]) -> None:
        self._world.calls.append({
            "bot": bot.username if bot else None, "method": method, "code": code, "at": started,
            "seconds": round(self._world.clock.now() - started, 4), "arguments": values,
        })  # fmt: skip

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Give a file by the path that getFile told."""
        bot = self._world.bot_of_token(request.match_info["token"])
        if not bot:
            refusal = _unknown(request.match_info["token"])
            return web.json_response(refusal.as_json(), status=refusal.code)

        fault = self._world.faults.take("file", bot.username)
        if fault and fault.delay:
            await self._world.clock.sleep(fault.delay)

        if fault and fault.drop:
            return _hang_up(request)
        if fault and (refusal_asked := fault.refusal()):
            return web.json_response(refusal_asked.as_json(), status=refusal_asked.code)

        path = request.match_info["path"]
        stored = next((entry for entry in bot.files.values() if entry.path == path), None)
        if not stored or len(stored.data) > self._world.settings.file_limit:
            return web.json_response(ApiError(404, "Not Found").as_json(), status=404)

        return web.Response(body=stored.data, content_type="application/octet-stream")


def _success(result: object) -> Json:
    if isinstance(result, Described):
        return {"ok": True, "result": result.result, "description": result.description}

    return {"ok": True, "result": result}


def _unknown(token: str) -> ApiError:
    """What has the shape of a token is refused as one; other addresses do not exist."""
    number, colon, secret = token.partition(":")
    if number.isdecimal() and colon and len(secret) >= 30:
        return ApiError(401, "Unauthorized")
    return ApiError(404, "Not Found")


def _hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()

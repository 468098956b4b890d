"""A request's arguments, however they came: query string, form, multipart with files, or JSON."""

import json
import mimetypes
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from standins.telegram.errors import ApiError, bad_request
from standins.telegram.models import Bot
from standins.telegram.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    name: str
    mime_type: str
    data: bytes

    def likely_type(self) -> str:
        """The MIME type: as told, or by the name if none was."""
        told = self.mime_type if self.mime_type != "application/octet-stream" else ""
        return told or mimetypes.guess_type(self.name)[0] or "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A result that comes with a sentence, as those of setWebhook and deleteWebhook do."""

    result: Any
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a method by a bot."""

    world: World
    bot: Bot
    method: str
    values: Mapping[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        return value if isinstance(value, str) else default if value is None else json.dumps(value)

    def integer(self, name: str, default: int = 0, *, lowest: int | None = None, highest: int | None = None) -> int:
        """The number, clamped as Telegram does; the default if it is none."""
        try:
            number = int(self.values.get(name, default))
        except (TypeError, ValueError):
            number = default

        number = number if lowest is None else max(lowest, number)
        return number if highest is None else min(highest, number)

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in {"true", "yes", "1"}

    def json(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """A value that is JSON: as it is in a JSON request, as text in a form. None if absent or empty.

        Raises:
            ApiError: it is text, but no JSON.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            return value

        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def chat_id(self) -> int | str:
        """The chat: a number, or a username.

        Raises:
            ApiError: none is given.
        """
        raw = self.text("chat_id").strip()
        if not raw:
            raise bad_request("chat_id is empty")
        return int(raw) if raw.lstrip("-").isdecimal() else raw

    def upload(self, name: str) -> Upload | None:
        """A file of this request: a part of that name, or the part that ``attach://…`` points to."""
        reference = self.text(name)
        if reference.startswith("attach://"):
            return self.uploads.get(reference.removeprefix("attach://"))
        return self.uploads.get(name)


async def read_arguments(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """All values and files of a request.

    Raises:
        ApiError: the body is no JSON object, or over the limit.
    """
    values: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}

    if request.content_type == "application/json":
        body = await request.text()
        try:
            parsed = json.loads(body) if body.strip() else {}
        except ValueError:
            parsed = None

        if not isinstance(parsed, dict):
            raise bad_request("can't parse request: expected a JSON object")

        return values | parsed, uploads

    try:
        form = await request.post()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None

    for name, value in form.items():
        if isinstance(value, FileField):
            content = value.file.read()
            uploads[name] = Upload(
                name=value.filename or secrets.token_hex(4), mime_type=value.content_type, data=content
            )
            value.file.close()
        else:
            values[name] = value

    return values, uploads

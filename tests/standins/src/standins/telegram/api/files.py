"""Files up and down (https://core.telegram.org/bots/api#sending-files)."""

from dataclasses import replace
from typing import Any

from standins.telegram.api.arguments import Call
from standins.telegram.api.messages import edit, post, read_text, writable_chat
from standins.telegram.errors import ApiError, bad_request
from standins.telegram.images import image_size
from standins.telegram.models import Json, StoredFile


def send_document(call: Call) -> Json:
    caption = read_text(call, "caption")
    chat = writable_chat(call)
    return post(call, chat, {"document": document_json(_read_file(call, "document", "documents"))} | caption)


def send_photo(call: Call) -> Json:
    """Send a photo, new or by its id.

    Raises:
        ApiError: it is no image, or may not be sent.
    """
    caption = read_text(call, "caption")
    chat = writable_chat(call)
    stored = _read_file(call, "photo", "photos")
    if not image_size(stored.data):
        raise bad_request("IMAGE_PROCESS_FAILED")

    return post(call, chat, {"photo": photo_json(stored)} | caption)


def edit_message_media(call: Call) -> Json:
    """Make a message, one of text too, a document or a photo with a caption.

    Raises:
        ApiError: nothing to put there, or not by this bot.
    """
    media = call.json("media")
    if not isinstance(media, dict) or not media.get("media"):
        raise bad_request("media is not specified")

    kind = str(media.get("type", ""))
    if kind not in {"document", "photo"}:
        raise bad_request(f"type {kind!r} is not known to this stand-in")

    told = {key: media[key] for key in ("caption", "caption_entities", "parse_mode") if key in media}
    call = replace(call, values={**call.values, **told, kind: media["media"]})
    caption = read_text(call, "caption")
    stored = _read_file(call, kind, f"{kind}s")
    held: Json = {"photo": photo_json(stored)} if kind == "photo" else {"document": document_json(stored)}

    return edit(call, ("caption", "caption_entities", "text", "entities", "document", "photo"), held | caption)


def document_json(stored: StoredFile) -> Json:
    return {"file_name": stored.name, "mime_type": stored.mime_type} | stored.as_json()


def photo_json(stored: StoredFile) -> list[Json]:
    """Telegram makes several sizes; here there is one."""
    width, height = image_size(stored.data) or (0, 0)
    return [stored.as_json() | {"width": width, "height": height}]


def _read_file(call: Call, name: str, kind: str) -> StoredFile:
    if upload := call.upload(name):
        if not upload.data:
            raise bad_request("file must be non-empty")
        if len(upload.data) > call.world.settings.upload_limit:
            raise ApiError(413, "Request Entity Too Large")

        return call.world.store_file(call.bot, upload.name, upload.likely_type(), upload.data, kind=kind)

    reference = call.text(name)
    if not reference or reference.startswith("attach://"):
        raise bad_request(f"there is no {name} in the request")
    if stored := call.bot.files.get(reference):
        return stored
    if "://" in reference:
        raise bad_request("failed to get HTTP URL content")

    raise bad_request("wrong remote file identifier specified: Wrong string length")


def get_file(call: Call) -> dict[str, Any]:
    """The path under which a file can be downloaded.

    Raises:
        ApiError: there is no such file, or it is over the limit.
    """
    file_id = call.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")

    stored = call.bot.files.get(file_id)
    if not stored:
        raise bad_request("invalid file_id")
    if len(stored.data) > call.world.settings.file_limit:
        raise bad_request("file is too big")

    return stored.as_json() | {"file_path": stored.path}

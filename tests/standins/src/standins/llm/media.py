"""What a recording says and a picture shows, for a server that can neither hear nor see.

A recording says the UTF-8 text that follows ``SAYS:`` in its bytes, and a picture shows the one after ``SHOWS:``, each
up to the next zero byte or the end. Source of the shapes:
platform.openai.com/docs/api-reference/audio and guides/images.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, Final

from standins.llm import errors
from standins.llm.prompt import language_of, text_of
from standins.llm.texts import TEXTS, Language

SAYS, SHOWS = b"SAYS:", b"SHOWS:"
LARGEST: Final = 25 * 2**20  # bytes of a recording
FORMATS: Final = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")
_DATA: Final = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,([A-Za-z0-9+/=]+)")


def text_after(data: bytes, mark: bytes) -> str:
    """The text after a mark; "" when there is none."""
    return data.partition(mark)[2].partition(b"\0")[0].decode(errors="ignore").strip()


def transcription(body: dict[str, Any]) -> dict[str, Any]:
    """The answer of audio/transcriptions to a form.

    Raises:
        ApiError: there is no file, it is too large, or its name is none of a format that OpenAI takes.
    """
    file = body.get("file")
    if not isinstance(file, dict):
        raise errors.invalid("you must provide a file parameter", param="file")
    if file["size"] > LARGEST:
        raise errors.invalid(f"Maximum content size limit ({LARGEST}) exceeded ({file['size']} bytes read)")
    if str(file["filename"]).rpartition(".")[2].lower() not in FORMATS:
        raise errors.invalid(f"Invalid file format. Supported formats: {list(FORMATS)}", param="file")

    sent, written = 10, len(file["told"].split())
    details = {"audio_tokens": sent, "text_tokens": 0}
    usage = {"type": "tokens", "input_tokens": sent, "output_tokens": written, "total_tokens": sent + written}

    return {"text": file["told"], "usage": usage | {"input_token_details": details}}


def shown_in(messages: Sequence[dict[str, Any]]) -> str | None:
    """What the pictures of the last message show; None when it has none.

    Raises:
        ApiError: one of them is no picture.
    """
    content = messages[-1].get("content")
    parts = [p for p in content if isinstance(p, dict)] if isinstance(content, list) else []
    pictures = [part.get("image_url", {}).get("url", "") for part in parts if part.get("type") == "image_url"]

    if not pictures:
        return None

    language = language_of(text_of(messages[-1]), "\n".join(text_of(message) for message in messages))
    return "\n".join(_shown(url, language) for url in pictures)


def _shown(url: str, language: Language) -> str:
    match = _DATA.fullmatch(url)
    try:
        data = base64.b64decode(match[1], validate=True) if match else b""
    except binascii.Error:
        data = b""

    if not data:
        raise errors.invalid(
            "You uploaded an unsupported image. Please make sure your image has of one the following formats: "
            "['png', 'jpeg', 'gif', 'webp'].",
            code="invalid_image_format",
        )

    texts = TEXTS[language]
    return texts["picture"].format(text_after(data, SHOWS) or texts["nothing seen"])

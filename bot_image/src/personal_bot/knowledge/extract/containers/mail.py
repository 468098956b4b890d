"""E-mail (RFC 5322, MIME): who, when and about what, the text, and what is attached."""

import email
import email.policy
import functools
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.containers.nested import segments_inside
from personal_bot.knowledge.extract.pages.html_page import blocks
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_HEADERS: Final = ("Subject", "From", "To", "Cc", "Date")


def read_mail(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the message, then the attachments that can be read, each as a file of its own.

    Raises:
        CannotReadError: it is no message.
    """
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    if not any(message[header] for header in _HEADERS):
        raise CannotReadError("document_corrupt")
    headers = [f"{header}: {message[header]}" for header in _HEADERS if message[header]]
    yield Segment("\n".join((*headers, "", _body(message))).strip())
    attached = [
        (part.get_filename() or "", functools.partial(_unpack, part))
        for part in message.iter_attachments()
        if part.get_filename() and not part.is_multipart()
    ]
    yield from segments_inside(attached, reading)


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content = str(part.get_content())
    except LookupError:  # a character set that nobody knows
        payload = part.get_payload(decode=True)
        content = payload.decode(errors="replace") if isinstance(payload, bytes) else ""
    if part.get_content_subtype() == "html":
        return "\n".join(text for _, text in blocks([content]))
    return content


def _unpack(part: EmailMessage, path: Path) -> None:
    payload = part.get_payload(decode=True)
    path.write_bytes(payload if isinstance(payload, bytes) else b"")

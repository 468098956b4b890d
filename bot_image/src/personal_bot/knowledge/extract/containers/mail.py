"""E-mail (RFC 5322, MIME): who, when and about what, the text, and what is attached, other messages too."""

import email
import email.policy
import functools
import mimetypes
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.containers.nested import File, segments_inside
from personal_bot.knowledge.extract.pages.html_page import blocks, named_charset
from personal_bot.knowledge.extract.plain.plain_text import charset_of
from personal_bot.knowledge.extract.segments import Reading, Segment
from personal_bot.sandbox.errors import CannotReadError

_HEADERS: Final = ("Subject", "From", "To", "Cc", "Date")
_PARTS: Final = ("MIME-Version", "Content-Type")
_LONGEST_NAME: Final = 80  # characters
_UNDECODED: Final = "\ufffd"
_SEPARATORS: Final = str.maketrans("/\\", "__")


def read_mail(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give the message, then the attachments that can be read, each as a file of its own.

    Raises:
        CannotReadError: it is no message.
    """
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    if not any(message[header] for header in _HEADERS) and not any(message[header] for header in _PARTS):
        raise CannotReadError("document_corrupt")

    charset = message.get_content_charset()
    headers = [f"{header}: {text}" for header in _HEADERS if (text := _header(message, header, charset))]
    texts, files = list[str](), list[File]()
    _sort(message, texts, files)
    yield Segment("\n".join((*headers, "", "\n\n".join(texts))).strip())
    yield from segments_inside(files, reading)


def _header(message: EmailMessage, name: str, charset: str | None) -> str:
    """A header as people read it: what was not encoded is in the character set of the text, or of its letters."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    data = str(raw).encode("utf-8", errors="surrogateescape")
    usual = str(message[name] or "") if data.isascii() else _UNDECODED
    if _UNDECODED not in usual:
        return usual

    known = charset if charset not in {None, "us-ascii", "utf-8"} else None
    text = " ".join(data.decode(_python_name(charset_of(data, known)), errors="replace").split())
    try:
        words = decode_header(text)
    except HeaderParseError:
        return text
    return " ".join("".join(_word(word, charset) for word, charset in words).split())


def _word(word: bytes | str, charset: str | None) -> str:
    """A piece of a header, decoded; some programs name a character set that there is not."""
    if isinstance(word, str):
        return word
    named = charset if charset and _python_name(charset) == charset else None
    return word.decode(_python_name(charset_of(word, named)), errors="replace")


def _python_name(charset: str) -> str:
    try:
        "".encode(charset)
    except LookupError:
        return "utf-8"
    return charset


def _sort(part: EmailMessage, texts: list[str], files: list[File]) -> None:
    """Put what a person sees into `texts`, and what is attached into `files`."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload(0) if part.is_multipart() else part
        if isinstance(inner, EmailMessage):
            files.append((_message_name(part, inner), functools.partial(_write_message, inner)))
    elif part.is_multipart():
        _sort_parts(part, texts, files)
    elif kind.startswith("text/") and not part.get_filename() and part.get_content_disposition() != "attachment":
        if kind in {"text/plain", "text/html"} and (text := _text(part).strip()):
            texts.append(text)
        elif kind not in {"text/plain", "text/html"}:
            files.append((_name(part), functools.partial(_unpack, part)))
    elif part.get_filename() or not kind.startswith(("image/", "application/pgp-", "application/pkcs7-signature")):
        files.append((_name(part), functools.partial(_unpack, part)))


def _sort_parts(part: EmailMessage, texts: list[str], files: list[File]) -> None:
    children = [child for child in part.iter_parts() if isinstance(child, EmailMessage)]
    if part.get_content_subtype() != "alternative":
        for child in children:
            _sort(child, texts, files)
        return

    # The same text in several forms: the plain one, unless it is empty.
    before = len(texts)
    for child in sorted(children, key=lambda one: one.get_content_type() != "text/plain"):
        if len(texts) == before or child.get_content_maintype() != "text":
            _sort(child, texts, files)


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    is_page = part.get_content_subtype() == "html"
    named = part.get_content_charset() or (named_charset(content) if is_page else None)
    text = content.decode(_python_name(charset_of(content, named)), errors="replace").replace("\r\n", "\n")
    return "\n".join(block for _, block in blocks([text])) if is_page else text


def _name(part: EmailMessage) -> str:
    return part.get_filename() or f"attachment{mimetypes.guess_extension(part.get_content_type()) or ''}"


def _message_name(part: EmailMessage, inner: EmailMessage) -> str:
    subject = _header(inner, "Subject", inner.get_content_charset()).translate(_SEPARATORS)[:_LONGEST_NAME]
    name = part.get_filename() or subject or "message"
    return name if name.lower().endswith(".eml") else f"{name}.eml"


def _write_message(message: EmailMessage, path: Path) -> None:
    path.write_bytes(message.as_bytes(policy=email.policy.compat32))


def _unpack(part: EmailMessage, path: Path) -> None:
    payload = part.get_payload(decode=True)
    path.write_bytes(payload if isinstance(payload, bytes) else b"")

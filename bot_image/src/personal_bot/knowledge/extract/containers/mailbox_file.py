"""MBOX (RFC 4155), a mailbox in one file, as Thunderbird and Google write them: each message as a file of its own."""

import email.policy
import functools
import mailbox
from collections.abc import Iterator
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Final

from personal_bot.knowledge.extract.containers.nested import segments_inside
from personal_bot.knowledge.extract.segments import Reading, Segment

_HEAD: Final = 1 << 16  # bytes of a message in which its subject stands
_LONGEST_NAME: Final = 80  # characters
_SEPARATORS: Final = str.maketrans("/\\", "__")


def read_mailbox(path: Path, reading: Reading) -> Iterator[Segment]:
    """Give each message with its attachments, under its number and subject."""
    box = mailbox.mbox(path, create=False)
    try:
        files = [(_name(box, key, number), functools.partial(_unpack, box, key)) for number, key in _numbered(box)]
        yield from segments_inside(files, reading)
    finally:
        box.close()


def _numbered(box: mailbox.mbox) -> Iterator[tuple[int, str]]:
    return enumerate(box.keys(), start=1)


def _name(box: mailbox.mbox, key: str, number: int) -> str:
    with box.get_file(key) as file:
        headers = BytesHeaderParser(policy=email.policy.default).parsebytes(file.read(_HEAD))
    subject = " ".join(str(headers["Subject"] or "").split()).translate(_SEPARATORS)[:_LONGEST_NAME]
    return f"{number} {subject}.eml" if subject else f"{number}.eml"


def _unpack(box: mailbox.mbox, key: str, into: Path) -> None:
    into.write_bytes(box.get_bytes(key))

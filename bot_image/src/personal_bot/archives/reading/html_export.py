"""Telegram's human-readable export: ``messages.html``, ``messages2.html`` …, some thousand messages a page.

These pages have no ids of the chat and of people, so both are known by their names. Where one name stands for several
chats, the first message of each tells them apart.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped] # has no types

from personal_bot.archives.reading.messages import DELETED, Chat, Clock, Message, clean_name

_WHEN: Final = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)")
_NUMBER: Final = re.compile(r"message(-?\d+)$")
_BLANKS: Final = re.compile(r"\s+")
_MEDIA: Final = re.compile(
    r"(?:media_|\b)(photo|video|voice_message|audio_file|file|poll|sticker|animated)(?:_wrap|_file_wrap)?\b"
)
_TELLING: Final = re.compile(r"media_(?:contact|location|live_location|venue|game|invoice|poll|todo_list)\b")
"""Media whose title and status are all that a message says."""
_OF_ACCOUNT: Final = re.compile(r"(?:^|/)(?:left_)?chats/chat_\d+$")
_TEXTS: Final = "*[@class='question bold' or @class='answer' or @class='text']"


class Pages:
    """Reads the pages of one export in their order."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._chat: Chat | None = None
        self._folder = ""
        self._author = DELETED
        self._titles: dict[str, tuple[str, str]] = {}  # folder and first message of the first chat of each name

    def read(self, page: bytes, *, folder: str) -> Iterator[Chat | Message]:
        """Give the page's chat, when it is not that of the page before, and its messages; nothing when it is none.

        Args:
            page: as it is.
            folder: in which it lies; an account has one for each chat.
        """
        root = etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
        titles = [] if root is None else root.xpath("//div[@class='page_header']//div[@class='text bold']")
        if not titles or not root.xpath("//div[@class='history']"):
            return

        title = clean_name(_flat(titles[0])) or DELETED
        elements = root.xpath("//div[starts-with(@class, 'message default')]")
        is_other = folder != self._folder
        if self._chat is None or self._chat.title != title or is_other:
            self._chat, self._author = Chat(identity=self._identity(title, folder, elements), title=title), DELETED
            yield self._chat
        self._folder = folder

        for element in elements:
            if message := self._message(element):
                yield message

    def _identity(self, title: str, folder: str, elements: list[Any]) -> str:
        """Know a chat by its name; where that stands for several, the first message tells them apart."""
        first = next((_mark(one) for one in elements if _time(one)), "")
        known_folder, known_first = self._titles.setdefault(title, (folder, first))
        is_other = known_folder != folder and (_OF_ACCOUNT.search(folder) is not None or _are_two(known_first, first))
        return f"html:{title}#{first}" if first and (title == DELETED or is_other) else f"html:{title}"

    def _message(self, element: Any) -> Message | None:  # noqa: ANN401 - lxml has no types
        number, when = _NUMBER.match(element.get("id", "")), _WHEN.match(_time(element))
        if not number or not when:
            return None
        if names := element.xpath("div[@class='body']/div[@class='from_name']"):
            self._author = clean_name(_flat(names[0])) or DELETED

        day, month, year, time = when.groups()
        reply = _NUMBER.search("".join(element.xpath("div[@class='body']/div[contains(@class, 'reply_to')]/a/@href")))
        media = _MEDIA.search(
            " ".join(element.xpath(".//*[contains(@class, 'media') or contains(@class, '_wrap')]/@class"))
        )
        forwarded = element.xpath(".//div[@class='forwarded body']/div[@class='from_name']/text()")
        return Message(
            id=int(number[1]),
            author=f"html:{self._author}",
            author_name=self._author,
            at=self._clock.seconds(f"{year}-{month}-{day}", time),
            text="\n".join(filter(None, (*_told_by_media(element), *map(_flat, element.xpath(f".//{_TEXTS}"))))),
            reply_to=int(reply[1]) if reply else None,
            forwarded=clean_name(forwarded[0]) or "?" if forwarded else None,
            media=media[1] if media else None,
        )


def _are_two(first: str, second: str) -> bool:
    """Whether two messages of one number were written at different times, so that they are of different chats."""
    (one, when), (other, then) = (mark.partition("#")[0].split("@") if mark else ("", "") for mark in (first, second))
    return bool(one) and one == other and when != then


def _mark(element: Any) -> str:  # noqa: ANN401 - lxml has no types
    """What tells a chat from others by its first message: number, time and a checksum of the text."""
    return f"{element.get('id', '')}@{_time(element)}#{zlib.crc32(_flat(element).encode(errors='replace')):x}"


def _time(element: Any) -> str:  # noqa: ANN401 - lxml has no types
    return "".join(element.xpath("div[@class='body']/div[contains(@class, 'date')]/@title")[:1])


def _told_by_media(element: Any) -> Iterator[str]:  # noqa: ANN401 - lxml has no types
    """A contact, a place, a game: what it is called and what stands below."""
    for media in element.xpath(".//div[contains(@class, 'media_')]"):
        if _TELLING.search(media.get("class", "")):
            parts = media.xpath(".//div[@class='title bold' or @class='description' or @class='status details']")
            yield "\n".join(filter(None, map(_flat, parts)))


def _flat(element: Any) -> str:  # noqa: ANN401 - lxml has no types
    """The text of an element as a browser shows it, with the addresses that hide behind words."""
    return "\n".join(line.rstrip() for line in "".join(_pieces(element)).strip().split("\n")).strip()


def _pieces(element: Any) -> Iterator[str]:  # noqa: ANN401 - lxml has no types
    """What an element says; only <br> and what is preformatted break a line."""
    inside = "".join((element.text or "", *(f"{child.tail}" for child in element if child.tail)))
    is_plain = element.tag != "pre"
    if element.tag == "pre" and "\n" in inside:
        yield "\n"
    yield _BLANKS.sub(" ", element.text or "") if is_plain else element.text or ""
    for child in element:
        if child.tag == "br":
            yield "\n"
        else:
            yield from _pieces(child)
        yield _BLANKS.sub(" ", child.tail or "") if is_plain else child.tail or ""
    address = element.get("href", "") if element.tag == "a" else ""
    if address.startswith(("http://", "https://")) and "".join(element.itertext()).strip() not in address:
        yield f" ({address})"

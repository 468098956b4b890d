"""Telegram's human-readable export: ``messages.html``, ``messages2.html`` …, some thousand messages a page.

These pages tell no ids of the chat and of people, so both are known by their names.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped]

from personal_bot.archives.reading.messages import Chat, Clock, Message

_WHEN: Final = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)")
_NUMBER: Final = re.compile(r"message(-?\d+)$")
_BLANKS: Final = re.compile(r"\s+")
_MEDIA: Final = re.compile(
    r"(?:media_|\b)(photo|video|voice_message|audio_file|file|poll|sticker|animated)(?:_wrap|_file_wrap)?\b"
)
_UNNAMED: Final = "Deleted Account"


class Pages:
    """Reads the pages of one export in their order."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._chat: Chat | None = None
        self._author = _UNNAMED

    def read(self, page: bytes) -> Iterator[Chat | Message]:
        """Give the page's chat, when it is not that of the page before, and its messages; nothing when it is none."""
        root = etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
        titles = [] if root is None else root.xpath("//div[@class='page_header']//div[@class='text bold']")
        if not titles or not root.xpath("//div[@class='history']"):
            return
        title = _flat(titles[0])
        if self._chat is None or self._chat.title != title:
            self._chat, self._author = Chat(identity=f"html:{title}", title=title), _UNNAMED
            yield self._chat
        for element in root.xpath("//div[starts-with(@class, 'message default')]"):
            if message := self._message(element):
                yield message

    def _message(self, element: Any) -> Message | None:  # noqa: ANN401 - lxml has no types
        number = _NUMBER.match(element.get("id", ""))
        when = _WHEN.match("".join(element.xpath("div[@class='body']/div[contains(@class, 'date')]/@title")[:1]))
        if not number or not when:
            return None
        if names := element.xpath("div[@class='body']/div[@class='from_name']"):
            self._author = _flat(names[0]) or _UNNAMED
        day, month, year, time = when.groups()
        reply = _NUMBER.search("".join(element.xpath("div[@class='body']/div[contains(@class, 'reply_to')]/a/@href")))
        media = _MEDIA.search(
            " ".join(element.xpath(".//*[contains(@class, 'media') or contains(@class, '_wrap')]/@class"))
        )
        forwarded = element.xpath(".//div[@class='forwarded body']/div[@class='from_name']/text()")
        texts = element.xpath(".//*[@class='question bold' or @class='answer' or @class='text']")
        return Message(
            id=int(number[1]),
            author=f"html:{self._author}",
            author_name=self._author,
            at=self._clock.seconds(f"{year}-{month}-{day}", time),
            text="\n".join(filter(None, map(_flat, texts))),
            reply_to=int(reply[1]) if reply else None,
            forwarded=forwarded[0].strip() or "?" if forwarded else None,
            media=media[1] if media else None,
        )


def _flat(element: Any) -> str:  # noqa: ANN401 - lxml has no types
    """The text of an element as a browser shows it: only <br> breaks a line."""
    parts = []
    for node in element.iter():
        parts.append("\n" if node.tag == "br" else _BLANKS.sub(" ", node.text or ""))
        if node is not element:
            parts.append(_BLANKS.sub(" ", node.tail or ""))
    return "\n".join(line.strip() for line in "".join(parts).split("\n")).strip()

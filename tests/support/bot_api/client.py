"""What a scenario asks of a client of the Bot API, whoever wrote it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import pytest

Json = dict[str, Any]


class RefusedError(Exception):
    """A refusal, by what a client could tell of it: the kind, the words after the kind, the seconds to wait."""

    def __init__(self, kind: str, words: str, retry_after: float | None = None) -> None:
        super().__init__(kind, words, retry_after)
        self.kind = kind
        self.words = words.lower()
        self.retry_after = retry_after


@contextmanager
def refused(kind: str, words: str | None = None, *, retry_after: float | None = None) -> Iterator[None]:
    """The block ends in a refusal of this kind, with exactly these words if they are given."""
    with pytest.raises(RefusedError) as caught:
        yield
    assert (caught.value.kind, caught.value.retry_after) == (kind, retry_after)
    assert words is None or caught.value.words == words.lower()


class BotClient(Protocol):
    """What the scenario asks of a client; objects come back as the API's JSON."""

    async def get_me(self) -> Json: ...
    async def get_updates(self, *, offset: int = 0, timeout: int = 0) -> list[Json]: ...
    async def send(self, chat: int, text: str, *, html: bool = False, button: str | None = None) -> Json: ...
    async def edit(self, chat: int, message: int, text: str) -> Json: ...
    async def delete(self, chat: int, message: int) -> None: ...
    async def send_document(self, chat: int, name: str, data: bytes, caption: str = "") -> Json: ...
    async def download(self, file_id: str) -> bytes: ...
    async def answer_query(self, query: str, text: str) -> None: ...
    async def draft(self, chat: int, number: int, text: str) -> None: ...
    async def set_webhook(self, url: str) -> None: ...
    async def delete_webhook(self) -> None: ...
    async def set_commands(self, commands: dict[str, str], language: str) -> None: ...
    async def close(self) -> None: ...

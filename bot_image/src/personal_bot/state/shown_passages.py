"""The newest answers, with the passages behind their numbers, on the volume: for buttons that show a passage or a file.

The bot keeps passages as they were when it made the answer: a newer version of a document does not change what an
answer rests on. Deleting a document deletes them. Only the newest answers are kept.
"""

import asyncio
import contextlib
import logging
from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from personal_bot.models import Passage, Place
from personal_bot.state import json_files

_ANSWERS: Final = 500  # about 10 KiB each

logger = logging.getLogger(__name__)


class ShownPassages:
    """The passages of the newest answers, by the request that each answered."""

    def __init__(self, directory: Path, *, most: int = _ANSWERS) -> None:
        """Keep those of `most` answers in `directory`, which is made when needed."""
        self._directory = directory
        self._most = most

    def keep(  # noqa: PLR0913 - whose, where, on what
        self,
        request_id: int,
        passages: Sequence[Passage],
        *,
        user_id: int,
        chat_id: int,
        question: str = "",
        answer: str = "",
    ) -> bool:
        """Keep an answer and its passages, and drop the oldest; returns whether the disk took it."""
        document = {"user": user_id, "chat": chat_id, "question": question, "answer": answer}
        document |= {"passages": [asdict(passage) for passage in passages]}

        try:
            json_files.write(self._file(request_id), document)
            files = sorted(self._directory.glob("*.json"), key=lambda file: file.stat().st_mtime)
        except OSError as error:
            logger.warning("Passages cannot be kept: %s", error.strerror, extra={"user_id": user_id})
            return False

        for file in files[: -self._most]:
            file.unlink(missing_ok=True)
        return True

    def passage(self, request_id: int, number: int, *, chat_id: int) -> Passage | None:
        """The passage of this number (from 1) of an answer in this chat; None when it is not kept any more."""
        document = json_files.read(self._file(request_id))
        with contextlib.suppress(TypeError, KeyError, IndexError, AttributeError):
            if document["chat"] == chat_id and number > 0:
                return _passage(document["passages"][number - 1])
        return None

    def answer(self, request_id: int, *, chat_id: int) -> tuple[str, str, tuple[Passage, ...]] | None:
        """The question, the answer and its passages; None for another chat, or when they are not kept any more."""
        document = json_files.read(self._file(request_id))
        with contextlib.suppress(TypeError, KeyError, AttributeError):
            if document["chat"] == chat_id and document["answer"]:
                passages = tuple(_passage(values) for values in document["passages"])
                return document["question"], document["answer"], passages
        return None

    def forget_person(self, user_id: int) -> None:
        """Forget a person's answers and their passages."""
        for file in self._directory.glob("*.json"):
            if (json_files.read(file) or {}).get("user") == user_id:
                file.unlink(missing_ok=True)

    async def forget_documents(self, documents: Collection[str]) -> None:
        """Forget answers that rest on one of these documents, and their passages."""
        await asyncio.to_thread(self._forget_documents, documents)

    def _forget_documents(self, documents: Collection[str]) -> None:
        for file in self._directory.glob("*.json"):
            passages = (json_files.read(file) or {}).get("passages", ())
            if any(one.get("document_id") in documents for one in passages):
                file.unlink(missing_ok=True)

    def _file(self, request_id: int) -> Path:
        return self._directory / f"{request_id}.json"


def _passage(values: dict[str, Any]) -> Passage:
    return Passage(**values | {"place": Place(**values["place"])})

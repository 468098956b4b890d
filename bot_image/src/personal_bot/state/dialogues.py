"""The last turns of each person's dialogue in each chat, kept on the bot's volume."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from personal_bot.models import Turn

_TURNS: Final = 8  # of each dialogue
_LONGEST: Final = 8000  # characters of a question or an answer
_OF_ANOTHER_BOT: Final = 0  # in place of the id of a request, which is never this

logger = logging.getLogger(__name__)


class Dialogues:
    """One small file per person and chat, replaced as a whole; a file that cannot be read starts a new dialogue."""

    def __init__(self, directory: Path) -> None:
        """Keep them in `directory`, which is made when needed."""
        self._directory = directory

    def turns(self, *, chat_id: int, user_id: int) -> tuple[Turn, ...]:
        """The last turns, oldest first."""
        return tuple(turn for _, turn in self._kept(chat_id, user_id))

    def add(self, turn: Turn, *, request_id: int, chat_id: int, user_id: int) -> None:
        """Remember a request's turn; a second time changes nothing. A full disk loses it, and the log says so."""
        kept = self._kept(chat_id, user_id)
        if request_id not in [number for number, _ in kept]:
            self._write([*kept, (request_id, turn)], chat_id=chat_id, user_id=user_id)

    def restore(self, turns: Sequence[Turn], *, chat_id: int, user_id: int) -> None:
        """Put the turns of another bot's dialogue before those of this one; a second time changes nothing."""
        kept = self._kept(chat_id, user_id)
        known = [turn for _, turn in kept]
        earlier = [(_OF_ANOTHER_BOT, turn) for turn in turns if turn not in known]
        if earlier:
            self._write([*earlier, *kept], chat_id=chat_id, user_id=user_id)

    def _kept(self, chat_id: int, user_id: int) -> list[tuple[int, Turn]]:
        """The turns with the ids of their requests."""
        try:
            turns = json.loads(self._file(chat_id, user_id).read_text(encoding="utf-8"))
            return [
                (turn.get("request", _OF_ANOTHER_BOT), Turn(question=turn["question"], answer=turn["answer"]))
                for turn in turns
            ]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            logger.warning("A dialogue cannot be read and starts anew", extra={"user_id": user_id})
            return []

    def _write(self, turns: list[tuple[int, Turn]], *, chat_id: int, user_id: int) -> None:
        lines = [
            {"request": number, "question": one.question[:_LONGEST], "answer": one.answer[:_LONGEST]}
            for number, one in turns[-_TURNS:]
        ]
        file = self._file(chat_id, user_id)
        new = file.with_suffix(".new")
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")
            new.replace(file)
        except OSError as error:
            logger.warning("A dialogue cannot be written: %s", error.strerror, extra={"user_id": user_id})

    def forget(self, *, chat_id: int, user_id: int) -> None:
        """Start afresh."""
        self._file(chat_id, user_id).unlink(missing_ok=True)

    def forget_person(self, user_id: int) -> None:
        """Forget a person's dialogues in all chats."""
        for file in self._directory.glob(f"*_{user_id}.json"):
            file.unlink(missing_ok=True)

    def _file(self, chat_id: int, user_id: int) -> Path:
        return self._directory / f"{chat_id}_{user_id}.json"

"""Long or forwarded text, which may be meant as a document or as a question: the owner is asked by two buttons.

Telegram's apps cut a long text into messages of 4096 characters, and several messages are forwarded at once: what
follows within seconds belongs together and is asked about once. The texts wait on the bot's volume for the answer.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiogram.methods import AnswerCallbackQuery, DeleteMessage, SendMessage
from aiogram.types import ReplyParameters

from personal_bot.requests.status_message import keyboard
from personal_bot.state import json_files
from personal_bot.texts import known, say

if TYPE_CHECKING:
    from pathlib import Path

    from personal_bot.telegram.client import Connection
    from personal_bot.telegram.updates import Ask, Material, Press, Sender

MATERIAL = "material"  # callback data: material:<add or answer>:<id of the first message>
LONG = 1000  # characters from which a text without a question is asked about
_CUT = 4000  # a text of so many characters was probably cut by the app, and the rest follows
_TOGETHER = timedelta(seconds=3)
_EDGE = 200  # characters at the beginning and the end in which a question is looked for
_KEPT = 7 * 86400  # seconds
_LONGEST_TITLE = 60
_NO_NAME = re.compile(r"[^\w\s.,()–-]+")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a button says about a text: whether it is to be added, and all of its messages, the first one's id first."""

    first: int
    add: bool
    name: str
    text: str


def is_question(text: str) -> bool:
    """Whether a text is asked rather than shown: short, or with a question at its beginning or end."""
    return len(text) < LONG or "?" in text[:_EDGE] or "?" in text[-_EDGE:]


class Materials:
    """The texts that wait to be decided on."""

    def __init__(self, *, connection: Connection, folder: Path) -> None:
        """`folder` on the bot's volume keeps the texts for a week at most."""
        self._connection = connection
        self._folder = folder

    def continues(self, ask: Ask, date: datetime) -> bool:
        """Whether what looks like a question is the rest of a text that the person's app cut."""
        found = self._beside(ask.sender, date)
        return found is not None and len(found[1]["parts"][max(found[1]["parts"], key=int)]["text"]) >= _CUT

    async def offer(self, material: Material) -> None:
        """Keep a text and ask about it, once for what belongs together.

        Raises:
            OSError: the volume is full.
        """
        sender = material.sender
        first, kept = self._beside(sender, material.date) or (sender.message_id, {"asked": False, "parts": {}})
        part = {"text": material.text, "author": material.author, "date": material.date.isoformat()}
        kept["parts"][str(sender.message_id)] = part
        json_files.write(self._file(sender, first), kept)
        if kept["asked"] or first != sender.message_id:
            return
        self._sweep()
        keys = {"add": "material_add", "answer": "material_answer"}
        choices = [[(say(sender.language, known(key)), f"{MATERIAL}:{choice}:{first}")] for choice, key in keys.items()]
        question = SendMessage(
            chat_id=sender.chat_id,
            text=say(sender.language, "material_ask"),
            reply_markup=keyboard(choices),
            reply_parameters=ReplyParameters(message_id=first, allow_sending_without_reply=True),
        )
        await self._connection.deliver(question, chat_id=sender.chat_id)
        if kept := json_files.read(self._file(sender, first)):  # more may have come meanwhile
            json_files.write(self._file(sender, first), kept | {"asked": True})

    async def chosen(self, press: Press) -> Chosen | None:
        """Answer a button and take its question away; gives what it says, None when the text is not kept any more."""
        await self._connection.attempt(AnswerCallbackQuery(callback_query_id=press.query_id))
        message = DeleteMessage(chat_id=press.sender.chat_id, message_id=press.sender.message_id)
        await self._connection.attempt(message)
        _, choice, first = (*press.data.split(":"), "", "")[:3]
        kept = json_files.read(self._file(press.sender, int(first))) if first.isdecimal() else None
        if not kept:
            return None
        parts = kept["parts"]
        ordered = [parts[number] for number in sorted(parts, key=int)]
        text = "\n\n".join(f"{one['author']}, {one['date'][:16]}:\n{one['text']}" for one in ordered if one["author"])
        text = text or "\n".join(one["text"] for one in ordered)
        name = named(ordered[0]["text"], datetime.fromisoformat(ordered[0]["date"]))
        return Chosen(first=int(first), add=choice == "add", name=name, text=text)

    def forget(self, sender: Sender, first: int) -> None:
        """Forget a text that was decided on."""
        self._file(sender, first).unlink(missing_ok=True)

    def forget_person(self, user_id: int) -> None:
        """Forget what waits in a person's private chat, which has the person's id."""
        for file in self._folder.glob(f"{user_id}-*.json"):
            file.unlink(missing_ok=True)

    def _beside(self, sender: Sender, date: datetime) -> tuple[int, dict[str, Any]] | None:
        """What was sent within seconds of this and waits in the chat: the id of its first message, and what is kept."""
        for file in self._folder.glob(f"{sender.chat_id}-*.json"):
            kept = json_files.read(file)
            dates = [datetime.fromisoformat(part["date"]) for part in kept["parts"].values()] if kept else []
            if any(abs(date - one) <= _TOGETHER for one in dates):
                return int(file.stem.rpartition("-")[2]), kept
        return None

    def _file(self, sender: Sender, first: int) -> Path:
        return self._folder / f"{sender.chat_id}-{first}.json"

    def _sweep(self) -> None:
        oldest = time.time() - _KEPT
        for file in self._folder.glob("*.json"):
            if file.stat().st_mtime < oldest:
                file.unlink(missing_ok=True)


def named(text: str, date: datetime) -> str:
    """Give a text the name of a document: its first words, and when it was sent."""
    line = " ".join(_NO_NAME.sub(" ", text.strip().partition("\n")[0]).split())
    title = line if len(line) <= _LONGEST_TITLE else line[:_LONGEST_TITLE].rpartition(" ")[0] or line[:_LONGEST_TITLE]
    return f"{title}, {date:%Y-%m-%d %H.%M.%S}.txt".lstrip(", ")

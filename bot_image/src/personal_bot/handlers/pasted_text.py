"""Long or forwarded text, which may be meant as a document or as a question: two buttons ask the owner.

Telegram's apps cut a long text into messages of 4096 characters, and people forward several messages at once. What
follows within seconds belongs together, and the bot asks about it once. The texts wait on the bot's volume.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from personal_bot.handlers.messenger import Messenger
from personal_bot.requests.costs import Kind
from personal_bot.requests.runner import Answering, Job, Work
from personal_bot.state import json_files
from personal_bot.telegram.buttons import PastedTextButton
from personal_bot.telegram.intents import PastedText, Press, Sender, TextQuestion
from personal_bot.telegram.markup import Piece
from personal_bot.texts import known, say

_CUT: Final = 4000  # characters of a text that the app has probably cut, so that the rest follows
_TOGETHER: Final = timedelta(seconds=3)
_KEPT: Final = 7 * 86400  # seconds
_LONGEST_TITLE: Final = 60  # characters
_NO_NAME: Final = re.compile(r"[^\w\s.,()–-]+")
_CHOICES: Final = {"add": "material_add", "answer": "material_answer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenText:
    """A text that somebody decided on: all of its messages together, with the name of the document that it makes."""

    name: str
    text: str


Adding = Callable[[Sender, ChosenText, int], Work]
"""The work that takes a text into the knowledge."""


class PastedTexts:
    """The texts that wait for a decision."""

    def __init__(self, *, messenger: Messenger, folder: Path, adding: Adding, answering: Answering) -> None:
        """`folder` on the bot's volume keeps the texts for a week at most."""
        self._messenger = messenger
        self._folder = folder
        self._adding = adding
        self._answering = answering

    def continues(self, question: TextQuestion, date: datetime) -> bool:
        """Whether what looks like a question is the rest of a text that the person's app has cut."""
        if not (found := self._beside(question.sender, date)):
            return False
        parts = found[1]["parts"]
        return len(parts[max(parts, key=int)]["text"]) >= _CUT

    async def offer(self, pasted: PastedText, _: int) -> None:
        """Keep a text and ask about it, once for what belongs together.

        Raises:
            OSError: the volume is full.
        """
        sender = pasted.sender
        first, kept = self._beside(sender, pasted.date) or (sender.message_id, {"asked": False, "parts": {}})
        part = {"text": pasted.text, "author": pasted.author, "date": pasted.date.isoformat()}
        kept["parts"][str(sender.message_id)] = part
        json_files.write(self._file(sender, first), kept)
        if kept["asked"] or first != sender.message_id:
            return

        self._sweep()
        rows = tuple(
            (PastedTextButton(choice=choice, first=first).labelled(say(sender.language, known(key))),)
            for choice, key in _CHOICES.items()
        )
        await self._messenger.reply(sender, Piece(text=say(sender.language, "material_ask")), rows, to=first)

        # Read again: more of the text may have come meanwhile.
        if kept := json_files.read(self._file(sender, first)):
            json_files.write(self._file(sender, first), kept | {"asked": True})

    async def press(self, press: Press[PastedTextButton], request_id: int) -> Job | None:
        """Do with a text what a button says, and take the question away."""
        await self._messenger.remove(press)
        button = press.button
        chosen = self._chosen(press.sender, button.first)
        if chosen is None:
            await self._messenger.say(press.sender, "material_gone")
            return None

        sender = replace(press.sender, message_id=button.first)
        if button.choice == "add":
            kind, work = Kind.DOCUMENT, self._adding(sender, chosen, request_id)
        else:
            question = TextQuestion(sender=sender, text=chosen.text)
            kind, work = Kind.QUESTION, self._answering(question, request_id)
        return Job(sender=sender, kind=kind, work=work, afterwards=lambda: self._forget(sender, button.first))

    def forget_person(self, user_id: int) -> None:
        """Forget what waits in a person's private chat, which has the person's id."""
        for file in self._folder.glob(f"{user_id}-*.json"):
            file.unlink(missing_ok=True)

    def _chosen(self, sender: Sender, first: int) -> ChosenText | None:
        """The text whose first message has this id; None when the bot does not keep it any more."""
        kept = json_files.read(self._file(sender, first))
        if not kept:
            return None

        parts = kept["parts"]
        ordered = [parts[number] for number in sorted(parts, key=int)]
        text = "\n\n".join(f"{one['author']}, {one['date'][:16]}:\n{one['text']}" for one in ordered if one["author"])
        text = text or "\n".join(one["text"] for one in ordered)
        return ChosenText(name=named(ordered[0]["text"], datetime.fromisoformat(ordered[0]["date"])), text=text)

    def _forget(self, sender: Sender, first: int) -> None:
        self._file(sender, first).unlink(missing_ok=True)

    def _beside(self, sender: Sender, date: datetime) -> tuple[int, dict[str, Any]] | None:
        """What came within seconds of this and waits in the chat: the id of its first message, and what is kept."""
        for file in self._folder.glob(f"{sender.chat_id}-*.json"):
            kept = json_files.read(file)
            dates = [datetime.fromisoformat(part["date"]) for part in kept["parts"].values()] if kept else []
            if any(abs(date - one) <= _TOGETHER for one in dates):
                return int(file.stem.rpartition("-")[2]), kept
        return None

    def _file(self, sender: Sender, first: int) -> Path:
        return self._folder / f"{sender.chat_id}-{first}.json"

    def _sweep(self) -> None:
        """Remove texts that nobody decided on."""
        oldest = time.time() - _KEPT
        for file in self._folder.glob("*.json"):
            if file.stat().st_mtime < oldest:
                file.unlink(missing_ok=True)


def named(text: str, date: datetime) -> str:
    """The name of a document for a text: its first words, and when somebody sent it."""
    line = " ".join(_NO_NAME.sub(" ", text.strip().partition("\n")[0]).split())
    title = line if len(line) <= _LONGEST_TITLE else line[:_LONGEST_TITLE].rpartition(" ")[0] or line[:_LONGEST_TITLE]
    return f"{title}, {date:%Y-%m-%d %H.%M.%S}.txt".lstrip(", ")

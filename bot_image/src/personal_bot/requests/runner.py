"""Runs a request from its first sign in the chat to its answer, whatever happens in between.

Each request has a status message, a turn in the line, a time limit and a stop button of its own, and nothing else that
another one can see. What happens to it is journalled, so that the next process can go on: it delivers an answer that is
made already, or makes it in the same message.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiogram.exceptions import AiogramError
from aiogram.methods import SendMessage

from personal_bot.models import Refusal
from personal_bot.requests import progress
from personal_bot.requests.admission import Ticket
from personal_bot.requests.results import Result, failed, refused, sentence
from personal_bot.requests.status_message import StatusMessage
from personal_bot.requests.suspects import GIVEN_UP, Suspects
from personal_bot.texts import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from personal_bot.metrics import Metrics
    from personal_bot.requests.admission import Admission
    from personal_bot.requests.costs import Kind
    from personal_bot.requests.journal import Entry, Journal
    from personal_bot.state.dialogues import Dialogues
    from personal_bot.state.usage import Spent, Usage
    from personal_bot.telegram.client import Connection
    from personal_bot.telegram.updates import Sender

    Work = Callable[["StatusMessage"], Awaitable[Result]]

_GRACE = 5.0  # seconds beyond the time limit for work to end with what there is by itself

log = logging.getLogger(__name__)


@dataclass(eq=False, kw_only=True)
class _Running:
    sender: Sender
    work: asyncio.Task[Result] | None = None
    stopped: bool = False
    begun: bool = False

    def stop(self) -> None:
        self.stopped = True
        if self.work:
            self.work.cancel()


class Runner:
    """Runs the requests of one bot."""

    def __init__(  # noqa: PLR0913 - it brings these together, which is its purpose
        self,
        *,
        connection: Connection,
        journal: Journal,
        dialogues: Dialogues,
        admission: Admission,
        metrics: Metrics,
        usage: Usage,
        request_timeout: float,
        owner_id: int,
    ) -> None:
        """`request_timeout`: seconds that a request may run, not counting its time in the line."""
        self._owner_id = owner_id
        self._connection = connection
        self._journal = journal
        self._dialogues = dialogues
        self._admission = admission
        self._metrics = metrics
        self._usage = usage
        self._request_timeout = request_timeout
        self._running: dict[int, _Running] = {}
        self._suspects = Suspects()

    async def run(self, entry: Entry, sender: Sender, kind: Kind, work: Work) -> None:
        """Run a request to its end. Cancelled, it leaves the request for the next process."""
        running = self._running[entry.id] = _Running(sender=sender)
        status = StatusMessage(
            self._connection,
            chat_id=sender.chat_id,
            reply_to=sender.message_id,
            request_id=entry.id,
            language=sender.language,
            messages=entry.messages,
            on_sent=lambda messages: self._journal.sent(entry, messages),
        )
        outcome = "interrupted"
        spent: Spent | None = None
        self._log("A request begins", sender, kind=kind.value)
        try:
            await status.open()
            with self._usage.spending(sender.user_id) as spent:
                result = await self._result(entry, running, kind, status, work)
            outcome = result.outcome
            await status.close(result.pieces, result.buttons, result.attachments)
            await self._journal.finish(entry)
            for attachment in result.attachments:
                if not attachment.kept:
                    await asyncio.to_thread(Path(attachment.path).unlink, missing_ok=True)
            if self._usage.warning_due():
                await self._warn(sender.language)
        except AiogramError as error:
            # Blocked, deleted, thrown out of the group: there is nobody to answer to.
            log.warning("Telegram does not take the answer: %s", error, extra={"user_id": sender.user_id})
            outcome = "undeliverable"
            await self._journal.finish(entry)
        except asyncio.CancelledError:
            if running.begun:
                await self._journal.interrupt(entry)
            await status.pause(progress.GOING_ON)
            raise
        finally:
            del self._running[entry.id]
            self._metrics.requests.labels(kind.value, outcome).inc()
            self._metrics.duration.labels(kind.value).observe(status.elapsed)
            self._log(
                "A request ends",
                sender,
                kind=kind.value,
                outcome=outcome,
                elapsed=round(status.elapsed, 2),
                prompt_tokens=spent.prompt if spent else 0,
                completion_tokens=spent.completion if spent else 0,
            )

    def stop(self, *, user_id: int, request_id: int | None = None, chat_id: int | None = None) -> int:
        """Stop a person's request, or all of them in a chat; returns how many."""
        found = [
            running
            for number, running in self._running.items()
            if running.sender.user_id == user_id and (number == request_id or running.sender.chat_id == chat_id)
        ]
        for running in found:
            running.stop()
        return len(found)

    async def _result(self, entry: Entry, running: _Running, kind: Kind, status: StatusMessage, work: Work) -> Result:
        sender = running.sender
        if entry.answer is not None:
            result = Result.from_json(entry.answer)
        elif entry.attempts >= GIVEN_UP:
            result = sentence(sender.language, "gave_up", outcome="failed", times=entry.attempts)
        else:
            result = await self._made(entry, running, kind, status, work)
        if entry.answer is None:
            await self._journal.answered(entry, result.to_json())
        if result.turn:  # of an answer that was made before too: the process may have died just here
            self._dialogues.add(result.turn, request_id=entry.id, chat_id=sender.chat_id, user_id=sender.user_id)
        return result

    async def _made(self, entry: Entry, running: _Running, kind: Kind, status: StatusMessage, work: Work) -> Result:
        """The result of the work, or what ended it instead."""
        language = running.sender.language
        running.work = asyncio.create_task(self._admitted(entry, running, kind, status, work))
        try:
            return await running.work
        except asyncio.CancelledError:
            if not running.stopped:
                running.work.cancel()
                with contextlib.suppress(BaseException):
                    await running.work
                raise
            return sentence(language, "stopped", outcome="stopped", body=status.body)
        except TimeoutError:
            minutes = max(1, round(self._request_timeout / 60))
            return sentence(language, "timed_out", outcome="timed_out", body=status.body, minutes=minutes)
        except Refusal as refusal:
            return refused(refusal, language=language, body=status.body)
        except Exception as error:  # noqa: BLE001 - the person gets a sentence, the log the error
            return failed(error, language=language, body=status.body)

    async def _admitted(self, entry: Entry, running: _Running, kind: Kind, status: StatusMessage, work: Work) -> Result:
        ticket = Ticket(
            user_id=running.sender.user_id, kind=kind, on_place=lambda place: status.show(progress.in_line(place))
        )
        trial = self._suspects.trial(entry.attempts, on_wait=lambda: status.show(progress.AGAIN))
        async with trial, self._admission.turn(ticket):
            if ticket.place or entry.attempts:
                status.show(progress.RECEIVED)
            running.begun = True
            await self._journal.begin(entry)
            async with asyncio.timeout(self._request_timeout + _GRACE):
                return await work(status)

    async def _warn(self, language: str) -> None:
        """Tell the owner that the month's budget is nearly spent."""
        text = say(language, "budget_nearly_spent")
        await self._connection.attempt(SendMessage(chat_id=self._owner_id, text=text))

    def _log(self, message: str, sender: Sender, **fields: object) -> None:
        fields |= {"user_id": sender.user_id, "active": self._admission.active, "queued": self._admission.queued}
        log.info(message, extra=fields)

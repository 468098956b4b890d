"""Runs a request from its first status in the chat to its answer, whatever happens in between.

Each request has its own status message, turn in the queue, time limit and stop button, and shares nothing else with the
others. The journal has what happens to it, so that the next process can go on: it delivers an answer that is there
already, or makes the answer in the same message.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiogram.exceptions import AiogramError
from aiogram.methods import SendMessage

from personal_bot.metrics import Metrics
from personal_bot.models import RefusedError
from personal_bot.requests import progress
from personal_bot.requests.admission import Admission, Request
from personal_bot.requests.costs import Kind
from personal_bot.requests.journal import Entry, Journal
from personal_bot.requests.results import Attachment, Result, failed, refused, sentence
from personal_bot.requests.status_message import StatusMessage
from personal_bot.requests.suspects import GIVEN_UP, Suspects
from personal_bot.state.dialogues import Dialogues
from personal_bot.state.usage import Spent, Usage
from personal_bot.telegram.client import Connection
from personal_bot.telegram.intents import Sender, TextQuestion
from personal_bot.texts import say

Work = Callable[[StatusMessage], Awaitable[Result]]

Answering = Callable[[TextQuestion, int], Work]
"""The work that answers a question, whose passages the bot keeps under the id of the request."""

_GRACE: Final = 5.0  # seconds beyond the time limit in which work may end by itself, with what there is

logger = logging.getLogger(__name__)


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a handler leaves to the queue.

    Attributes:
        sender: gets the answer, as a reply to `sender.message_id`.
        kind: what it costs.
        work: makes the result, and shows its progress meanwhile.
        afterwards: called when the answer is delivered.
    """

    sender: Sender
    kind: Kind
    work: Work
    afterwards: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerConfig:
    """Settings of a runner.

    Attributes:
        request_timeout: seconds that a request may run, without its time in the queue.
        owner_id: whom it warns when the month's budget is nearly spent.
    """

    request_timeout: float
    owner_id: int


@dataclass(slots=True, eq=False, kw_only=True)
class _Running:
    entry: Entry
    job: Job
    status: StatusMessage
    task: asyncio.Task[Result] | None = None
    stopped: bool = False
    begun: bool = False

    @property
    def language(self) -> str:
        return self.job.sender.language

    def stop(self) -> None:
        self.stopped = True
        if self.task:
            self.task.cancel()


class Runner:
    """Runs the requests of one bot."""

    def __init__(  # noqa: PLR0913 - everything that a request passes through
        self,
        config: RunnerConfig,
        *,
        connection: Connection,
        journal: Journal,
        dialogues: Dialogues,
        admission: Admission,
        metrics: Metrics,
        usage: Usage,
    ) -> None:
        self._config = config
        self._connection = connection
        self._journal = journal
        self._dialogues = dialogues
        self._admission = admission
        self._metrics = metrics
        self._usage = usage

        self._running: dict[int, _Running] = {}
        self._suspects = Suspects()

    async def run(self, entry: Entry, job: Job) -> None:
        """Run a request to its end. When it is cancelled, it leaves the request to the next process."""
        running = self._running[entry.id] = _Running(entry=entry, job=job, status=self._status(entry, job.sender))
        outcome, spent = "interrupted", Spent()
        self._log("A request begins", job.sender, kind=job.kind.value)

        try:
            await running.status.open()
            with self._usage.spending(job.sender.user_id) as spent:
                result = await self._result(running)
            outcome = result.outcome
            await self._deliver(running, result)
        except AiogramError as error:
            # Blocked, deleted, thrown out of the group: nobody can get the answer.
            logger.warning("Telegram does not take the answer: %s", error, extra={"user_id": job.sender.user_id})
            outcome = "undeliverable"
            await self._journal.finish(entry)
        except asyncio.CancelledError:
            if running.begun:
                await self._journal.interrupt(entry)
            await running.status.pause(progress.GOING_ON)
            raise
        finally:
            del self._running[entry.id]
            self._count(running, outcome, spent)

        job.afterwards()

    def stop(self, *, user_id: int, request_id: int | None = None, chat_id: int | None = None) -> int:
        """Stop a person's request, or all of them in a chat; returns how many."""
        found = [
            running
            for number, running in self._running.items()
            if running.job.sender.user_id == user_id and (number == request_id or running.job.sender.chat_id == chat_id)
        ]
        for running in found:
            running.stop()
        return len(found)

    def stop_answer(self, *, chat_id: int, message_id: int) -> None:
        """Stop the answer to a message, which reads otherwise now."""
        for running in list(self._running.values()):
            sender = running.job.sender
            if (sender.chat_id, sender.message_id) == (chat_id, message_id):
                running.stop()

    def _status(self, entry: Entry, sender: Sender) -> StatusMessage:
        return StatusMessage(
            self._connection,
            sender=sender,
            request_id=entry.id,
            messages=entry.messages,
            on_sent=lambda messages: self._journal.sent(entry, messages),
        )

    async def _result(self, running: _Running) -> Result:
        """The result, from the journal or from the work; it is in the journal afterwards."""
        entry, sender = running.entry, running.job.sender
        if entry.answer is not None:
            result = Result.from_json(entry.answer)
        elif entry.attempts >= GIVEN_UP:
            result = sentence(sender.language, "gave_up", outcome="failed", times=entry.attempts)
        else:
            result = await self._made(running)

        if entry.answer is None:
            await self._journal.answered(entry, result.to_json())
        # Also for an answer from the journal: the process may have died just here.
        if result.turn:
            self._dialogues.add(result.turn, request_id=entry.id, chat_id=sender.chat_id, user_id=sender.user_id)
        return result

    async def _made(self, running: _Running) -> Result:
        """The result of the work, or the sentence on what ended it."""
        language, status = running.language, running.status
        running.task = asyncio.create_task(self._admitted(running))

        try:
            return await running.task
        except asyncio.CancelledError:
            if not running.stopped:
                # The process ends: its shutdown cancels this task, not the one of the work.
                running.task.cancel()
                with contextlib.suppress(BaseException):
                    await running.task
                raise
            return sentence(language, "stopped", outcome="stopped", body=status.body)
        except TimeoutError:
            minutes = max(1, round(self._config.request_timeout / 60))
            return sentence(language, "timed_out", outcome="timed_out", body=status.body, minutes=minutes)
        except RefusedError as refusal:
            return refused(refusal, language=language, body=status.body)
        except Exception as error:  # noqa: BLE001 - the person gets a sentence, the log the error
            return failed(error, language=language, body=status.body)

    async def _admitted(self, running: _Running) -> Result:
        """Wait for the turn, and do the work."""
        entry, job, status = running.entry, running.job, running.status
        request = Request(
            user_id=job.sender.user_id,
            kind=job.kind,
            on_position=lambda position: status.show(progress.in_queue(position)),
        )
        trial = self._suspects.trial(entry.attempts, on_wait=lambda: status.show(progress.AGAIN))

        async with trial, self._admission.turn(request):
            if request.position or entry.attempts:
                status.show(progress.RECEIVED)
            running.begun = True
            # Before the work: when it kills the process, the next one knows that this request may be why.
            await self._journal.begin(entry)
            async with asyncio.timeout(self._config.request_timeout + _GRACE):
                return await job.work(status)

    async def _deliver(self, running: _Running, result: Result) -> None:
        await running.status.close(result.pieces, result.buttons, result.attachments)
        await self._journal.finish(running.entry)

        # Only now: until the journal says that it is finished, the next process may have to send the files again.
        await _remove(result.attachments)
        if self._usage.warning_due():
            await self._warn(running.language)

    async def _warn(self, language: str) -> None:
        """Tell the owner that the month's budget is nearly spent."""
        owner = self._config.owner_id
        await self._connection.attempt(SendMessage(chat_id=owner, text=say(language, "budget_nearly_spent")))

    def _count(self, running: _Running, outcome: str, spent: Spent) -> None:
        """Put the end of a request into the metrics and the log."""
        kind, elapsed = running.job.kind.value, running.status.elapsed
        self._metrics.requests.labels(kind, outcome).inc()
        self._metrics.duration.labels(kind).observe(elapsed)
        self._log(
            "A request ends",
            running.job.sender,
            kind=kind,
            outcome=outcome,
            elapsed=round(elapsed, 2),
            prompt_tokens=spent.prompt,
            completion_tokens=spent.completion,
        )

    def _log(self, message: str, sender: Sender, **fields: object) -> None:
        fields |= {"user_id": sender.user_id, "active": self._admission.active, "queued": self._admission.queued}
        logger.info(message, extra=fields)


async def _remove(attachments: tuple[Attachment, ...]) -> None:
    for attachment in attachments:
        if not attachment.kept:
            await asyncio.to_thread(Path(attachment.path).unlink, missing_ok=True)

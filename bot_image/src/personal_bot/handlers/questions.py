"""Questions and queries about chats: the bot answers them, in the queue, and shows meanwhile how far it is."""

import contextlib
import functools
from dataclasses import replace
from datetime import UTC, date, datetime

from personal_bot.answers.answerer import Answerer
from personal_bot.answers.citations import readable
from personal_bot.archives import chat_query
from personal_bot.archives.chat_query import ChatQuery
from personal_bot.handlers.chats.archive import Chats
from personal_bot.handlers.groups.membership import Groups
from personal_bot.handlers.readers import Readers
from personal_bot.models import Answer, Question, RefusedError, StageReached, TextSoFar, Waiting
from personal_bot.requests import progress
from personal_bot.requests.answers import AnswerResults
from personal_bot.requests.costs import Kind
from personal_bot.requests.results import Result
from personal_bot.requests.runner import Job, Work
from personal_bot.requests.status_message import StatusMessage
from personal_bot.state.dialogues import Dialogues
from personal_bot.state.preferences import Preferences, PreferencesStore
from personal_bot.telegram.intents import Command, Sender, TextQuestion


class Questions:
    """Answers questions."""

    def __init__(  # noqa: PLR0913 - an answer comes from all of these
        self,
        *,
        readers: Readers,
        answerer: Answerer,
        dialogues: Dialogues,
        preferences: PreferencesStore,
        results: AnswerResults,
        chats: Chats,
        groups: Groups,
    ) -> None:
        self._readers = readers
        self._answerer = answerer
        self._dialogues = dialogues
        self._preferences = preferences
        self._results = results
        self._chats = chats
        self._groups = groups

    async def question(self, question: TextQuestion, request_id: int) -> Job:
        """Answer a question."""
        return Job(sender=question.sender, kind=Kind.QUESTION, work=self.work(question, request_id))

    async def chat_command(self, command: Command, _: int) -> Job:
        """Answer a command about chats."""
        query = chat_query.of_command(command.name, command.arguments, today=_today())
        return Job(sender=command.sender, kind=Kind.QUESTION, work=self._about_chats(query, command.sender))

    def work(self, question: TextQuestion, request_id: int) -> Work:
        """The work that answers a question; words are a query about chats only where there are chats."""
        query = None if self._chats.empty else chat_query.of_words(question.text, today=_today())
        if query:
            return self._about_chats(query, question.sender)
        return functools.partial(self._answer, question, request_id)

    def _about_chats(self, query: ChatQuery, sender: Sender) -> Work:
        """In a group a query is about the group alone, unless the owner allows more."""
        everything = sender.private or self._groups.everything(sender.chat_id)
        return functools.partial(self._chats.do, query, sender, group=None if everything else sender.chat_id)

    async def _answer(self, asked: TextQuestion, request_id: int, status: StatusMessage) -> Result:
        """Answer from the documents; the bot keeps the passages under `request_id`.

        Raises:
            RefusedError: there is no answer, and why.
        """
        await self._readers.settled()
        sender = asked.sender
        preferences = self._preferences.of(sender.user_id)
        await self._chats.refresh(sender.user_id)

        group = None if sender.private else await self._groups.answers_from(sender.chat_id)
        readable = None if group or self._readers.unlimited(sender) else await self._readers.documents(sender)
        chosen = frozenset[str]() if asked.documents else await self._chosen(preferences, sender)
        if preferences.documents and not (chosen or group or asked.documents):
            self._preferences.change(sender.user_id, documents=())
            raise RefusedError("scope_gone")

        documents = asked.documents or (frozenset({group}) if group else chosen)
        question = self._context(asked, preferences, documents)
        if readable is not None:
            question = replace(question, readable=frozenset(one.id for one in readable))
        answer = await self._answered(question, status)
        return await self._results.result(
            answer,
            question=asked.text,
            sender=sender,
            request_id=request_id,
            chosen=0 if group else len(chosen),
        )

    async def _chosen(self, preferences: Preferences, sender: Sender) -> frozenset[str]:
        """The ids of the documents that the person chose and that still exist."""
        return preferences.chosen(await self._readers.documents(sender)) if preferences.documents else frozenset()

    def _context(self, asked: TextQuestion, preferences: Preferences, documents: frozenset[str]) -> Question:
        """The question, with everything that it takes to answer it."""
        sender = asked.sender
        return Question(
            user_id=sender.user_id,
            chat_id=sender.chat_id,
            text=asked.whole,
            language=sender.language,
            dialogue=self._dialogues.turns(chat_id=sender.chat_id, user_id=sender.user_id),
            document_ids=documents,
            model=preferences.model,
            length=preferences.length,
            instructions=preferences.instructions,
        )

    async def _answered(self, question: Question, status: StatusMessage) -> Answer:
        stage, body = progress.RECEIVED, ""
        async with contextlib.aclosing(self._answerer.answer(question)) as events:
            async for event in events:
                match event:
                    case Answer():
                        return event
                    case Waiting():
                        status.show(progress.waiting(event, body))
                        continue
                    case StageReached():
                        stage = progress.at_stage(event.stage)
                    case TextSoFar():
                        body = readable(event.text)
                status.show(stage.with_body(body))
        raise RuntimeError("the answer ended without an answer")


def _today() -> date:
    return datetime.now(UTC).date()

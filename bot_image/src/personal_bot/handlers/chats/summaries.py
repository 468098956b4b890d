"""Dossiers and digests: figures that the bot counts, then the model's summary of the messages, with links to them."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from personal_bot.archives import queries
from personal_bot.archives.archives import Archives
from personal_bot.archives.chunking import address, place, written
from personal_bot.archives.digest import PORTION_MESSAGES, PORTION_TOKENS, MessagesRead, Notes, SummedUp
from personal_bot.archives.queries import Author, Chat, Found, Scope
from personal_bot.handlers.chats.rendering import (
    TimeLeft,
    busiest,
    called,
    day,
    document_name,
    names,
    nothing_written,
    number,
    share,
    title,
)
from personal_bot.llm.client import LLM
from personal_bot.models import Answer, Passage, Place, TextSoFar, Waiting
from personal_bot.requests import progress
from personal_bot.requests.answers import AnswerResults
from personal_bot.requests.progress import Progress
from personal_bot.requests.results import Result, sentence
from personal_bot.requests.status_message import StatusMessage
from personal_bot.telegram.intents import Sender
from personal_bot.texts import say

_READING: Final = 0.8  # of a request's time; the rest is for writing the summary
_NAMED: Final = 5  # people in a sentence


class Summaries:
    """Makes dossiers and digests."""

    def __init__(self, archives: Archives, llm: LLM, results: AnswerResults, *, request_timeout: float) -> None:
        """`request_timeout`: seconds that one may take."""
        self._archives = archives
        self._notes = Notes(llm)
        self._results = results
        self._seconds = request_timeout * _READING

    async def dossier(  # noqa: PLR0913 - who, on whom, of what
        self,
        author: Author,
        scope: Scope,
        *,
        chats: Sequence[Chat],
        chosen: Sequence[Chat],
        sender: Sender,
        status: StatusMessage,
    ) -> Result:
        """Everything about one participant.

        Raises:
            RefusedError: the LLM service cannot or will not.
        """
        language = sender.language
        own = replace(scope, authors=(author.key,))
        activity = await self._archives.ask(lambda c: queries.activity(c, own))
        if not activity.messages:
            return nothing_written(own, chats, chosen, language=language)

        everybody = await self._archives.ask(lambda c: queries.activity(c, scope))
        partners = await self._archives.ask(lambda c: queries.partners(c, own, limit=_NAMED))
        figures = say(
            language,
            "dossier_numbers",
            messages=number(activity.messages),
            words=number(activity.words),
            share=share(activity.messages, everybody.messages),
            first=day(activity.first),
            last=day(activity.last),
            **busiest(activity, language),
        )
        if partners:
            listed = ", ".join(f"{name} ({count})" for name, count in partners)
            figures += "\n" + say(language, "dossier_partners", names=listed)

        head = title("dossier_title", own, chosen, language=language, name=called(author))
        about = f"the person {author.name}: what they write about, what they think, know, do and want"
        return await self._summed_up(
            own, head, figures, about=about, total=activity.messages, chats=chats, sender=sender, status=status
        )

    async def digest(
        self, scope: Scope, *, chats: Sequence[Chat], chosen: Sequence[Chat], sender: Sender, status: StatusMessage
    ) -> Result:
        """What the chats were about.

        Raises:
            RefusedError: the LLM service cannot or will not.
        """
        language = sender.language
        activity = await self._archives.ask(lambda c: queries.activity(c, scope))
        if not activity.messages:
            return nothing_written(scope, chats, chosen, language=language)

        top = await self._archives.ask(lambda c: queries.top(c, scope, limit=_NAMED))
        figures = say(
            language,
            "digest_numbers",
            messages=number(activity.messages),
            authors=number(activity.authors),
            names=names(top),
        )

        head = title("digest_title", scope, chosen, language=language)
        about = "what was talked about, agreed, asked and announced"
        return await self._summed_up(
            scope, head, figures, about=about, total=activity.messages, chats=chats, sender=sender, status=status
        )

    async def _summed_up(  # noqa: PLR0913 - figures above, a text below
        self,
        scope: Scope,
        head: str,
        figures: str,
        *,
        about: str,
        total: int,
        chats: Sequence[Chat],
        sender: Sender,
        status: StatusMessage,
    ) -> Result:
        async def portion(after: Found | None) -> list[Found]:
            return await self._archives.ask(
                lambda c: queries.portion(c, scope, after, most=PORTION_MESSAGES, weight=PORTION_TOKENS)
            )

        language = sender.language
        above, left = f"**{_plain(head)}**\n\n{_plain(figures)}", TimeLeft()
        status.show(_reading(0, total, "?", above))

        events = self._notes.sum_up(portion, about=about, language=language, seconds=self._seconds)
        async with contextlib.aclosing(events):
            async for event in events:
                match event:
                    case MessagesRead():
                        status.show(_reading(event.messages, total, left.after(event.messages, total), above))
                    case Waiting():
                        status.show(progress.waiting(event, above))
                    case TextSoFar():
                        status.show(Progress(key="stage_writing", body=f"{above}\n\n{event.text}"))
                    case SummedUp():
                        if not event.complete:
                            above += "\n\n" + say(
                                language, "notes_partly", done=number(event.read), total=number(total)
                            )
                        text = f"{above}\n\n{event.text}"
                        answer = Answer(text=text, sources=_passages(event, chats))
                        return await self._results.result(
                            answer, question=head, sender=sender, request_id=status.request_id
                        )
        return sentence(language, "stopped", outcome="stopped")


def _reading(done: int, total: int, left: str, body: str) -> Progress:
    values = (("done", number(done)), ("total", number(total)), ("left", left))
    return Progress(key="notes_progress", values=values, body=body)


def _passages(event: SummedUp, chats: Sequence[Chat]) -> tuple[Passage, ...]:
    """The messages behind a summary, as sources."""
    known = {chat.key: chat for chat in chats}

    made = []
    for source in event.sources:
        chat, line = known[source.chat], source.line
        where = place(line.author, line.at, line.id)
        made.append(
            Passage(
                document_id=chat.document,
                document_name=document_name(chat),
                locator=where,
                position=line.id,
                text=written(line),
                score=1.0,
                place=Place(kind="message", value=where, link=address(chat.link, line.id)),
            )
        )
    return tuple(made)


def _plain(text: str) -> str:
    """Escape names, which are no Markdown."""
    return "".join("\\" + sign if sign in "*_[]`~|" else sign for sign in text)

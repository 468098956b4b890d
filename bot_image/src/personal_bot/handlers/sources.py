"""The numbers under an answer: each shows the passage behind it; another button gives the answer as a file."""

import functools

from personal_bot.handlers.messenger import Messenger
from personal_bot.handlers.readers import Readers
from personal_bot.requests.answers import AnswerResults
from personal_bot.requests.costs import Kind
from personal_bot.requests.results import passage_shown
from personal_bot.requests.runner import Job
from personal_bot.state.shown_passages import ShownPassages
from personal_bot.telegram.buttons import AnswerFileButton, CloseButton, SourceButton
from personal_bot.telegram.intents import Press
from personal_bot.texts import say


class Sources:
    """Shows what an answer rests on."""

    def __init__(self, *, messenger: Messenger, shown: ShownPassages, results: AnswerResults, readers: Readers) -> None:
        self._messenger = messenger
        self._shown = shown
        self._results = results
        self._readers = readers

    async def press_source(self, press: Press[SourceButton], _: int) -> None:
        """Show the passage behind a number."""
        sender, button = press.sender, press.button
        passage = self._shown.passage(button.request_id, button.number, chat_id=sender.chat_id)
        if not passage or not self._readers.may_see(passage, sender):
            await self._messenger.answer(press, "source_gone")
            return

        await self._messenger.answer(press)
        piece = passage_shown(passage, number=button.number, language=sender.language)
        close = CloseButton().labelled(say(sender.language, "source_close"))
        await self._messenger.reply(sender, piece, ((close,),), to=sender.message_id)

    async def press_file(self, press: Press[AnswerFileButton], request_id: int) -> Job:
        """Give the answer above the button as a file."""
        work = functools.partial(self._results.as_file, press, request_id)
        return Job(sender=press.sender, kind=Kind.QUESTION, work=work)

"""What is said to the bot itself is answered at once: no search, no LLM service, no place in the queue."""

from typing import Final

from personal_bot.answers.small_talk import Topic, small_talk
from personal_bot.handlers.permissions import guests_choose
from personal_bot.handlers.questions import Questions
from personal_bot.handlers.routes import Outcome
from personal_bot.requests.results import Result, sentence
from personal_bot.requests.runner import Work
from personal_bot.requests.status_message import StatusMessage
from personal_bot.settings import AccessMode, Settings
from personal_bot.telegram.buttons import Page
from personal_bot.telegram.intents import Command, Sender, TextQuestion
from personal_bot.text_keys import TextKey
from personal_bot.texts import say

_COURTESIES: Final[dict[Topic, TextKey]] = {Topic.THANKS: "talk_thanks", Topic.FAREWELL: "talk_farewell"}
_READERS: Final[dict[AccessMode, TextKey]] = {
    AccessMode.OWNER: "talk_readers_owner",
    AccessMode.ALLOW_LIST: "talk_readers_some",
    AccessMode.PUBLIC: "talk_readers_all",
}


class SmallTalk:
    """Answers what is said to the bot itself, and leaves all other questions to the documents."""

    def __init__(self, settings: Settings, questions: Questions) -> None:
        self._settings = settings
        self._questions = questions

    async def question(self, question: TextQuestion, request_id: int) -> Outcome:
        """Answer it, or show what a command shows that is meant by it."""
        topic = small_talk(question.text)
        if topic is None:
            return await self._questions.question(question, request_id)

        sender = question.sender
        if command := self._command(topic, sender):
            return Command(sender=sender, name=command)
        return Page(say(sender.language, self._sentence(topic, sender)))

    def work(self, question: TextQuestion, request_id: int) -> Work:
        """The work that answers what was spoken."""
        topic = small_talk(question.text)
        if topic is None:
            return self._questions.work(question, request_id)

        async def answer(_: StatusMessage) -> Result:
            sender = question.sender
            return sentence(sender.language, self._sentence(topic, sender), outcome="answered")

        return answer

    def _command(self, topic: Topic, sender: Sender) -> str:
        """The command that shows what is asked for; empty when a sentence does."""
        match topic:
            case Topic.ABILITIES:
                return "start"
            case Topic.DOCUMENTS if self._owns(sender) or not sender.private:
                return "docs"
            case Topic.DOCUMENTS if guests_choose(self._settings):
                return "scope"
            case Topic.READERS if not sender.private:
                return "group"
        return ""

    def _sentence(self, topic: Topic, sender: Sender) -> TextKey:
        owner = self._owns(sender)
        match topic:
            case Topic.ABILITIES:
                return "start" if owner else "start_guest"
            case Topic.DOCUMENTS:
                return "talk_documents" if owner else "talk_documents_guest"
            case Topic.READERS:
                return _READERS[self._settings.access_mode] if owner else "talk_readers_guest"
            case Topic.GREETING:
                return "talk_hello" if owner else "talk_hello_guest"
        return _COURTESIES[topic]

    def _owns(self, sender: Sender) -> bool:
        return sender.user_id == self._settings.user_id

"""A follow-up question becomes one that can be searched by itself: «And tea?» → "How long does green tea steep?".

The model rewrites it in one small request. When that fails, only the better search is lost: the question before it
then adds its words.
"""

import asyncio
import contextlib
from typing import Final

from personal_bot.llm.client import LLM
from personal_bot.llm.events import Finished
from personal_bot.llm.protocol import Message
from personal_bot.models import Question, RefusedError

_LONGEST_WAIT: Final = 8.0  # seconds that a better search is worth
_TURNS: Final = 3  # of the dialogue, the newest
_LONGEST_TURN: Final = 400  # characters of an earlier question or answer
_LONGEST: Final = 400
"""Characters; a model that writes more has answered instead of rewriting."""

_INSTRUCTIONS: Final = """\
Rewrite the person's last question as one standalone question that can be understood, and searched for, without the \
conversation before it: put in the names and things that it refers to. Keep its language and its meaning. When it \
stands alone already, repeat it as it is. Write the question and nothing else."""


async def search_text(llm: LLM, question: Question) -> str:
    """Give the text to search by."""
    if not question.dialogue:
        return question.text

    rewritten = ""
    with contextlib.suppress(RefusedError, TimeoutError):
        async with asyncio.timeout(_LONGEST_WAIT), contextlib.aclosing(llm.chat(request(question))) as events:
            async for event in events:
                if isinstance(event, Finished) and event.complete:
                    rewritten = " ".join(event.text.split())

    return rewritten if 0 < len(rewritten) <= _LONGEST else beside_the_one_before(question)


def request(question: Question) -> list[Message]:
    """Make the messages of the request that rewrites a question."""
    messages: list[Message] = [{"role": "system", "content": _INSTRUCTIONS}]
    for turn in question.dialogue[-_TURNS:]:
        messages.append({"role": "user", "content": turn.question[:_LONGEST_TURN]})
        messages.append({"role": "assistant", "content": turn.answer[:_LONGEST_TURN]})

    return [*messages, {"role": "user", "content": f"Question: {question.text}"}]


def beside_the_one_before(question: Question) -> str:
    """Give the question with the one before it, which names what a follow-up leaves out."""
    return f"{question.dialogue[-1].question}\n{question.text}" if question.dialogue else question.text

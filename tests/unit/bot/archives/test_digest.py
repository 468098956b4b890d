"""Many messages summed up in parts: each is read once, and every statement leads back to messages."""

import re

from personal_bot.archives.chunking import Line
from personal_bot.archives.digest import MessagesRead, Notes, SummedUp
from personal_bot.archives.queries import Found
from personal_bot.llm.client import LLM, LLMConfig
from standins.llm import Embedder, LLMStandIn

TALK = [
    Found(chat=1, line=Line(number, "Anna", 60 * number, f"Message number {number} is here."))
    for number in range(1, 901)
]


async def portion(after: Found | None) -> list[Found]:
    start = TALK.index(after) + 1 if after else 0
    return TALK[start : start + 300]


async def summed_up(embedder: Embedder, *, seconds: float) -> tuple[list[int], SummedUp]:
    async with LLMStandIn.start(embedder=embedder) as service:
        llm = LLM(
            LLMConfig(
                base_url=service.url, model="gpt-5-mini", embedding_model="x", key_provider=lambda: "sk-standin-anna"
            )
        )
        events = [
            event async for event in Notes(llm).sum_up(portion, about="what Anna says", language="en", seconds=seconds)
        ]
        await llm.close()
    end = events[-1]
    assert isinstance(end, SummedUp)
    return [event.messages for event in events if isinstance(event, MessagesRead)], end


async def test_all_messages_are_read_and_statements_lead_back_to_them(embedder: Embedder) -> None:
    read, end = await summed_up(embedder, seconds=60)
    assert read == [300, 600, 900]
    assert (end.read, end.complete) == (900, True)
    assert {source.line.id // 301 for source in end.sources} == {0, 1, 2}
    for text, number in re.findall(r"Message number (\d+) is here\.? \[(\d+)\]", end.text):
        assert end.sources[int(number) - 1].line.id == int(text)
    assert len(end.sources) == len(set(re.findall(r"\[(\d+)\]", end.text))) > 3


async def test_when_the_time_is_up_the_end_is_written_from_what_was_read(embedder: Embedder) -> None:
    read, end = await summed_up(embedder, seconds=0)
    assert (read, end.read, end.complete) == ([300], 300, False)

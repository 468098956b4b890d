"""What goes wrong when a test wants it to."""

import time
from typing import Final

import aiohttp
import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from standins.llm import Fault, LLMClient, LLMStandIn

ASK: Final[list[ChatCompletionMessageParam]] = [
    {"role": "user", "content": "[1] The rent is 900 euros a month.\n\nQuestion: How high is the rent?"}
]


async def ask(client: openai.AsyncOpenAI) -> str:
    answer = await client.chat.completions.create(model="gpt-5-mini", messages=ASK)
    return str(answer.choices[0].message.content)


async def test_a_rate_limit_hits_once_and_says_how_long_to_wait(llm: LLMStandIn, client: openai.AsyncOpenAI) -> None:
    await llm.client.fault(status=429, retry_after=2)

    with pytest.raises(openai.RateLimitError, match="try again in 2s") as refused:
        await ask(client)

    assert refused.value.response.headers["retry-after"] == "2"
    assert refused.value.code == "rate_limit_exceeded"
    assert await ask(client)


async def test_the_real_client_waits_out_a_rate_limit(llm: LLMStandIn, client: openai.AsyncOpenAI) -> None:
    await llm.client.fault(status=429, retry_after=0.3)
    start = time.monotonic()
    assert await ask(client.with_options(max_retries=1))
    assert time.monotonic() - start >= 0.3


async def test_a_stream_may_be_cut_with_no_sign_of_it(llm: LLMStandIn, client: openai.AsyncOpenAI) -> None:
    await llm.client.fault(cut_after=2)
    stream = await client.chat.completions.create(model="gpt-5-mini", messages=ASK, stream=True)
    events = [event async for event in stream]
    assert "".join(event.choices[0].delta.content or "" for event in events) == "The rent"
    assert not any(event.choices[0].finish_reason for event in events)


async def test_a_stream_may_break(llm: LLMStandIn, client: openai.AsyncOpenAI) -> None:
    await llm.client.fault(cut_after=2, drop=True)
    stream = await client.chat.completions.create(model="gpt-5-mini", messages=ASK, stream=True)
    with pytest.raises(openai.APIConnectionError):
        [event async for event in stream]


async def test_a_connection_may_be_dropped(llm: LLMStandIn, client: openai.AsyncOpenAI) -> None:
    await llm.client.fault(drop=True)
    with pytest.raises(openai.APIConnectionError):
        await ask(client)


async def test_garbage_is_no_json(llm: LLMStandIn) -> None:
    await llm.client.fault(garbage=True)
    headers = {"Authorization": "Bearer sk-standin-x"}
    async with aiohttp.ClientSession() as http, http.get(f"{llm.url}/models", headers=headers) as answer:
        assert answer.status == 200
        assert "Bad Gateway" in await answer.text()


async def test_an_answer_may_be_late(llm: LLMStandIn, client: openai.AsyncOpenAI) -> None:
    await llm.client.fault(delay=5)
    with pytest.raises(openai.APITimeoutError):
        await ask(client.with_options(timeout=0.2))


async def test_a_fault_hits_only_its_endpoint_and_key(llm: LLMStandIn, client: openai.AsyncOpenAI) -> None:
    await llm.client.fault(status=500, endpoint="embeddings")
    await llm.client.fault(status=503, endpoint="chat/completions", key="sk-standin-boris")
    assert await ask(client)

    with pytest.raises(openai.InternalServerError):
        await client.embeddings.create(model="text-embedding-3-small", input="a")

    with pytest.raises(openai.InternalServerError):
        await ask(client.with_options(api_key="sk-standin-boris"))


async def test_a_fault_stays_for_its_times_or_until_it_is_cleared(llm: LLMStandIn, client: openai.AsyncOpenAI) -> None:
    await llm.client.fault(status=500, times=2)

    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            await ask(client)

    assert await ask(client)

    await llm.client.fault(status=500, times=None)

    for _ in range(3):
        with pytest.raises(openai.InternalServerError):
            await ask(client)

    await llm.client.fault(status=500, key="of-another")
    await llm.client.clear_faults("of-another")

    with pytest.raises(openai.InternalServerError):
        await ask(client)

    await llm.client.clear_faults()
    assert await ask(client)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, None, openai.AuthenticationError),
        (404, None, openai.NotFoundError),
        (429, "insufficient_quota", openai.RateLimitError),
        (503, "overloaded", openai.InternalServerError),
    ],
)
async def test_a_status_comes_with_openais_error(
    llm: LLMStandIn, client: openai.AsyncOpenAI, status: int, code: str | None, error: type[openai.APIStatusError]
) -> None:
    await llm.client.fault(status=status, code=code)

    with pytest.raises(error) as refused:
        await ask(client)

    assert refused.value.status_code == status
    assert code is None or refused.value.code == code


async def test_an_unknown_field_is_refused(llm: LLMStandIn) -> None:
    with pytest.raises(ValueError, match="no such field: staus"):
        Fault.from_json({"staus": 500})
    async with LLMClient(llm.url) as far:
        with pytest.raises(ValueError, match="no such endpoint"):
            await far.fault(endpoint="chat")

"""What the real openai client sees."""

import asyncio
import base64
import json
import struct
import time
from typing import Final

import aiohttp
import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from standins.llm import Embedder, LLMStandIn, Settings

ASK: Final[list[ChatCompletionMessageParam]] = [
    {"role": "system", "content": "Answer from the passages and cite them as [n]."},
    {
        "role": "user",
        "content": "[1] The rent is 900 euros a month.\n[2] The cat is grey.\n\nQuestion: How high is the rent?",
    },
]


async def test_a_chat_is_answered_in_one_piece(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="gpt-5-mini", messages=ASK)
    assert answer.choices[0].message.content == "The rent is 900 euros a month [1]."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 20


async def test_a_streamed_answer_comes_in_pieces_and_ends_with_reason_and_usage(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="gpt-5-mini", messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    events = [event async for event in stream]
    deltas = [event.choices[0].delta.content or "" for event in events if event.choices]
    assert "".join(deltas) == "The rent is 900 euros a month [1]."
    assert len([delta for delta in deltas if delta]) > 5
    assert [event.choices[0].finish_reason for event in events if event.choices][-1] == "stop"
    assert events[-1].usage is not None
    assert not events[-1].choices


async def test_usage_is_streamed_only_when_it_is_asked_for(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model="gpt-5-mini", messages=ASK, stream=True)
    assert all(event.usage is None and event.choices for event in [event async for event in stream])


async def test_a_limit_of_tokens_cuts_the_answer_and_says_so(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="gpt-5-mini", messages=ASK, max_completion_tokens=2)
    assert answer.choices[0].finish_reason == "length"
    assert answer.choices[0].message.content == "The rent"


async def test_a_pace_can_be_set_so_that_streaming_is_seen(embedder: Embedder) -> None:
    async with (
        LLMStandIn.start(settings=Settings(tokens_per_second=50), embedder=embedder) as llm,
        openai.AsyncOpenAI(base_url=llm.url, api_key="sk-standin-x") as client,
    ):
        start = time.monotonic()
        stream = await client.chat.completions.create(model="gpt-5-mini", messages=ASK, stream=True)
        tokens = len([event async for event in stream if event.choices and event.choices[0].delta.content])
        assert time.monotonic() - start > tokens / 50


async def test_embeddings_are_the_same_as_floats_and_packed(llm: LLMStandIn, client: openai.AsyncOpenAI) -> None:
    floats = await client.embeddings.create(model="text-embedding-3-small", input=["a", "b"], encoding_format="float")
    assert [item.index for item in floats.data] == [0, 1]

    packed = await client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])  # asks for base64
    assert packed.data[1].embedding == pytest.approx(floats.data[1].embedding, abs=1e-6)
    assert [r["body"]["encoding_format"] for r in await llm.client.requests("embeddings")] == ["float", "base64"]
    assert len(floats.data[0].embedding) == 384


async def test_packed_embeddings_are_little_endian_floats(llm: LLMStandIn) -> None:
    body = {"model": "text-embedding-3-small", "input": "a", "encoding_format": "base64", "dimensions": 2}
    headers = {"Authorization": "Bearer sk-standin-x"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{llm.url}/embeddings", json=body, headers=headers) as answer,
    ):
        data = base64.b64decode((await answer.json())["data"][0]["embedding"])

    x, y = struct.unpack("<2f", data)
    assert x * x + y * y == pytest.approx(1)


async def test_models_are_listed_and_found(client: openai.AsyncOpenAI) -> None:
    offered = [model.id for model in (await client.models.list()).data]
    assert offered == ["gpt-5-mini", "text-embedding-3-small", "gpt-4o-mini-transcribe"]
    assert (await client.models.retrieve("gpt-5-mini")).id == "gpt-5-mini"


@pytest.mark.parametrize("key", ["sk-proj-somebody-elses-key-1234", "nonsense"])
async def test_a_wrong_key_is_refused_in_openais_words_without_repeating_it(
    client: openai.AsyncOpenAI, key: str
) -> None:
    with pytest.raises(openai.AuthenticationError, match="Incorrect API key provided") as refused:
        await client.with_options(api_key=key).models.list()

    assert refused.value.code == "invalid_api_key"
    assert key not in str(refused.value)


async def test_an_account_without_money_sees_models_but_gets_no_answer(client: openai.AsyncOpenAI) -> None:
    poor = client.with_options(api_key="sk-standin-quota-1")
    assert (await poor.models.list()).data
    with pytest.raises(openai.RateLimitError, match="exceeded your current quota") as refused:
        await poor.chat.completions.create(model="gpt-5-mini", messages=ASK)
    assert refused.value.code == "insufficient_quota"


async def test_an_unknown_model_is_not_found(client: openai.AsyncOpenAI) -> None:
    for ask in (
        client.chat.completions.create(model="gpt-9", messages=ASK),
        client.embeddings.create(model="gpt-9", input="a"),
        client.models.retrieve("gpt-9"),
    ):
        with pytest.raises(openai.NotFoundError) as refused:
            await ask

        assert refused.value.code == "model_not_found"


async def test_bad_requests_are_refused(client: openai.AsyncOpenAI) -> None:
    for ask in (
        client.chat.completions.create(model="gpt-5-mini", messages=[]),
        client.chat.completions.create(model="text-embedding-3-small", messages=ASK),
        client.embeddings.create(model="text-embedding-3-small", input=""),
        client.embeddings.create(model="text-embedding-3-small", input=[]),
        client.embeddings.create(model="text-embedding-3-small", input=["a"] * 2049),
        client.embeddings.create(model="text-embedding-3-small", input="word " * 10_000),
    ):
        with pytest.raises(openai.BadRequestError):
            await ask


async def test_a_body_that_is_no_json_is_refused(llm: LLMStandIn) -> None:
    headers = {"Authorization": "Bearer sk-standin-x"}
    async with aiohttp.ClientSession() as http:
        for body in (b"{", b"[]", b"\xff"):
            async with http.post(f"{llm.url}/chat/completions", data=body, headers=headers) as answer:
                assert answer.status == 400
                assert (await answer.json())["error"]["type"] == "invalid_request_error"


async def test_the_log_of_requests_holds_no_key(llm: LLMStandIn, client: openai.AsyncOpenAI) -> None:
    await client.chat.completions.create(model="gpt-5-mini", messages=ASK)

    with pytest.raises(openai.AuthenticationError):
        await client.with_options(api_key="sk-other-key-123456").models.list()

    requests = await llm.client.requests()
    assert [(request["endpoint"], request["status"]) for request in requests] == [
        ("chat/completions", 200),
        ("models", 401),
    ]
    assert "anna" not in json.dumps(requests)
    assert "123456" not in json.dumps(requests)


async def test_others_are_served_while_many_texts_are_embedded(client: openai.AsyncOpenAI) -> None:
    work = asyncio.create_task(
        client.embeddings.create(model="text-embedding-3-small", input=["some words " * 40] * 12)
    )
    await asyncio.sleep(0)
    served = 0

    while not work.done():
        await client.models.list()
        served += 1

    assert len((await work).data) == 12
    assert served > 2, "others waited until all was embedded"

"""The client against llmock, which breaks as the OpenAI API breaks and judges how the client bears it."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web
from llmock.pytest_plugin import LLMock

from personal_bot.llm.client import LLM, LLMConfig
from personal_bot.llm.events import Embedded, Finished, Written
from personal_bot.models import LLMState, RefusedError, Waiting
from standins.llm import LLMStandIn

Handler = Callable[[web.Request], Awaitable[web.Response]]
Serve = Callable[[Handler], Awaitable[str]]

ASK: Any = [{"role": "user", "content": "What is bread made of? Say it at length."}]
ACCEPTED = LLMState(ready=True, reason="KeyAccepted")


@pytest.fixture
async def client(llmock: LLMock) -> AsyncIterator[LLM]:
    config = LLMConfig(
        base_url=f"{llmock.url}/v1",
        model="gpt-5-mini",
        embedding_model="text-embedding-3-small",
        key_provider=lambda: "sk-any",
        timeout=1.0,
        longest_wait=5.0,
    )
    client = LLM(config)
    yield client
    await client.close()


async def chat(client: LLM) -> tuple[list[Waiting | Written | Finished], Finished]:
    events = [event async for event in client.chat(ASK)]
    assert isinstance(events[-1], Finished)
    return events, events[-1]


async def test_an_answer_comes_piece_by_piece_and_then_whole(client: LLM, llmock: LLMock) -> None:
    llmock.reply("Flour, water, salt and time.")
    events, last = await chat(client)
    written = [event.text for event in events if isinstance(event, Written)]
    assert len(written) > 1
    assert all(after.startswith(before) for before, after in pairwise(written))
    assert last == replace(last, text="Flour, water, salt and time.", complete=True)
    assert last.prompt_tokens
    assert last.completion_tokens
    assert client.state() == ACCEPTED
    llmock.assert_resilient(strict=True)


async def test_a_rate_limit_is_waited_out_as_asked_and_shown(client: LLM, llmock: LLMock) -> None:
    llmock.rate_limit(times=2, retry_after=0.4)
    events, last = await chat(client)
    waits = [event.seconds for event in events if isinstance(event, Waiting)]
    assert len(waits) == 2
    assert all(0.4 < wait < 1 for wait in waits)
    assert last.complete
    llmock.assert_resilient(strict=True)


async def test_a_failing_service_is_tried_again(client: LLM, llmock: LLMock) -> None:
    llmock.fail(503, times=2)
    _, last = await chat(client)
    assert last.complete
    assert len(llmock.requests) == 3
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("break_stream", ["truncate", "disconnect", "corrupt"])
async def test_a_broken_stream_is_asked_for_again(client: LLM, llmock: LLMock, break_stream: str) -> None:
    llmock.pace(30)  # so that the server sees when the client stops reading
    getattr(llmock, break_stream)(after_chunks=2)
    _, last = await chat(client)
    assert last.complete
    llmock.assert_resilient(strict=True)


async def test_a_stream_that_always_breaks_ends_as_incomplete(client: LLM, llmock: LLMock) -> None:
    llmock.truncate(after_chunks=3, times=None)
    _, last = await chat(client)
    assert last.text
    assert not last.complete
    assert len(llmock.requests) == 3


async def test_a_stream_that_hangs_is_given_up_after_the_timeout(client: LLM, llmock: LLMock) -> None:
    llmock.stall(after_chunks=2, seconds=20)
    started = time.monotonic()
    _, last = await chat(client)
    assert last.complete
    assert time.monotonic() - started < 15
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize(
    ("status", "refusal", "reason"),
    [(401, "llm_key_refused", "KeyRefused"), (404, "llm_model_missing", "ModelMissing"), (400, "llm_rejected", None)],
)
async def test_a_refusal_is_not_asked_for_again(
    client: LLM, llmock: LLMock, status: int, refusal: str, reason: str | None
) -> None:
    llmock.fail(status, times=None)
    with pytest.raises(RefusedError) as refused:
        await chat(client)
    assert refused.value.key == refusal
    assert client.state().reason == (reason or "NotChecked")
    assert len(llmock.requests) == 1
    llmock.assert_resilient(strict=True)


async def test_a_service_that_stays_down_is_given_up_with_a_sentence(client: LLM, llmock: LLMock) -> None:
    llmock.outage()
    with pytest.raises(RefusedError, match="llm_unreachable"):
        await chat(client)
    assert client.state().reason == "Unreachable"
    assert not [finding for finding in llmock.verdict().findings if finding.code != "gave_up"]


async def test_a_longer_wait_than_allowed_is_refused_with_its_length(client: LLM, llmock: LLMock) -> None:
    llmock.rate_limit(times=None, retry_after=90)
    with pytest.raises(RefusedError) as refused:
        await chat(client)
    assert (refused.value.key, refused.value.values["seconds"]) == ("llm_rate_limited", 90)


async def test_embeddings_bear_rate_limits_too(client: LLM, llmock: LLMock) -> None:
    llmock.rate_limit(times=1, retry_after=0.3).fail(500, times=1)
    events = [event async for event in client.embed(["one", "two"])]
    assert [type(event) for event in events] == [Waiting, Waiting, Embedded]
    assert isinstance(events[-1], Embedded)
    assert len(events[-1].vectors) == 2
    llmock.assert_resilient(strict=True)


async def test_nobody_there_is_unreachable(client: LLM) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        client.config = replace(client.config, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        assert (await client.check()).reason == "Unreachable"


async def test_cancelling_in_the_middle_closes_the_stream(client: LLM, llmock: LLMock) -> None:
    llmock.stall(after_chunks=3, seconds=30)
    client.config = replace(client.config, timeout=30)

    begun = asyncio.Event()

    async def run() -> None:
        async for _ in client.chat(ASK):
            begun.set()

    task = asyncio.create_task(run())
    await begun.wait()
    task.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_new_key_on_the_disk_is_used_at_once(service: LLMStandIn, llm: LLM) -> None:
    keys = iter(["sk-wrong", "sk-standin-new"])
    llm.config = replace(llm.config, key_provider=lambda: next(keys))
    with pytest.raises(RefusedError, match="llm_key_refused"):
        [event async for event in llm.embed(["one"])]
    assert llm.state().reason == "KeyRefused"
    assert "sk-" not in llm.state().message
    [event async for event in llm.embed(["one"])]
    assert llm.state() == ACCEPTED
    assert [request["status"] for request in await service.client.requests("embeddings")] == [401, 200]


async def test_a_key_file_that_is_gone_is_a_refusal(llm: LLM) -> None:
    def gone() -> str:
        raise FileNotFoundError

    llm.config = replace(llm.config, key_provider=gone)
    with pytest.raises(RefusedError, match="llm_key_refused"):
        [event async for event in llm.embed(["one"])]


async def test_the_check_tells_a_good_key_from_a_bad_one(llm: LLM) -> None:
    assert await llm.check() == ACCEPTED
    llm.config = replace(llm.config, key_provider=lambda: "sk-wrong")
    assert (await llm.check()).reason == "KeyRefused"


async def test_a_model_that_is_missing_stays_so_until_it_answers(service: LLMStandIn, llm: LLM) -> None:
    await service.client.fault(endpoint="chat/completions", status=404, code="model_not_found")
    await service.client.fault(endpoint="models", status=404, times=None)  # a service without a list of models
    with pytest.raises(RefusedError, match="llm_model_missing"):
        await chat(llm)
    assert (await llm.check()).reason == "ModelMissing"
    [event async for event in llm.embed(["one"])]
    assert llm.state().reason == "ModelMissing"
    assert "gpt-5-mini" in llm.state().message
    await chat(llm)
    assert llm.state() == ACCEPTED


async def test_the_check_clears_a_missing_model_only_when_the_service_lists_it(service: LLMStandIn, llm: LLM) -> None:
    await service.client.fault(endpoint="chat/completions", status=404, code="model_not_found")
    with pytest.raises(RefusedError, match="llm_model_missing"):
        await chat(llm)
    assert llm.state().reason == "ModelMissing"
    assert await llm.check() == ACCEPTED
    llm.config = replace(llm.config, model="nobodys-model")
    with pytest.raises(RefusedError, match="llm_model_missing"):
        await chat(llm)
    assert (await llm.check()).reason == llm.state().reason == "ModelMissing"
    llm.config = replace(llm.config, key_provider=lambda: "sk-wrong")
    assert (await llm.check()).reason == "KeyRefused"  # which weighs more


async def test_a_model_that_a_person_chose_says_nothing_of_the_configured_ones(service: LLMStandIn, llm: LLM) -> None:
    await llm.check()
    with pytest.raises(RefusedError, match="llm_model_missing"):
        [event async for event in llm.chat(ASK, model="nobodys-model")]
    llm.config = replace(llm.config, longest_wait=0.1)
    await service.client.fault(endpoint="chat/completions", status=429, retry_after=60)
    with pytest.raises(RefusedError, match="llm_rate_limited"):
        [event async for event in llm.chat(ASK, model="gpt-4.1")]
    assert llm.state() == ACCEPTED
    await service.client.fault(endpoint="chat/completions", status=401)
    with pytest.raises(RefusedError, match="llm_key_refused"):
        [event async for event in llm.chat(ASK, model="gpt-4.1")]
    assert llm.state().reason == "KeyRefused"


async def test_short_vectors_are_asked_of_models_that_have_them(service: LLMStandIn, llm: LLM) -> None:
    [event async for event in llm.embed(["one"])]
    with pytest.raises(RefusedError, match="llm_model_missing"):
        [event async for event in llm.embed(["one"], model="another-model")]
    asked = [request["body"] for request in await service.client.requests("embeddings")]
    assert [body.get("dimensions") for body in asked] == [512, None]


async def test_a_service_that_knows_no_short_vectors_is_asked_for_its_own(llm: LLM, serve: Serve) -> None:
    async def embeddings(request: web.Request) -> web.Response:
        if "dimensions" in await request.json():
            error = {"message": "This model does not support specifying dimensions."}
            return web.json_response({"error": error}, status=400)
        return web.json_response({"data": [{"index": 0, "embedding": [0.5] * 7}]})

    llm.config = replace(llm.config, base_url=await serve(embeddings))
    for _ in range(2):
        assert [event async for event in llm.embed(["one"])] == [Embedded(vectors=[[0.5] * 7])]


async def test_a_page_instead_of_an_answer_is_a_wrong_address(llm: LLM, serve: Serve) -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(body=b"<html><title>Welcome to nginx!</title>", content_type="text/html")

    llm.config = replace(llm.config, base_url=await serve(page))
    with pytest.raises(RefusedError, match="llm_address_wrong"):
        await chat(llm)
    assert (llm.state().reason, "Welcome to nginx!" in llm.state().message) == ("AddressWrong", True)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": [{}]}', b'{"data": 1}'])
async def test_an_answer_that_is_none_is_a_failing_service(llm: LLM, serve: Serve, body: bytes) -> None:
    async def anything(_: web.Request) -> web.Response:
        return web.Response(body=body)

    llm.config = replace(llm.config, base_url=await serve(anything), longest_wait=0)
    with pytest.raises(RefusedError, match="llm_unreachable"):
        [event async for event in llm.embed(["one"])]
    with pytest.raises(RefusedError, match="llm_unreachable"):
        await chat(llm)


async def test_an_error_in_the_middle_of_a_stream_is_one(llm: LLM, serve: Serve) -> None:
    async def stream(_: web.Request) -> web.Response:
        error = {"error": {"message": "The quota is used up.", "code": "insufficient_quota"}}
        return web.Response(body=b"data: " + json.dumps(error).encode() + b"\n\n")

    llm.config = replace(llm.config, base_url=await serve(stream))
    with pytest.raises(RefusedError, match="llm_quota_exhausted"):
        await chat(llm)
    assert llm.state().reason == "QuotaExhausted"


async def test_a_budget_that_is_spent_is_told_until_there_is_money_again(llm: LLM) -> None:
    spent = True

    def allow() -> None:
        if spent:
            raise RefusedError("budget_spent", budget="5.00 EUR")

    llm.config = replace(llm.config, allow=allow)
    assert (llm.state().ready, llm.state().reason, llm.state().message) == (False, "BudgetSpent", "5.00 EUR")
    spent = False
    assert llm.state().reason == "NotChecked"


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Give a maker of services that answer every POST in one way."""
    runners: list[web.AppRunner] = []

    async def serve(handler: Handler) -> str:
        app = web.Application()
        app.router.add_post("/{path:.*}", handler)
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}/v1"

    yield serve
    for runner in runners:
        await runner.cleanup()

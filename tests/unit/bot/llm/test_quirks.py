"""The client against a service with one peculiarity of a real one; each was reported by people who run such bots."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from personal_bot.llm import client as client_module
from personal_bot.llm.client import LLM, LLMConfig
from personal_bot.llm.events import Embedded, Finished, Written
from personal_bot.models import RefusedError, Waiting

SERVICE = Path(__file__).parents[3] / "cases" / "quirky_llm.py"
ANSWER = "The cat of Anna is called Murka [1]."
ASK: Any = [{"role": "system", "content": "Answer."}, {"role": "user", "content": "What is Anna's cat called?"}]


@contextmanager
def service(quirk: str) -> Iterator[tuple[str, Callable[[], int]]]:
    """The service in a process of its own: its address, and how many requests it has had."""
    command = [sys.executable, str(SERVICE), "--quirk", quirk, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        assert process.stderr
        port = int(process.stdout.readline())
        stderr = process.stderr

        def requests() -> int:
            process.kill()
            return len(stderr.readlines())

        try:
            yield f"http://127.0.0.1:{port}/v1", requests
        finally:
            process.kill()


@asynccontextmanager
async def asking(quirk: str, tmp_path: Path) -> AsyncIterator[tuple[LLM, Callable[[], int]]]:
    with service(quirk) as (url, requests):
        config = LLMConfig(
            base_url=url,
            model="gpt-5-mini",
            embedding_model="text-embedding-3-small",
            key_provider=lambda: "sk-any",
            profiles=tmp_path / "profiles.json",
        )
        llm = LLM(config)
        try:
            yield llm, requests
        finally:
            await llm.close()


async def answer(llm: LLM) -> Finished:
    *before, last = [event async for event in llm.chat(ASK)]
    assert isinstance(last, Finished)
    assert all(ANSWER.startswith(event.text) for event in before if isinstance(event, Written))
    return last


@pytest.mark.parametrize(
    ("quirk", "first", "second"),
    [
        ("plain", 1, 1),
        ("think", 1, 1),
        ("content_list", 1, 1),
        ("not_streamed", 1, 1),
        ("verify_to_stream", 2, 1),
        ("strict_fields", 2, 1),
        ("no_system_role", 2, 1),
    ],
)
async def test_it_answers_and_is_asked_once_for_what_it_does_not_know(
    tmp_path: Path, quirk: str, first: int, second: int
) -> None:
    async with asking(quirk, tmp_path) as (llm, requests):
        assert (await answer(llm)).text == ANSWER
        assert llm.state().ready
        again = LLM(llm.config)  # another process, later
        assert (await answer(again)).text == ANSWER
        await again.close()
        assert requests() == first + second


@pytest.mark.parametrize(
    ("quirk", "key", "reason", "told"),
    [
        ("region_403", "llm_country_refused", "CountryRefused", "country"),
        ("too_long_vllm", "llm_too_long", "NotChecked", ""),
        ("gemini_bad_key", "llm_key_refused", "KeyRefused", "key"),
        ("error_with_200", "llm_model_missing", "ModelMissing", "Provider returned error: invalid model"),
        ("empty_answer", "llm_said_nothing", "NotChecked", ""),
    ],
)
async def test_it_refuses_and_the_cause_is_told(tmp_path: Path, quirk: str, key: str, reason: str, told: str) -> None:
    async with asking(quirk, tmp_path) as (llm, requests):
        with pytest.raises(RefusedError) as refused:
            await answer(llm)
        assert refused.value.key == key
        assert llm.state().reason == reason
        assert told in llm.state().message
        assert requests() == 1


@pytest.mark.parametrize("quirk", ["models_array", "models_403", "plain"])
async def test_a_list_of_models_of_any_kind_says_nothing_against_the_service(tmp_path: Path, quirk: str) -> None:
    async with asking(quirk, tmp_path) as (llm, _):
        assert (await llm.check()).reason in {"KeyAccepted", "NotChecked"}
        assert (await answer(llm)).text == ANSWER


@pytest.mark.parametrize("quirk", ["plain", "batch_of_10", "no_encoding_format", "no_index", "base64"])
async def test_texts_are_embedded_whatever_a_request_takes(tmp_path: Path, quirk: str) -> None:
    texts = [f"This is number {number} of the texts." for number in range(32)]
    async with asking(quirk, tmp_path) as (llm, _):
        *_, last = [event async for event in llm.embed(texts)]
        assert isinstance(last, Embedded)
        assert len(last.vectors) == len(texts)
        assert not last.without
        [single] = [event async for event in llm.embed(texts[5:6]) if isinstance(event, Embedded)]
        assert single.vectors[0] == pytest.approx(last.vectors[5])


async def test_a_text_that_becomes_no_number_costs_the_others_nothing(tmp_path: Path) -> None:
    texts = [f"This is number {number} of the texts." for number in range(32)]
    async with asking("nan_500", tmp_path) as (llm, requests):
        events = [event async for event in llm.embed(texts)]
        assert [type(event) for event in events] == [Embedded]
        assert isinstance(events[0], Embedded)
        assert events[0].without == (7,)
        assert requests() <= 2 * 5 + 1


async def test_a_slow_service_is_waited_for_and_the_person_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_SLOW", 0.2)
    async with asking("first_byte_after_75_s", tmp_path) as (llm, requests):
        llm.config = replace(llm.config)
        events = llm.chat(ASK)
        async with asyncio.timeout(10):
            first = await anext(events)
        await events.aclose()
        assert isinstance(first, Waiting)
        assert first.slow
        assert requests() == 1


async def test_a_service_that_does_not_begin_in_time_is_not_started_again(tmp_path: Path) -> None:
    async with asking("first_byte_after_75_s", tmp_path) as (asked, requests):
        llm = LLM(replace(asked.config, first_byte=0.5))
        with pytest.raises(RefusedError, match="llm_slow"):
            await answer(llm)
        await llm.close()
        assert requests() == 1

"""Whatever is killed: the bot comes back, the person gets the answer, and there is never a second pod."""

import asyncio
import contextlib

import pytest

from cluster import deploy
from cluster.process import CommandError
from standins.llm import LLMClient
from support.cluster import deployment
from support.cluster.bots import pods_at_once
from support.cluster.installation import Installation, Setup
from support.cluster.recording import Recording

pytestmark = pytest.mark.cluster

TEXT = b"The lighthouse of Arkona was built in 1826. Its keeper was called Tobias Brandt."
QUESTION = "Who was the keeper of the lighthouse?"


@pytest.fixture
async def bot(installed: Installation, setup: Setup) -> Setup:
    """A bot that runs, and has read a document."""
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await installed.reason(setup.name, "Polling", timeout=90)
    await setup.owner.send_file(setup.bot.username, "lighthouse.txt", TEXT)
    await setup.owner.wait(setup.bot.username, lambda message: "✅" in message.text, timeout=60)
    return setup


async def _answered(bot: Setup, *, timeout: float = 60) -> str:
    message = await bot.owner.wait(
        bot.bot.username, lambda message: "Tobias Brandt" in message.text and "lighthouse.txt" in message.text,
        timeout=timeout,
    )  # fmt: skip
    return message.text


def use_up_memory(installed: Installation, name: str) -> None:
    """Use more memory in the bot's container than it may have, by processes that are all smaller than the bot.

    The kernel ends the largest; with cgroup v2 all of them (memory.oom.group).
    """
    program = "import os, time; [os.fork() for _ in range(3)]; taken = b'x' * 2**20 * 40; time.sleep(60)"
    with contextlib.suppress(CommandError):  # they are ended with the container
        installed.kubectl("-n", installed.namespace, "exec", f"pbot-{name}", "--", "python", "-c", program)


async def test_a_deleted_pod_is_made_again_and_the_bot_answers(
    installed: Installation, bot: Setup, record: Recording
) -> None:
    first = installed.get("pod", f"pbot-{bot.name}")
    assert first
    installed.kubectl("-n", installed.namespace, "delete", "pod", f"pbot-{bot.name}", "--wait=false")

    def another() -> bool:
        pod = installed.get("pod", f"pbot-{bot.name}")
        return bool(pod and pod["metadata"]["uid"] != first["metadata"]["uid"])

    await installed.until(another, timeout=60, what="another pod", show=lambda: installed.describe(bot.name))
    await installed.reason(bot.name, "Polling", timeout=90)
    await bot.owner.send(bot.bot.username, QUESTION)
    await _answered(bot)
    assert pods_at_once(record, bot.name) == 1


@pytest.mark.parametrize("how", ["SIGKILL", "OOMKilled"])
async def test_a_bot_killed_in_the_middle_of_an_answer_still_gives_it_once(
    installed: Installation, bot: Setup, record: Recording, llm: LLMClient, how: str
) -> None:
    await llm.fault(endpoint="chat/completions", key=bot.key, delay=5.0, times=1)
    asked = await bot.owner.send(bot.bot.username, QUESTION)
    await bot.owner.wait(bot.bot.username, lambda message: any(sign in message.text for sign in "🔍📊🤔✏"), after=asked)
    if how == "SIGKILL":
        await asyncio.to_thread(record.kill, installed.container(bot.name))
    else:
        await asyncio.to_thread(use_up_memory, installed, bot.name)

    await installed.until(
        lambda: ((installed.get("pbot", bot.name) or {})["status"].get("restarts") or 0) >= 1,
        what="a restart is counted", show=lambda: installed.describe(bot.name),
    )  # fmt: skip

    await _answered(bot, timeout=90)
    await installed.reason(bot.name, "Polling")
    died = installed.status(bot.name)["lastTermination"]
    assert died["exitCode"] == 137
    assert died["reason"] == {"SIGKILL": "Error"}.get(how, how)
    later = [m for m in await bot.owner.messages(bot.bot.username) if m.from_bot and m.id > asked.id]
    assert sum("Tobias Brandt" in message.text for message in later) == 1
    assert pods_at_once(record, bot.name) == 1


@pytest.mark.disruptive
@pytest.mark.parametrize("program", ["operator", "master-bot"])
async def test_bots_do_not_notice_that_the_operator_or_the_master_bot_is_killed(
    installed: Installation, bot: Setup, record: Recording, program: str
) -> None:
    before = installed.get("pod", f"pbot-{bot.name}")
    selector = f"app.kubernetes.io/component={program}"
    installed.kubectl("-n", deploy.NAMESPACE, "delete", "pod", "-l", selector, "--force", "--grace-period=0")
    await bot.owner.send(bot.bot.username, QUESTION)
    await _answered(bot)
    deployment.wait_for_rollout(installed, f"{deploy.RELEASE}-{program}")
    await installed.reason(bot.name, "Polling")
    after = installed.get("pod", f"pbot-{bot.name}")
    assert before
    assert after
    assert before["metadata"]["uid"] == after["metadata"]["uid"]
    assert pods_at_once(record, bot.name) == 1


@pytest.mark.disruptive
async def test_a_bot_made_while_the_operator_was_away_comes_up_when_it_is_back(
    installed: Installation, setup: Setup, record: Recording
) -> None:
    deployment.scale(installed, 0)
    try:
        installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    finally:
        deployment.scale(installed, 1)
    await installed.reason(setup.name, "Polling", timeout=120)
    assert pods_at_once(record, setup.name) == 1

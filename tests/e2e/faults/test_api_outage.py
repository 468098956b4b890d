"""The API server stops, or etcd is slow: bots go on, and the operator catches up by itself.

No other test asks this of the operator: every call fails for a while.
"""

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator

import pytest

from cluster import tools
from cluster.process import CommandError
from standins.telegram import TelegramClient
from support.cluster.bots import pods_at_once, restarts
from support.cluster.installation import Installation, Setup, new_setup
from support.cluster.node import on_node
from support.cluster.recording import Recording

pytestmark = [pytest.mark.cluster, pytest.mark.disruptive, pytest.mark.timeout(300)]

SIGNAL = """
import glob, os, signal, sys, time
program, *steps = sys.argv[1:]
def all_of():
    for name in glob.glob("/proc/[0-9]*/cmdline"):
        with open(name, "rb") as file:
            if os.path.basename(file.read().split(b"\\0")[0]) == program.encode():
                yield int(name.split("/")[2])
(pid,) = all_of()
if os.fork():
    sys.exit()
os.setsid()
for number in (0, 1, 2):
    os.dup2(os.open("/dev/null", os.O_RDWR), number)
time.sleep(1)
for step in steps:
    what, _, seconds = step.partition(":")
    os.kill(pid, getattr(signal, what))
    time.sleep(float(seconds or 0))
"""
"""Signals a program of the node, with pauses, once this command has ended: the command itself needs the API server."""

SLOW = [step for _ in range(8) for step in ("SIGSTOP:1.5", "SIGCONT:0.5")]
DISTURBANCES = {
    "the API server stops for 30 s": ("kube-apiserver", ["SIGSTOP:30", "SIGCONT"], 31.0),
    "etcd is slow": ("etcd", SLOW, 17.0),
}


@pytest.fixture
async def bots(installed: Installation, telegram: TelegramClient) -> AsyncIterator[list[Setup]]:
    """Two bots that poll, and one whose resource is not made yet."""
    made = [await new_setup(installed, telegram) for _ in range(3)]
    installed.apply(*(installed.bot(setup.name, owner=setup.owner.id) for setup in made[:2]))
    await asyncio.gather(*(installed.reason(setup.name, "Polling", timeout=120) for setup in made[:2]))
    yield made
    installed.remove(*(setup.name for setup in made))


@pytest.mark.parametrize("what", DISTURBANCES)
async def test_bots_go_on_and_what_was_asked_for_meanwhile_is_done_afterwards(
    installed: Installation, bots: list[Setup], record: Recording, what: str
) -> None:
    program, steps, seconds = DISTURBANCES[what]
    before = restarts(installed, bots[:2])
    started = time.monotonic()
    on_node(installed.context, SIGNAL, program, *steps)
    await asyncio.sleep(1.5)

    new = installed.bot(bots[2].name, owner=bots[2].owner.id)
    asked = asyncio.create_task(asyncio.to_thread(insist, installed, new))
    await asyncio.sleep(max(0.0, started + 1 + seconds - time.monotonic()))
    over = time.monotonic()
    await asked
    await api_is_back(installed)
    await installed.reason(bots[2].name, "Polling", timeout=120)
    print(f"{what}: caught up after {time.monotonic() - over:.1f} s")  # noqa: T201 - shown when it fails

    installed.patch(bots[0].name, {"spec": {"resources": {"limits": {"memory": "300Mi"}}}})
    await installed.reason(bots[0].name, "Polling", timeout=60)
    assert restarts(installed, bots[:2]) == before, "no bot was restarted"
    assert {pods_at_once(record, setup.name) for setup in bots} == {1}


def insist(installed: Installation, bot: dict[str, object]) -> None:
    """Apply again and again until it is taken."""
    kubectl = (str(tools.path(installed.context, "kubectl")), f"--kubeconfig={installed.context.kubeconfig}")
    command = [*kubectl, "apply", "-f", "-", "--request-timeout=60s"]
    end = time.monotonic() + 120
    while subprocess.run(command, input=json.dumps(bot), text=True, capture_output=True, check=False).returncode:  # noqa: S603
        assert time.monotonic() < end, "the API server does not come back"
        time.sleep(0.5)


async def api_is_back(installed: Installation) -> None:
    """Wait until the API server answers five times in a row."""
    in_a_row = 0

    def answers() -> bool:
        nonlocal in_a_row
        in_a_row += 1
        try:
            installed.kubectl("get", "--raw", "/readyz")
        except CommandError:
            in_a_row = 0
        return in_a_row == 5

    await installed.until(answers, "five answers of the API server", timeout=120)

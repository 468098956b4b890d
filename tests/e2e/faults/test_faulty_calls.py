"""Any call to the API server may be refused, answered wrongly, or answered to nobody, and any watch may be cut.

The operator is started again when it ends, as the kubelet does. Afterwards everything is as the resources say, and
there were never two pods of one bot.
"""

import asyncio
import contextlib
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from support.cluster.api_proxy import Answer, Cut, Fault, Gone, Right, proxied
from support.cluster.chaos import SETTLED, People, never_two_pods, settled
from support.cluster.installation import Installation
from support.cluster.local_operator import local_operator
from support.cluster.own_operator import own_field
from support.json_logs import log_lines

SECONDS = 30
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120 + SECONDS + SETTLED)]

AWAY: list[Fault] = [
    Answer(429, "TooManyRequests"),
    Answer(500, "InternalError"),
    Answer(503, "ServiceUnavailable"),
    Cut(),
]
CONFLICT = Answer(409, "Conflict")
MISSING = Answer(404, "NotFound")
FAULTS: dict[str, list[Fault]] = {
    "create": [*AWAY, CONFLICT, Answer(409, "AlreadyExists"), MISSING],  # of a namespace
    "patch": [*AWAY, CONFLICT],
    "delete": [*AWAY, CONFLICT],
    "get": [*AWAY, MISSING],
    "list": [*AWAY * 4, MISSING, CONFLICT],  # with these two the operator ends
    "watch": [*AWAY, *[Cut(0.5), Cut(3)] * 4, Answer(410, "Expired"), MISSING],
}
SHARES = {"watch": 0.8, "delete": 0.5}  # there are few
OTHERS = 0.2


class Faults:
    """Answers some calls wrongly, as `chance` has it, until it is over."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.over = False
        self.given: Counter[tuple[str, Fault]] = Counter()

    def __call__(self, right: Right) -> Fault | None:
        if self.over or self._chance.random() >= SHARES.get(right[0], OTHERS):
            return None
        verb, resource = right
        gone: list[Fault] = [Gone()] if verb in {"patch", "delete"} and resource.startswith("pods") else []
        fault = self._chance.choice([*FAULTS[verb], *gone])
        self.given[right[0], fault] += 1
        return fault


async def test_whatever_calls_are_answered_there_is_one_pod_for_each_bot_in_the_end(
    installed: Installation, tmp_path: Path
) -> None:
    seed = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6))  # noqa: S311 - no secret
    print(f"CHAOS_SEED={seed}")  # noqa: T201 - shown when it fails
    faults, log = Faults(random.Random(seed)), tmp_path / "log"  # noqa: S311 - no secret

    async with own_field(installed, tmp_path) as ours, proxied(ours.api) as (proxy, server):
        config = await ours.account("operator", server)
        supervising = asyncio.create_task(kept_running(config, log, ours.name))
        try:
            proxy.fault = faults
            people, over = People(ours.api, ours.name, random.Random(seed)), asyncio.Event()  # noqa: S311 - no secret
            doing = asyncio.create_task(people.run(over))
            await asyncio.sleep(SECONDS)
            over.set()
            await doing
            faults.over = True
            await settled(ours.api, ours.name, ours.audit)
        except AssertionError as wrong:
            raise AssertionError(f"{wrong}\n{log.read_text()[-20000:]}") from None
        finally:
            supervising.cancel()
            await asyncio.wait([supervising])

        never_two_pods(ours.audit)
        verbs = Counter(verb for verb, _ in faults.given.elements())
        print(f"{len(ours.audit.made)} pods, {people.done}, faults by verb: {dict(verbs)}")  # noqa: T201 - the same
        assert set(verbs) >= {"create", "patch", "watch"}
        own = [line for line in log_lines(log) if str(line.get("logger", "")).startswith("personalbots_operator")]
        assert own
        assert not [line for line in own if "Traceback" in str(line)]


async def kept_running(config: Path, log: Path, namespace: str) -> None:
    """Start an operator again whenever it ends, as the kubelet does, without its pauses."""
    settings = {"NAMESPACES": namespace, "CLEANUP_SECONDS": "20", "WATCHDOG_SECONDS": "5"}
    while True:
        with contextlib.suppress(AssertionError):
            async with local_operator(config, settings, log=log) as operator:
                await operator.process.wait()

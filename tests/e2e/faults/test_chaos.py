"""The operator killed at random moments while resources are created, changed and deleted at random.

Afterwards everything is as the resources say, and there were never two pods of one bot. The seed is printed, and
CHAOS_SEED repeats what can be repeated; CHAOS_BOTS and CHAOS_LIVES make more of it.
"""

import asyncio
import os
import random
from pathlib import Path

import pytest

from support.cluster.administrator import Administrator
from support.cluster.chaos import SETTLED, People, never_two_pods, settled
from support.cluster.fake_kubelet import field
from support.cluster.installation import Installation
from support.cluster.local_operator import local_operator

LIVES = int(os.environ.get("CHAOS_LIVES", "5"))
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(60 + 30 * LIVES + SETTLED)]


async def test_an_operator_that_is_killed_again_and_again_makes_one_pod_for_each_and_forgets_none(
    installed: Installation,
) -> None:
    seed = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6))  # noqa: S311 - no secret
    print(f"CHAOS_SEED={seed}")  # noqa: T201 - shown when it fails
    chance, name = random.Random(seed), f"chaos-{seed}"  # noqa: S311 - no secret
    config = Path(installed.context.kubeconfig)
    settings = {"NAMESPACES": name, "CLEANUP_SECONDS": "20", "WATCHDOG_SECONDS": "5"}

    async with Administrator(config) as api, field(api, name, chance) as (audit, _):
        people, over = People(api, name, chance), asyncio.Event()
        doing = asyncio.create_task(people.run(over))
        for _ in range(LIVES):
            async with local_operator(config, settings) as operator:
                if chance.random() < 0.7:
                    await operator.becomes("/readyz", 200, within=60)
                await asyncio.sleep(chance.uniform(0, 3))
        over.set()
        await doing

        async with local_operator(config, settings):
            await settled(api, name, audit)
        never_two_pods(audit)
        print(f"{len(audit.made)} pods, {people.done}")  # noqa: T201 - shown when it fails

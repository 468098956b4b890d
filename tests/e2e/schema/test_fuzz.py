"""Thousands of resources that nobody would write, against the API server's own schema: each is taken or refused with
a sentence, and the operator understands what is taken.

FUZZ_RESOURCES makes more of them.
"""

import asyncio
import os
import random
from pathlib import Path

import pytest

from personalbots_api import names
from personalbots_operator.cache.bot import Bot
from personalbots_operator.decision.decide import decide
from personalbots_operator.decision.world import World
from personalbots_operator.settings import Settings
from support.cluster.administrator import BOTS, Administrator, Json
from support.cluster.installation import Installation
from support.mutations import mutated
from support.resources import BOT

NUMBER = int(os.environ.get("FUZZ_RESOURCES", "1500"))
SEED = int(os.environ.get("FUZZ_SEED", "5"))
AT_ONCE = 16
CALM = {"Starting", "Stopped"}
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120 + NUMBER / 10)]


def resource(chance: random.Random, number: int) -> Json:
    raw = mutated(BOT, "spec", chance)
    metadata = {"name": f"odd-{number}"}
    return {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": metadata, "spec": raw.get("spec")}


async def test_odd_resources_are_refused_with_a_sentence_or_understood(installed: Installation) -> None:
    chance = random.Random(SEED)  # noqa: S311 - to be repeated
    made = [resource(chance, number) for number in range(NUMBER)]
    settings = Settings(bot_image="registry.invalid/bot:1")
    taken = refused = 0
    left = iter(made)
    path = f"{BOTS}/namespaces/{installed.namespace}/personalbots"

    async def ask(api: Administrator) -> None:
        nonlocal taken, refused
        for body in left:
            status, said = await api.call("POST", path, body, dryRun="All")
            assert status in (201, 400, 422), (status, said, body)
            if status == 201:
                taken += 1
                understood(said, settings)
            else:
                refused += 1
                assert sentence(str(said["message"])), (said["message"], body)

    async with Administrator(Path(installed.context.kubeconfig)) as api:
        await asyncio.gather(*(ask(api) for _ in range(AT_ONCE)))
    print(f"{taken} taken, {refused} refused")  # noqa: T201 - shown when it fails
    assert taken + refused == NUMBER
    assert min(taken, refused) > NUMBER / 50, "both happen"


def understood(raw: Json, settings: Settings) -> None:
    """Check that the operator can decide about what the schema lets through."""
    raw["metadata"] |= {"uid": "u", "resourceVersion": "1"}
    decision = decide(World(bot=Bot.from_raw(raw), now=1_800_000_000.0), settings)
    assert decision.status is not None, raw
    ready = decision.status["conditions"][0]
    assert ready["reason"] in CALM, (ready, raw["spec"])


def sentence(message: str) -> bool:
    """Tell whether it names the field and says what is wrong with it."""
    return "spec" in message and len(message.split()) > 3 and "panic" not in message

"""Ten thousand resources that nobody would write: the decision never stumbles, and what it refuses it says why."""

import copy
import json
import random
from typing import Any

from personalbots_operator.cache.cache import View
from personalbots_operator.cache.observed import Bot, Pod, Volume
from personalbots_operator.decision.decide import World, decide
from personalbots_operator.settings import Settings
from support.resources import BOT, NOW, POD, VOLUME, Raw

ODD: list[Any] = [
    None, True, 0, -1, 10**30, 1.5, "", "x", " ", "1Gi", "-1", "\u0000", "🤖" * 300, [], [None], {}, {"": None},
    {"name": []}, [["a"]], "2027-99-99T00:00:00Z", {"key": {"key": {}}},
]  # fmt: skip


def places(raw: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    inner = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def mutated(raw: Raw, where: str, chance: random.Random) -> Raw:
    raw = copy.deepcopy(raw)
    for _ in range(chance.randint(1, 4)):
        *way, last = chance.choice(places(raw[where], (where,)))
        holder = raw
        for key in way:
            holder = holder[key]
        if chance.random() < 0.2 and isinstance(holder, dict):
            holder.pop(last, None) if way else None
        else:
            holder[last] = copy.deepcopy(chance.choice(ODD))
    return raw


def test_ten_thousand_odd_resources_are_used_or_refused_with_a_sentence(settings: Settings) -> None:
    chance = random.Random(5)  # noqa: S311 - to be repeated
    pod, volume = Pod.from_raw(POD), Volume.from_raw(VOLUME)
    reasons: dict[str, int] = {}
    for number in range(10_000):
        raw = mutated(BOT, "spec", chance)
        if number % 2:
            raw["status"] = {"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": None}]}
            raw = mutated(raw, "status", chance)
        view = View()
        bot = Bot.from_raw(raw)
        world = World(
            bot=bot, pod=pod if number % 3 else None, volume=volume if number % 5 else None, now=NOW,
            rival=view.rival(bot),
        )  # fmt: skip
        decision = decide(world, settings)
        assert decision.status is not None or decision.actions, raw
        if decision.status is None:
            continue
        json.dumps(decision.status)
        ready = decision.status["conditions"][0]
        reasons[ready["reason"]] = reasons.get(ready["reason"], 0) + 1
        assert ready["message"].endswith("."), ready
    assert reasons["InvalidSpec"] > 1000
    assert reasons["Starting"] > 100

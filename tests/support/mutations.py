"""Resources that nobody would write, made from good ones by chance."""

import copy
import random
from typing import Any

from support.resources import Raw

ODD: list[Any] = [
    None, True, 0, -1, 10**30, 1.5, "", "x", " ", "1Gi", "-1", "\u0000", "🤖" * 300, [], [None], {}, {"": None},
    {"name": []}, [["a"]], "2027-99-99T00:00:00Z", {"key": {"key": {}}},
]  # fmt: skip


def places(raw: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    """The path of every value in `raw`, its own first."""
    inner = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def mutated(raw: Raw, where: str, chance: random.Random) -> Raw:
    """A copy of `raw` with one to four odd or missing values under the key `where`."""
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

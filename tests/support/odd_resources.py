"""Resources that nobody would write, made by chance from one that somebody would."""

import copy
import random
from typing import Any, Final

from support.resources import Raw

ODD: Final[list[Any]] = [
    None, True, 0, -1, 10**30, 1.5, "", "x", " ", "1Gi", "-1", "\u0000", "🤖" * 300, [], [None], {}, {"": None},
    {"name": []}, [["a"]], "2027-99-99T00:00:00Z", {"key": {"key": {}}},
]  # fmt: skip


def mutated(raw: Raw, where: str, chance: random.Random) -> Raw:
    """Give a copy with one to four values under the field `where` replaced by odd ones, or taken away."""
    raw = copy.deepcopy(raw)
    for _ in range(chance.randint(1, 4)):
        *way, last = chance.choice(_places(raw[where], (where,)))
        holder = raw
        for key in way:
            holder = holder[key]

        if chance.random() < 0.2 and isinstance(holder, dict):
            holder.pop(last, None) if way else None
        else:
            holder[last] = copy.deepcopy(chance.choice(ODD))
    return raw


def _places(raw: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    inner = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [path, *(place for key, value in inner for place in _places(value, (*path, key)))]

"""Sizes, memory and money in the units that people know."""

from collections.abc import Mapping
from typing import Any

from master_bot.models import Raw
from master_bot.settings import Settings
from master_bot.texts import Texts, fill
from personalbots_api.models import Budget, PersonalBot
from personalbots_api.pod import Limits
from personalbots_api.quantities import parse_quantity


def memory_of(resources: Mapping[str, Any]) -> str:
    """The memory that `spec.resources` allow."""
    return str((resources.get("limits") or {}).get("memory", Limits.model_fields["memory"].default))


def plain(quantity: str, texts: Texts) -> str:
    """Memory or disk as people know it from their computers: 256Mi is 256 MB, 1536Mi is 1.5 GB."""
    megabytes = float(parse_quantity(quantity)) / 1024**2
    large = megabytes >= 1024  # noqa: PLR2004 - megabytes in a gigabyte
    number = f"{megabytes / 1024:.1f}".removesuffix(".0") if large else f"{max(megabytes, 1):.0f}"
    unit = texts.gigabyte if large else texts.megabyte
    return f"{number.replace('.', texts.decimal)} {unit}"


def monthly(budget: Budget, texts: Texts) -> str:
    """What may be spent in a month."""
    return fill(texts.a_month, amount=budget.monthly.replace(".", texts.decimal), currency=budget.currency)


def larger_size(bot: PersonalBot, settings: Settings) -> Raw | None:
    """The resources of the next larger size that is configured; None when there is none."""
    own = parse_quantity(bot.spec.resources.limits.memory)
    sizes = [(parse_quantity(memory_of(resources)), resources) for resources in (settings.sizes or {}).values()]
    larger = [size for size in sizes if size[0] > own]
    return min(larger, key=lambda size: size[0])[1] if larger else None

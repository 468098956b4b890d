"""Kubernetes quantities and durations as exact numbers, to compare what the resource says.

Rules: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ and Go's time.ParseDuration
(here without fractions, signs, and units under a second).
"""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Final

QUANTITY_PATTERN: Final = r"^[0-9]+([.][0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$"
DURATION_PATTERN: Final = r"^([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,5}s)?$"

_QUANTITY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)([a-zA-Z]*)")
_DURATION: Final = re.compile(r"(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?", re.ASCII)
_FACTORS: Final = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("0.001"),
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGTP", start=1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTP", start=1)},
}


def parse_quantity(text: str | int) -> Decimal:
    """The number behind `text`: "250m" is 0.25 (cores), "1Ki" is 1024 (bytes).

    Raises:
        ValueError: `text` is no quantity.
    """
    found = _QUANTITY.fullmatch(str(text))
    if found is None or found[2] not in _FACTORS:
        raise ValueError(f"{text!r} is no quantity such as 500m, 256Mi or 1Gi")
    return Decimal(found[1]) * _FACTORS[found[2]]


def parse_duration(text: str) -> timedelta:
    """The time that `text` means: "20m", "1h30m", "90s".

    Raises:
        ValueError: `text` is no duration.
    """
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        raise ValueError(f"{text!r} is no duration such as 90s, 20m or 1h30m")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personalbots_api.quantities import parse_duration, parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500m", Decimal("0.5")),
        ("1", Decimal(1)),
        (2, Decimal(2)),
        ("1.5Gi", Decimal(3 * 2**29)),
        ("256Mi", Decimal(2**28)),
        ("1k", Decimal(1000)),
        ("1Pi", Decimal(2**50)),
    ],
)
def test_quantities_are_exact(text: str | int, value: Decimal) -> None:
    assert parse_quantity(text) == value


@pytest.mark.parametrize("text", ["", "Mi", "1 Gi", "1gb", "-1", "1e3", "٣Mi", "1Ki\n"])
def test_other_texts_are_no_quantities(text: str) -> None:
    with pytest.raises(ValueError, match="is no quantity such as"):
        parse_quantity(text)


@given(st.integers(0, 99999), st.integers(0, 99999), st.integers(0, 99999))
def test_durations_add_up(hours: int, minutes: int, seconds: int) -> None:
    expected = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    assert parse_duration(f"{hours}h{minutes}m{seconds}s") == expected


@pytest.mark.parametrize("text", ["", "20", "1m1h", "1.5h", "-1s", "1h ", "١h", "1s\n"])
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration such as"):
        parse_duration(text)

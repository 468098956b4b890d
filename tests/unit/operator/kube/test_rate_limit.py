import asyncio
import time

import pytest

from personalbots_operator.kube.rate_limit import RateLimiter


@pytest.mark.parametrize(("per_second", "least"), [(0, 0.0), (100, 0.19)])
async def test_calls_are_spread_over_time_and_keep_their_order(per_second: float, least: float) -> None:
    limiter, order = RateLimiter(per_second), []

    async def call(number: int) -> None:
        await limiter.wait()
        order.append(number)

    began = time.monotonic()
    await asyncio.gather(*(call(number) for number in range(20)))
    assert time.monotonic() - began >= least
    assert order == list(range(20))

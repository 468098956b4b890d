from collections.abc import AsyncIterator

import pytest

from support.master_world import Talk, World, make_world
from support.memory_cluster import MemoryCluster


@pytest.fixture
def cluster() -> MemoryCluster:
    return MemoryCluster()


@pytest.fixture
async def world(cluster: MemoryCluster) -> AsyncIterator[World]:
    """A master bot at work."""
    async with make_world(cluster) as made:
        await made.start()
        yield made


@pytest.fixture
async def anna(world: World) -> Talk:
    return await world.join()

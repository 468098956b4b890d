"""The benchmarks of the cluster run, at a tiny size; the others run in tests/unit."""

import pytest

from bench.parts import ON_CLUSTER
from support.cluster.installation import Installation

pytestmark = [pytest.mark.cluster, pytest.mark.serial, pytest.mark.timeout(600)]

TINY = 0.01


@pytest.mark.parametrize("title", ON_CLUSTER)
async def test_a_benchmark_runs_on_the_cluster(title: str, installed: Installation) -> None:
    if installed.context.external:
        pytest.skip("the benchmarks need kind: its ports, its images, its node's Docker")

    figures = await ON_CLUSTER[title](TINY)
    assert figures
    assert all(figure.what and figure.value and figure.how for figure in figures)

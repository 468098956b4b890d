"""Every benchmark that needs no cluster runs, at a tiny size; the others run in tests/e2e."""

import pytest

from bench.figures import page, section, sections
from bench.parts import WITHOUT_CLUSTER

TINY = 0.01


@pytest.mark.timeout(240)
@pytest.mark.parametrize("title", WITHOUT_CLUSTER)
async def test_a_benchmark_runs_and_its_figures_can_be_shown(title: str) -> None:
    figures = await WITHOUT_CLUSTER[title](TINY)
    assert figures
    assert all(figure.what and figure.value and figure.how for figure in figures)
    shown = section(title, figures)
    assert sections(page([shown])) == {title: shown}

import pytest

from cluster import Context
from support.cluster.chart import Objects, render


@pytest.fixture(scope="module")
def rendered(here: Context) -> Objects:
    """The chart with no value of one's own."""
    return render(here)

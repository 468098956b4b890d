"""The benchmarks by their titles, in the order of the page."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bench import archives, bot, crowd, extraction, kills, library, master, on_cluster, retrieval, scale
from bench.figures import Figure

Measure = Callable[[float], Awaitable[list[Figure]]]

WITHOUT_CLUSTER: Final[Mapping[str, Measure]] = {
    "A bot as a process": bot.measure,
    "The master bot as a process": master.measure,
    "Fifty people at once": crowd.measure,
    "Killed at random moments": kills.measure,
    "A bot's store": library.measure,
    "Documents into chunks": extraction.measure,
    "Chat archives": archives.measure,
    "What is found": retrieval.measure,
}
"""Those that need no cluster."""

ON_CLUSTER: Final[Mapping[str, Measure]] = {
    "On the cluster of `make demo`": on_cluster.measure,
    "Thousands of bots: the operator at scale": scale.measure,
}
"""Those that measure nothing where no cluster is up."""

PARTS: Final[Mapping[str, Measure]] = {**WITHOUT_CLUSTER, **ON_CLUSTER}

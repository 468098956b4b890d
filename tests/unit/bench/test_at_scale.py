"""The parts of the benchmark at scale that need no cluster."""

from bench.at_scale.figures import Results, Run, Sizes, figures
from bench.at_scale.operator import Measured

METRICS = """\
process_cpu_seconds_total 1.5
process_resident_memory_bytes 5.0e+07
personalbots_operator_queue_depth{queue="bots"} 2.0
personalbots_operator_reconciles_total{result="done"} 3.0
personalbots_operator_reconciles_total{result="failed"} 1.0
personalbots_operator_api_calls_total{code="200",kind="pods",verb="GET"} 9.0
personalbots_operator_api_calls_total{code="201",kind="pods",verb="POST"} 4.0
personalbots_operator_api_calls_total{code="409",kind="pods",verb="PATCH"} 1.0
"""


def test_the_operators_metrics_are_read() -> None:
    measured = Measured.read(METRICS)
    assert (measured.cpu, measured.memory, measured.waiting, measured.reconciles) == (1.5, 5e7, 2, 4)
    assert (measured.writes, measured.conflicts) == (5, 1), "reads are no writes, and a conflict is one"


def test_the_full_size_is_the_published_one_and_a_tiny_one_still_grows() -> None:
    full, tiny = Sizes.of(1.0), Sizes.of(0.001)
    assert (full.slowly, full.with_volume, full.fast, full.burst, full.large, full.largest) == (
        *(150, 50, 750, 1000),
        *(5000, 10000),
    )
    assert (full.rest, full.listen) == (30, 40)
    assert tiny.burst + tiny.slowly + tiny.with_volume + tiny.fast < tiny.large < tiny.largest


def test_results_are_shown_with_what_they_are_for_a_bot() -> None:
    run = Run(
        number=10,
        latencies=[0.002] * 10,
        pods_per_second=70,
        ready_per_second=60,
        cpu=0.1,
        writes=30,
        seen=31,
        conflicts=0,
    )
    results = Results(
        sizes=Sizes.of(0.01),
        raw_pods=100,
        raw_ready=80,
        burst=run,
        slow=run,
        volume=run,
        fast=run,
        memory=[(0, 2**20 * 50), (10, 2**20 * 60)],
        rest=0.015,
        restart=(1.5, 0),
        killed=(2.5, 0),
        stall=0.03,
    )
    values = {figure.what: figure.value for figure in figures(results)}
    assert values["10 as fast as the API takes them: share of the raw chain"] == "0.75"
    assert values["resource made to its pod exists, 10 a second: p50, p99"] == "2 ms, 2 ms"
    assert values["API writes for a bot from its creation until nothing more is written"] == "3.00; with a volume 3.00"
    assert values["operator's CPU for a bot brought up"] == "10.0 ms; 10.0 ms at 10 a second"
    assert values["operator's memory with 0 / 10 bots"] == "50 MiB / 60 MiB"
    assert values["longest time in which the loop did not turn, with 100 bots"] == "30 ms"

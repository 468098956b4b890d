"""Who runs and who waits, and what the container's limits carry."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from personal_bot.cgroup import Cgroup, Limits
from personal_bot.requests.admission import Admission, Request, in_order, next_to_run
from personal_bot.requests.costs import Cost, Kind, Meter, learned, room_within

MIB = 2**20
ONE = Cost(memory=1, cpu=0.1)


def request(user_id: int, kind: Kind = Kind.QUESTION) -> Request:
    return Request(user_id=user_id, kind=kind)


def admitted(waiting: list[Request], running: list[Request], *, places: float) -> Request | None:
    return next_to_run(waiting, running, {}, cost=lambda _: ONE, room=Cost(memory=places, cpu=float("inf")))


def test_people_take_turns() -> None:
    anna = [request(1) for _ in range(3)]
    boris, clara = request(2), request(3)
    assert in_order([*anna, boris, clara], [], {}) == [anna[0], boris, clara, anna[1], anna[2]]
    assert in_order([*anna, boris], [request(1)], {}) == [boris, *anna]
    assert in_order([*anna, boris, clara], [], {1: 8, 2: 7}) == [clara, boris, *anna]


def test_twenty_questions_of_one_person_leave_a_place_for_another() -> None:
    running: list[Request] = []
    waiting = [request(1) for _ in range(20)]
    while one := admitted(waiting, running, places=4):
        waiting.remove(one)
        running.append(one)
    assert len(running) == 3
    boris = request(2)
    assert admitted([*waiting, boris], running, places=4) is boris


def test_one_request_always_runs_whatever_it_costs() -> None:
    first = request(1, Kind.DOCUMENT)
    assert admitted([first, request(2)], [], places=0) is first
    assert admitted([request(2)], [first], places=0) is None


def test_who_is_first_is_not_overtaken_by_who_costs_less() -> None:
    costs = {Kind.QUESTION: ONE, Kind.DOCUMENT: Cost(memory=3, cpu=0.1)}
    waiting = [request(1, Kind.DOCUMENT), request(2)]
    room = Cost(memory=3, cpu=1)
    assert next_to_run(waiting, [request(3)], {}, cost=costs.__getitem__, room=room) is None


@pytest.mark.parametrize(
    ("limits", "memory", "cpu"),
    [
        (Limits(memory=200 * MIB, cpu=0.5), 90 * MIB, 0.5),
        (Limits(), float("inf"), float("inf")),
    ],
)
def test_room_follows_from_the_limits(limits: Limits, memory: float, cpu: float) -> None:
    room = room_within(limits, at_rest=80 * MIB)
    assert room.memory == pytest.approx(memory)
    assert room.cpu == cpu


def test_estimates_move_towards_what_is_seen_and_never_become_nothing() -> None:
    cost = Cost(memory=10 * MIB, cpu=1.0)
    assert learned(cost, Cost(memory=20 * MIB, cpu=1.0)).memory == pytest.approx(12 * MIB)
    for _ in range(100):
        cost = learned(cost, Cost(memory=0, cpu=0))
    assert cost.memory > 0
    assert cost.cpu > 0


def cgroup_v2(folder: Path, *, memory: str, cpu: str = "max 100000", anon: int = 0) -> Cgroup:
    (folder / "memory.max").write_text(memory)
    (folder / "cpu.max").write_text(cpu)
    (folder / "memory.stat").write_text(f"file 5\nanon {anon}\n")
    return Cgroup(folder)


def test_limits_of_control_groups_version_2(tmp_path: Path) -> None:
    assert cgroup_v2(tmp_path, memory="268435456\n", cpu="50000 100000").limits() == Limits(memory=256 * MIB, cpu=0.5)
    assert cgroup_v2(tmp_path, memory="max").limits() == Limits()
    assert cgroup_v2(tmp_path, memory="max", anon=7).memory_used() == 7


def test_limits_of_control_groups_version_1(tmp_path: Path) -> None:
    for name, text in (
        ("memory/memory.limit_in_bytes", "268435456"),
        ("memory/memory.stat", "rss 1\ntotal_rss 9"),
        ("cpu,cpuacct/cpu.cfs_quota_us", "150000"),
        ("cpu,cpuacct/cpu.cfs_period_us", "100000"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert Cgroup(tmp_path).limits() == Limits(memory=256 * MIB, cpu=1.5)
    assert Cgroup(tmp_path).memory_used() == 9
    (tmp_path / "memory/memory.limit_in_bytes").write_text("9223372036854771712")
    (tmp_path / "cpu,cpuacct/cpu.cfs_quota_us").write_text("-1")
    assert Cgroup(tmp_path).limits() == Limits()


def test_without_control_groups_there_are_no_limits(tmp_path: Path) -> None:
    assert Cgroup(tmp_path / "nothing").limits() == Limits()


def test_the_meter_learns_what_questions_cost(tmp_path: Path) -> None:
    meter = Meter(cgroup_v2(tmp_path, memory=str(256 * MIB), anon=60 * MIB), cpu_seconds=lambda: 0.0)
    meter.observe([])
    before = meter.concurrency()
    cgroup_v2(tmp_path, memory=str(256 * MIB), anon=160 * MIB)
    for _ in range(30):
        meter.observe([Kind.QUESTION] * 2)
    assert meter.cost(Kind.QUESTION).memory == pytest.approx(50 * MIB, rel=0.05)
    assert meter.concurrency() < before
    assert meter.concurrency() == int((256 * 0.85 - 60) / 50)


async def test_a_place_is_told_and_given_up_when_its_holder_leaves(tmp_path: Path) -> None:
    admission = Admission(Meter(cgroup_v2(tmp_path, memory=str(1 * MIB))))
    places: list[int] = []
    waiting = Request(user_id=2, kind=Kind.QUESTION, on_position=places.append)

    async def wait_in_line() -> None:
        async with admission.turn(waiting):
            places.append(0)

    async with admission.turn(request(1)):
        quitter = asyncio.create_task(_hold(admission, request(3)))
        await asyncio.sleep(0)
        second = asyncio.create_task(wait_in_line())
        await asyncio.sleep(0)
        assert places == [2]
        assert (admission.active, admission.queued) == (1, 2)
        quitter.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await quitter
        assert places == [2, 1]
    await second
    assert places == [2, 1, 0]
    assert (admission.active, admission.queued) == (0, 0)


async def _hold(admission: Admission, held: Request) -> None:
    async with admission.turn(held):
        await asyncio.Event().wait()

# ruff: noqa: ANN401 - what varies a JSON object is any

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.pod import Pod
from personalbots_operator.cache.spec import Spec
from personalbots_operator.cache.statusz import Statusz
from personalbots_operator.cache.values import rfc3339
from personalbots_operator.decision.outcome import Finding
from personalbots_operator.decision.status import Observation, changes, compose
from support.resources import NOW

REPORT = Statusz(
    bot_id=7,
    username="anna_bot",
    has_polled=True,
    last_message=rfc3339(NOW - 30),
    knowledge_reason="Opened",
    documents=2,
    chunks=40,
    bytes=4096,
    llm_reason="KeyAccepted",
)


def observed(bot: Bot, pod: Pod | None = None, **change: Any) -> Observation:
    base = Observation(
        generation=bot.generation,
        old=bot.status,
        finding=Finding("Polling"),
        spec=Spec.from_json(bot.spec_json),
        pod=pod,
        now=NOW,
    )
    return replace(base, **change)


def condition(status: dict[str, Any], kind: str) -> dict[str, Any]:
    (item,) = [item for item in status["conditions"] if item["type"] == kind]
    return dict(item)


def test_what_the_bot_reports_becomes_its_status(bot: Callable[..., Bot], pod: Callable[..., Pod]) -> None:
    status = compose(observed(bot(), pod(), statusz=REPORT))
    assert status["phase"] == "Running"
    assert status["bot"] == {"id": 7, "username": "anna_bot"}
    assert status["knowledge"] == {"documents": 2, "chunks": 40, "bytes": 4096}
    assert status["lastActivityTime"] == "2027-01-15T07:59:00Z"
    assert [item["reason"] for item in status["conditions"]] == ["Polling", "KeyAccepted", "Opened"]


def test_a_transition_time_moves_only_when_the_status_flips(bot: Callable[..., Bot], pod: Callable[..., Pod]) -> None:
    first = compose(observed(bot(), pod(), finding=Finding("Starting")))
    later = observed(bot(status=first), pod(), finding=Finding("TokenHeldElsewhere"), now=NOW + 100)
    second = compose(later)
    assert condition(second, "Ready")["reason"] == "TokenHeldElsewhere"
    assert condition(second, "Ready")["lastTransitionTime"] == rfc3339(NOW)
    third = compose(replace(later, finding=Finding("Polling")))
    assert condition(third, "Ready")["lastTransitionTime"] == rfc3339(NOW + 100)


def test_what_only_the_bot_knows_is_kept_while_it_reports_nothing_and_dropped_when_it_is_stopped(
    bot: Callable[..., Bot], pod: Callable[..., Pod]
) -> None:
    known = bot(status=compose(observed(bot(), pod(), statusz=REPORT)))
    silent = compose(observed(known, pod()))
    assert silent == known.status
    stopped = compose(observed(known, finding=Finding("Stopped"), idle=True))
    assert condition(stopped, "LLMReady")["reason"] == "NotChecked"
    assert condition(stopped, "KnowledgeReady")["reason"] == "Unknown"
    assert stopped["knowledge"] == {"documents": 2, "chunks": 40, "bytes": 4096}


def test_the_times_of_activity_are_written_every_few_minutes(bot: Callable[..., Bot], pod: Callable[..., Pod]) -> None:
    known = bot(status=compose(observed(bot(), pod(), statusz=REPORT)))
    for later, written in ((60, False), (400, True)):
        report = replace(REPORT, last_message=rfc3339(NOW + later))
        patch = changes(known.status, compose(observed(known, pod(), statusz=report)))
        assert ("lastActivityTime" in patch) is written


def test_how_a_bot_ended_is_kept_when_it_runs_again_in_another_pod(
    bot: Callable[..., Bot], pod: Callable[..., Pod]
) -> None:
    ended = pod(container={"restartCount": 1, "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}})
    status = compose(observed(bot(), ended))
    assert (status["restarts"], status["lastTermination"]) == (1, {"exitCode": 137, "reason": "OOMKilled"})
    after = compose(observed(bot(status=status), pod()))
    assert (after["restarts"], after["lastTermination"]) == (0, {"exitCode": 137, "reason": "OOMKilled"})


def test_the_end_of_a_pod_that_is_being_deleted_is_not_reported(
    bot: Callable[..., Bot], pod: Callable[..., Pod]
) -> None:
    going = pod(
        metadata={"deletionTimestamp": rfc3339(NOW)},
        container={"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
    )
    assert "lastTermination" not in compose(observed(bot(), going))


def test_a_reason_of_a_newer_bot_changes_nothing(bot: Callable[..., Bot], pod: Callable[..., Pod]) -> None:
    status = compose(observed(bot(), pod(), statusz=replace(REPORT, llm_reason="Sleepy")))
    assert condition(status, "LLMReady")["reason"] == "NotChecked"


def test_the_patch_holds_what_changed_and_removes_what_is_gone() -> None:
    assert changes({"a": 1, "b": 2, "c": [1]}, {"a": 1, "c": [1, 2]}) == {"b": None, "c": [1, 2]}
    assert changes({"a": 1}, {"a": 1}) == {}


def test_the_spent_part_of_the_budget_is_reported_while_there_is_a_budget(
    bot: Callable[..., Bot], pod: Callable[..., Pod]
) -> None:
    limited = bot(spec={"llm": {"budget": {"monthly": 5, "prices": [{"model": "m", "sent": "1"}]}}})
    report = replace(REPORT, budget_percent=37)
    status = compose(observed(limited, pod(), statusz=report))
    assert status["budgetUsedPercent"] == 37
    silent = bot(spec={"llm": {"budget": {"monthly": 5, "prices": [{"model": "m", "sent": "1"}]}}}, status=status)
    assert compose(observed(silent, pod(), statusz=None))["budgetUsedPercent"] == 37
    assert "budgetUsedPercent" not in compose(observed(bot(), pod(), statusz=report))

"""What people are told is wrong, as a table over what Kubernetes says."""

from typing import Any

import pytest

from master_bot.kubernetes.objects import Event, Pod
from master_bot.views.diagnosis import Light, diagnose
from personalbots_api.conditions import CATALOGUE
from personalbots_api.models import PersonalBot
from support.observed_bots import BUG, KILLED, NOW, OPENED, POLLING, STARTING, bot, pod, warning


@pytest.mark.parametrize(
    ("said", "model"),
    [
        ("the service does not offer the model text-embedding-3-small: no", "text-embedding-3-small"),
        ("the service does not offer the model gpt-5-mini: no", "gpt-5-mini"),
        ("", "gpt-5-mini"),
    ],
)
def test_the_model_that_is_named_is_the_one_that_is_missing(said: str, model: str) -> None:
    found = bot(POLLING, ("LLMReady", "False", "ModelMissing"))
    conditions = [
        entry.model_copy(update={"message": said}) if entry.type == "LLMReady" else entry
        for entry in found.status.conditions
    ]
    told = found.model_copy(update={"status": found.status.model_copy(update={"conditions": tuple(conditions)})})
    assert diagnose(told, None, [], NOW).facts.model == model


@pytest.mark.parametrize(
    ("resource", "of_pod", "events", "reason", "light"),
    [
        pytest.param(bot(POLLING, OPENED), pod(ready=True), [], "Polling", Light.WORKS, id="all is well"),
        pytest.param(
            bot(POLLING, ("LLMReady", "False", "KeyRefused")), None, [], "KeyRefused", Light.WAITS, id="key refused"
        ),
        pytest.param(
            bot(POLLING, ("LLMReady", "Unknown", "NotChecked"), OPENED),
            None,
            [],
            "Polling",
            Light.WORKS,
            id="not asked",
        ),
        pytest.param(
            bot(POLLING, ("KnowledgeReady", "False", "StoreFull")), None, [], "StoreFull", Light.WAITS, id="store full"
        ),
        pytest.param(
            bot(("Ready", "False", "TokenRefused"), ("LLMReady", "False", "KeyRefused")),
            None,
            [],
            "TokenRefused",
            Light.FAILS,
            id="what keeps it from hearing comes first",
        ),
        pytest.param(bot(("Ready", "False", "Asleep")), None, [], "Asleep", Light.RESTS, id="asleep"),
        pytest.param(bot(("Ready", "False", "Stopped")), None, [], "Stopped", Light.RESTS, id="stopped"),
        pytest.param(
            bot(POLLING, deletionTimestamp=NOW.isoformat()), None, [], "Terminating", Light.RESTS, id="being deleted"
        ),
        pytest.param(bot(age=5), None, [], "Starting", Light.WAITS, id="just made"),
        pytest.param(bot(age=90), None, [], "OperatorSilent", Light.FAILS, id="nobody looks after it"),
        pytest.param(
            bot(POLLING, age=900, generation=4), None, [], "OperatorSilent", Light.FAILS, id="a change nobody acts on"
        ),
        pytest.param(bot(STARTING, since=5), pod(), [], "Starting", Light.WAITS, id="starting"),
        pytest.param(
            bot(("Ready", "False", "OutOfMemory")),
            pod(ended=KILLED),
            [],
            "OutOfMemory",
            Light.FAILS,
            id="crash by memory",
        ),
        pytest.param(
            bot(("Ready", "False", "CrashLoop")), pod(ended=BUG), [], "CrashLoop", Light.FAILS, id="crash by a bug"
        ),
        pytest.param(
            bot(STARTING),
            pod(unscheduled="0/1 nodes are available: 1 Insufficient memory."),
            [],
            "Unschedulable",
            Light.FAILS,
            id="slow: no room",
        ),
        pytest.param(
            bot(STARTING),
            pod(unscheduled="pod has unbound immediate PersistentVolumeClaims."),
            [],
            "VolumePending",
            Light.FAILS,
            id="slow: no volume",
        ),
        pytest.param(
            bot(STARTING), pod(waiting="ImagePullBackOff"), [], "ImagePullFailed", Light.FAILS, id="slow: no image"
        ),
        pytest.param(
            bot(STARTING),
            pod(waiting="ContainerCreating"),
            [warning("FailedMount", 'MountVolume.SetUp failed: secret "s" not found')],
            "SecretMissing",
            Light.FAILS,
            id="slow: no secret",
        ),
        pytest.param(
            bot(STARTING),
            pod(waiting="ContainerCreating"),
            [warning("FailedAttachVolume", "Multi-Attach error")],
            "VolumePending",
            Light.FAILS,
            id="slow: volume elsewhere",
        ),
        pytest.param(
            bot(STARTING), pod(waiting="CrashLoopBackOff", ended=BUG), [], "CrashLoop", Light.FAILS, id="slow: crashes"
        ),
        pytest.param(bot(STARTING), pod(running_since=NOW), [], "Starting", Light.WAITS, id="slow: no reason known"),
        pytest.param(
            bot(("Ready", "False", "FromTheFuture")), None, [], "Other", Light.FAILS, id="a reason of a newer operator"
        ),
    ],
)
def test_the_cause(resource: PersonalBot, of_pod: Pod | None, events: list[Event], reason: str, light: Light) -> None:
    found = diagnose(resource, of_pod, events, NOW)
    assert (found.reason, found.light) == (reason, light)


@pytest.mark.parametrize("entry", [entry for entry in CATALOGUE if entry.condition == "Ready"], ids=lambda e: e.name)
def test_every_reason_of_the_operator_is_told_as_it_is(entry: Any) -> None:  # noqa: ANN401 - a row of the catalogue
    found = diagnose(bot(("Ready", entry.status, entry.name), since=5), None, [], NOW)
    assert found.reason == entry.name
    assert (found.light is Light.FAILS) == (entry.severity == "Warning")


@pytest.mark.parametrize("entry", [entry for entry in CATALOGUE if entry.condition != "Ready"], ids=lambda e: e.name)
def test_a_bot_that_hears_people_is_told_by_what_is_wrong_beside_it(entry: Any) -> None:  # noqa: ANN401 - a row of the catalogue
    found = diagnose(bot(POLLING, (entry.condition, entry.status, entry.name)), pod(ready=True), [], NOW)
    troubled = entry.status == "False"
    assert (found.reason, found.light) == ((entry.name, Light.WAITS) if troubled else ("Polling", Light.WORKS))


def test_the_facts_come_from_where_they_are_known() -> None:
    facts = diagnose(bot(("Ready", "False", "CrashLoop")), pod(ended=BUG, restarts=7), [], NOW).facts
    assert (facts.exit_code, facts.restarts, facts.image, facts.memory) == ("70", "7", "bot:1", "256Mi")

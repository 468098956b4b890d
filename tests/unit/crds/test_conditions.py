"""The catalogue is whole, its sentences are sentences, and what others say by themselves is in it."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from personalbots_api import conditions
from personalbots_api.conditions import CATALOGUE, Reason
from personalbots_api.status import Condition

CHECKOUT = Path(__file__).parents[3]

# A reason, once released, is API: names are added here, never changed or taken away.
RELEASED = {
    "Ready": """Starting Polling Unschedulable VolumePending ImagePullFailed SecretMissing TokenRefused
        TokenHeldElsewhere TokenConflict QuotaExceeded TelegramUnreachable OutOfMemory CrashLoop BadArguments PodRefused
        PodNameTaken Evicted NodeLost PodStuck NotPolling InvalidSpec Restarting Asleep Stopped Terminating""",
    "LLMReady": "NotChecked KeyAccepted KeyRefused ModelMissing ModelForbidden CountryRefused AddressWrong RateLimited "
    "QuotaExhausted BudgetSpent Unreachable",
    "KnowledgeReady": "Opening Opened StoreUnreachable StoreRefused StoreFull StoreLocked Unknown",
}


@pytest.mark.parametrize(("condition", "released"), RELEASED.items())
def test_every_released_reason_exists_once(condition: conditions.ConditionType, released: str) -> None:
    assert sorted(reason.name for reason in conditions.reasons(condition)) == sorted(released.split())


def test_types_name_the_same_reasons_as_the_catalogue() -> None:
    for literal, table in (
        (conditions.ReadyReason, conditions.READY),
        (conditions.LLMReason, conditions.LLM_READY),
        (conditions.KnowledgeReason, conditions.KNOWLEDGE_READY),
    ):
        assert sorted(get_args(literal)) == sorted(reason.name for reason in table)


@pytest.mark.parametrize("reason", CATALOGUE, ids=lambda reason: f"{reason.condition}-{reason.name}")
def test_every_reason_says_whole_sentences(reason: Reason) -> None:
    text = reason.render(**dict.fromkeys(reason.facts, "x"))
    for sentence in (text, reason.meaning, reason.remedy):
        assert sentence[0].isupper()
        assert sentence.endswith((".", ")."))
        assert "{" not in sentence
    assert Condition.model_fields["message"].metadata[0].max_length > 10 * len(text)


@pytest.mark.parametrize("reason", CATALOGUE, ids=lambda reason: f"{reason.condition}-{reason.name}")
def test_an_empty_fact_leaves_no_gap(reason: Reason) -> None:
    text = reason.render(**{name: "" if name == "detail" else "x" for name in reason.facts})
    assert not any(gap in text for gap in ("  ", " .", " :", ": .", "()", ".."))


def test_a_detail_brings_its_own_full_stop_or_none() -> None:
    reason = conditions.ready("ImagePullFailed")
    texts = {reason.render(image="a", detail=detail) for detail in ("no such image", " no such image.\n")}
    assert len(texts) == 1
    assert "cannot be pulled: no such image. Check" in texts.pop()


def test_a_missing_fact_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        conditions.ready("OutOfMemory").render()


def test_a_ready_bot_polls_and_no_other() -> None:
    assert [reason.name for reason in conditions.READY if reason.status == "True"] == ["Polling"]
    assert all((reason.phase is not None) == (reason.condition == "Ready") for reason in CATALOGUE)


def test_failures_are_warnings_and_the_normal_course_is_not() -> None:
    calm = {reason.name for reason in conditions.READY if reason.severity == "Normal"}
    assert calm == {"Starting", "Polling", "Restarting", "Asleep", "Stopped", "Terminating"}
    assert all(reason.severity == "Warning" for reason in CATALOGUE if reason.phase == "Failed")


def test_an_unknown_reason_from_a_newer_bot_is_no_error() -> None:
    assert conditions.find("LLMReady", "SomethingNew") is None
    with pytest.raises(LookupError):
        conditions.ready("SomethingNew")  # type: ignore[arg-type]


def reported_by_the_bot() -> dict[str, str]:
    """Every reason that the bot writes into /statusz, and where its source says it."""
    found: dict[str, str] = {}
    for path in (CHECKOUT / "bot_image/src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            for value in _reasons_in(node):
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value[:1].isupper():
                    found[value.value] = f"{path.name}:{value.lineno}"
    return found


def _reasons_in(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Assign(targets=[ast.Attribute(attr="reason")], value=value):
            return [value]
        case ast.AnnAssign(target=ast.Name(id="reason"), value=ast.expr() as value):
            return [value]
        case ast.Assign(targets=[ast.Tuple(elts=[first, *_])], value=ast.Tuple(elts=[value, *_])):
            return [value] if ast.unparse(first).endswith("reason") else []
        case ast.keyword(arg="reason", value=value):
            return [value]
        case ast.Call(func=ast.Name(id="StoreError" | "_bad"), args=[value, *_]):
            return [value]
        case _:
            return []


def test_the_bot_reports_only_reasons_that_the_catalogue_knows() -> None:
    reported = reported_by_the_bot()
    assert {"Polling", "TokenHeldElsewhere", "KeyRefused", "StoreLocked"} <= set(reported), "it finds too little"
    known = {reason.name for reason in CATALOGUE}
    assert {name: where for name, where in reported.items() if name not in known} == {}


def test_the_catalogue_and_the_names_are_read_without_pydantic_which_costs_the_operator_memory() -> None:
    modules = "conditions, defaults, names, quantities"
    program = f"import sys; from personalbots_api import {modules}; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603 - ourselves

"""No reason of any condition without a case on the real cluster."""

import ast
from pathlib import Path

from personalbots_api import conditions

CASES = Path(__file__).parents[2] / "e2e"


def test_every_reason_of_every_condition_has_a_case_on_the_real_cluster() -> None:
    named = {
        node.value
        for path in CASES.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert {reason.name for reason in conditions.CATALOGUE} - named == set()

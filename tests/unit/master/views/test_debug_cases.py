"""Every reason of the catalogue is made to happen on the real cluster, and its owner asks there what is wrong."""

import ast
from pathlib import Path

from personalbots_api.conditions import CATALOGUE

PASSES = {"Starting", "Restarting", "Evicted", "Unknown", "NotChecked", "Opening", "StoreLocked"}
"""Over before anybody could ask, but for a start that is slow; the table in test_diagnosis.py has them."""
WELL = {"KeyAccepted", "Opened"}
"""Told as Polling: the bot works."""
ASKING = {"fails", "owner_reads"}
"""What a test calls that lets the owner ask: see `Installation.owner_reads`."""


def asked() -> set[str]:
    """The reasons for which an owner asks in a test on the cluster, itself or by a row of its table."""
    found: set[str] = set()
    for path in sorted((Path(__file__).parents[3] / "e2e").rglob("test_*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.AsyncFunctionDef) and function.name.startswith("test_"):
                calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
                asking = [call for call in calls if ast.unparse(call.func).rpartition(".")[2] in ASKING]
                inside = [node for part in asking + function.decorator_list * bool(asking) for node in ast.walk(part)]
                found |= {str(node.value) for node in inside if isinstance(node, ast.Constant)}
    return found


def test_the_owner_of_a_bot_with_any_lasting_trouble_asks_on_the_cluster_what_it_is() -> None:
    assert {entry.name for entry in CATALOGUE} - PASSES - WELL - asked() == set()

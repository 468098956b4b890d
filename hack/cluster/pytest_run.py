"""Runs pytest and counts what passed."""

import os
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cluster.context import Context, ToolingError

NO_TESTS: Final = 5
"""pytest's exit code when -k or -m leaves none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of pytest ended."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def pytest(
    context: Context, folder: str, *options: str, how: str = "", env: Mapping[str, str] = MappingProxyType({})
) -> Outcome:
    """Run the tests of a folder, with pytest's own output; PYTEST_ARGS of the environment is added to the options.

    Args:
        how: tells this run of the folder from others, in the title and in the report's name.
        env: added to this process's environment.

    Raises:
        ToolingError: pytest ended before it ran a test, or with an error that is no failed test.
    """
    title = f"{folder} {how}".strip()
    report = artifacts(context) / f"{Path(title).name.replace(' ', '-')}.xml"
    report.unlink(missing_ok=True)
    context.show(f"\n{title}")

    command = [str(tool("pytest")), folder, f"--junitxml={report}", *options]
    command += shlex.split(os.environ.get("PYTEST_ARGS", ""))
    env = {**os.environ, **context.environment(), **env}
    code = subprocess.run(command, cwd=context.root, env=env, check=False).returncode  # noqa: S603 - our own words

    if code == NO_TESTS:
        return Outcome()
    if not report.exists():
        raise ToolingError(f"pytest ended with {code} before it ran a test.")
    outcome = count(report)
    if code and not outcome.failed:
        raise ToolingError(f"pytest ended with {code}, although no test failed: see above.")
    return outcome


def count(report: Path) -> Outcome:
    """Count the tests in a JUnit report."""
    total = Outcome()
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - pytest wrote it
        tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        total += Outcome(tests - skipped - failed, failed, skipped)
    return total


def tool(name: str) -> Path:
    """Give a program of the development environment."""
    return Path(sys.executable).parent / name


def artifacts(context: Context) -> Path:
    """Give the folder with what a run leaves behind."""
    folder = context.root / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder

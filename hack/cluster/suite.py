"""`make test`: every check and test, from nothing; ends with how many passed."""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from cluster import host, images, kind, kube, tools
from cluster.context import Context, Problem
from cluster.process import CommandFailed, run, works

SOURCES = ("crds/src", "operator/src", "bot_image/src", "master_bot/src", "tests/standins/src", "hack")
LINTERS = (
    ("ruff", "check", "--quiet"),
    ("ruff", "format", "--check", "--quiet"),
    ("mypy", *SOURCES),
    ("lint-imports",),
)
NO_TESTS = 5  # pytest's exit code when -k or -m leaves none
UNIT, CLUSTER = "tests/unit", "tests/e2e"
TESTS = "tests.lock"
"""Held by who uses the tests' cluster: there is one on a machine, whatever the checkout."""
SIDE_BY_SIDE = (
    "-p",
    "no:cacheprovider",
    "--numprocesses=2",
    "--dist=worksteal",
)  # most of these tests wait for something
PATIENT = "--timeout=300"  # seconds; the first test of a process waits for the whole installation
LEFT_BEHIND = ("-W", "ignore::pytest.PytestUnraisableExceptionWarning")
"""aiohttp leaves the transport of a call that is cut off while it connects; whichever test comes next would be told."""
ALL_OF_THEM = (PATIENT, *LEFT_BEHIND, "-p", "no:hypothesispytest")  # its import at the end met a fault of Python 3.11
ON_THE_CLUSTER = {  # most of these wait for something far away
    "side by side": (*ALL_OF_THEM, "-m", "not (serial or disruptive)", "--numprocesses=3", "--dist=loadfile"),
    "one by one": (*ALL_OF_THEM, "-m", "serial or disruptive"),
}


FEW = 5  # more failures than these have a cause in common, and are not tried again


@dataclass(frozen=True)
class Outcome:
    """How a run of pytest ended."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def lint(context: Context) -> int:
    """Run the linters; what they find is shown."""
    found = ""
    for command in LINTERS:
        try:
            with context.step(" ".join(command[:2]) if command[0] == "ruff" else command[0]):
                run(_tool(command[0]), *command[1:], cwd=context.root)
        except CommandFailed as failed:
            found += failed.output
    if found:
        context.tell(found)
    return 1 if found else 0


def unit(context: Context) -> int:
    """Run the tests that need no cluster."""
    _browser(context)
    return 1 if _pytest(context, UNIT, *SIDE_BY_SIDE).failed else 0


def cluster_tests(context: Context) -> int:
    """Run the tests that need a cluster, on one of their own, which stays up for the next time."""
    context = _apart(context)
    _browser(context)
    with context.alone(TESTS):
        _prepare(context)
        return 1 if on_the_cluster(context).failed else 0


def run_all(context: Context) -> int:
    """Lint, test, bring up a cluster meanwhile, test on it, and take it down again (unless KEEP is set).

    The cluster is a new one: nobody knows in what state a run that was killed has left the one that is there.
    """
    with context.alone(TESTS):
        return _run_all(context)


def _run_all(context: Context) -> int:
    start = time.monotonic()
    if lint(context):
        return 1
    _browser(context)
    apart = _apart(context)
    try:
        with ThreadPoolExecutor(max_workers=1) as beside:
            cluster = beside.submit(_prepare, replace(apart, quiet=True), anew=True)
            outcome = _pytest(context, UNIT, *SIDE_BY_SIDE)
            with context.step("Cluster up, with the images in it", "begun with the tests above"):
                cluster.result()
        if not outcome.failed:
            outcome += on_the_cluster(apart)
            if outcome.failed:
                _keep_evidence(apart)
    finally:
        if not os.environ.get("KEEP"):
            kind.down(apart)
    skipped = f", {outcome.skipped} skipped" if outcome.skipped else ""
    context.tell(f"\nAll of it took {(time.monotonic() - start) / 60:.1f} minutes.")
    context.tell(f"{outcome.passed} passed, {outcome.failed} failed{skipped}")
    return 1 if outcome.failed else 0


def down(context: Context) -> None:
    """Take down the cluster of the tests."""
    kind.down(_apart(context))


def _apart(context: Context) -> Context:
    """Give the tests a cluster and ports of their own, so that a demo goes on undisturbed."""
    if context.external:
        return context
    name = f"{context.name}-test"
    return replace(context, name=name, chat_port=context.chat_port + 10000, llm_port=context.llm_port + 10000)


def _browser(context: Context) -> None:
    """Have a browser for the tests of the chat page; elsewhere Selenium looks for one by itself."""
    if host.is_debian_root():
        host.install(context, "chromium", "chromium-driver", "fonts-noto-color-emoji")


def _prepare(context: Context, *, anew: bool = False) -> None:
    kind.up(context, anew=anew)
    images.load(context)


def _tool(name: str) -> Path:
    return Path(sys.executable).parent / name


def on_the_cluster(context: Context) -> Outcome:
    """Run the tests that need a cluster; those that may run side by side come first, and record for the last one.

    What fails is run once more, by itself, as Kubernetes' own end-to-end tests are: neighbours share two cores, the
    kubelet and the stand-ins. What passes only then is named, since it is still to be mended.
    """
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        remember = ("-o", f"cache_dir={folder}/cache")
        env = {"PERSONALBOTS_RECORDING": f"{folder}/recording"}
        Path(env["PERSONALBOTS_RECORDING"]).mkdir()
        for how, options in ON_THE_CLUSTER.items():
            found = _pytest(context, CLUSTER, *remember, *options, how=how, env=env)
            if 0 < found.failed <= FEW:
                again = (*ALL_OF_THEM, "--last-failed", "--last-failed-no-failures=none")
                second = _pytest(context, CLUSTER, *remember, *again, how=f"{how} again", env=env)
                if second.passed:
                    context.tell(f"{second.passed} passed only at the second try: see above, to be mended.")
                if second.passed or second.failed:
                    found = replace(found, passed=found.passed + second.passed, failed=second.failed)
            outcome += found
            if outcome.failed:
                break
    return outcome


def _pytest(
    context: Context, folder: str, *options: str, how: str = "", env: Mapping[str, str] = MappingProxyType({})
) -> Outcome:
    """Run the tests of a folder, showing pytest's own output."""
    title = f"{folder} {how}".strip()
    report = _artifacts(context) / f"{Path(title).name.replace(' ', '-')}.xml"
    report.unlink(missing_ok=True)
    context.tell(f"\n{title}")
    command = [str(_tool("pytest")), folder, f"--junitxml={report}", *options]
    command += os.environ.get("PYTEST_ARGS", "").split()
    env = {**os.environ, **context.environment(), **env}
    code = subprocess.run(command, cwd=context.root, env=env, check=False).returncode  # noqa: S603 - our own words
    if code == NO_TESTS:
        return Outcome()
    if not report.exists():
        raise Problem(f"pytest ended with {code} before it ran a test.")
    outcome = read(report)
    if code and not outcome.failed:
        raise Problem(f"pytest ended with {code}, although no test failed: see above.")
    return outcome


def read(report: Path) -> Outcome:
    """Count what a JUnit report tells of."""
    total = Outcome()
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - pytest wrote it
        tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        total += Outcome(tests - skipped - failed, failed, skipped)
    return total


def _artifacts(context: Context) -> Path:
    folder = context.root / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder


def _keep_evidence(context: Context) -> None:
    """Write down what the cluster says before it goes."""
    folder = _artifacts(context)
    for name, words in {
        "pods.txt": ("get", "pods", "-A", "-o", "wide"),
        "pods.yaml": ("get", "pods", "-A", "-o", "yaml"),
        "personalbots.yaml": ("get", "personalbots", "-A", "-o", "yaml"),
        "events.txt": ("get", "events", "-A", "--sort-by=.lastTimestamp"),
    }.items():
        try:
            (folder / name).write_text(kube.kubectl(context, *words))
        except CommandFailed as failed:
            (folder / name).write_text(str(failed))
    dump = ("cluster-info", "dump", "--all-namespaces", "--output-directory", str(folder / "cluster"))
    works(tools.path(context, "kubectl"), *dump, env={"KUBECONFIG": str(context.kubeconfig)}, timeout=120)
    context.tell(f"What the cluster said is in {folder}.")

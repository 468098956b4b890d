"""`make lint` and `make test`: which checks and tests run, and in what order."""

import os
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from cluster import host, images, kind, kube, tools
from cluster.context import Context
from cluster.process import CommandError, run, works
from cluster.pytest_run import Outcome, artifacts, pytest, tool

SOURCES = ("common/src", "crds/src", "operator/src", "bot_image/src", "master_bot/src", "hack", "tests")
LINTERS = (
    ("ruff", "check", "--quiet"),
    ("ruff", "format", "--check", "--quiet"),
    ("mypy", *SOURCES),
    ("lint-imports",),
)
UNIT, CLUSTER = "tests/unit", "tests/e2e"
TESTS = "tests.lock"
"""The lock of the tests' cluster: a machine has one, whatever the checkout."""
SIDE_BY_SIDE = ("-p", "no:cacheprovider", "--numprocesses=2", "--dist=worksteal")
PATIENT = "--timeout=300"  # seconds: the first test of a process waits for the whole installation
LEFT_BEHIND = ("-W", "ignore::pytest.PytestUnraisableExceptionWarning")
"""aiohttp leaves the transport of a call open that is cut off while it connects; the next test would fail."""
ALL_OF_THEM = (PATIENT, *LEFT_BEHIND, "-p", "no:hypothesispytest")  # its import at the end met a fault of Python 3.11
ON_THE_CLUSTER = {  # most of these wait for something far away
    "side by side": (*ALL_OF_THEM, "-m", "not (serial or disruptive)", "--numprocesses=3", "--dist=loadfile"),
    "one by one": (*ALL_OF_THEM, "-m", "serial or disruptive"),
}
FEW = 5  # failed tests that are tried again: more of them have a cause in common


def lint(context: Context) -> int:
    """Run the linters and show what they find."""
    return _lint(context, LINTERS)


def types(context: Context) -> int:
    """Run the type checks alone."""
    return _lint(context, [command for command in LINTERS if command[0] == "mypy"])


def _lint(context: Context, linters: Iterable[tuple[str, ...]]) -> int:
    found = ""
    for command in linters:
        try:
            with context.step(" ".join(command[:2]) if command[0] == "ruff" else command[0]):
                run(tool(command[0]), *command[1:], cwd=context.root)
        except CommandError as failed:
            found += failed.output

    if found:
        context.show(found)
    return 1 if found else 0


def unit(context: Context) -> int:
    """Run the tests that need no cluster."""
    _browser(context)
    return 1 if pytest(context, UNIT, *SIDE_BY_SIDE).failed else 0


def cluster_tests(context: Context) -> int:
    """Run the tests that need a cluster, on one of their own, which stays up for the next time."""
    context = _apart(context)
    _browser(context)
    with context.locked(TESTS):
        _prepare(context)
        return 1 if on_the_cluster(context).failed else 0


def run_all(context: Context) -> int:
    """Lint, test, create a cluster meanwhile, test on it, and delete it again unless KEEP is set.

    The cluster is always a new one: nobody knows in what state a killed run has left the old one.
    """
    with context.locked(TESTS):
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
            outcome = pytest(context, UNIT, *SIDE_BY_SIDE)
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
    context.show(f"\nAll of it took {(time.monotonic() - start) / 60:.1f} minutes.")
    context.show(f"{outcome.passed} passed, {outcome.failed} failed{skipped}")
    return 1 if outcome.failed else 0


def down(context: Context) -> None:
    """Delete the cluster of the tests."""
    kind.down(_apart(context))


def _apart(context: Context) -> Context:
    """Give the tests their own cluster and ports, so that they do not disturb a demo."""
    if context.external:
        return context
    name = f"{context.name}-test"
    return replace(context, name=name, chat_port=context.chat_port + 10000, llm_port=context.llm_port + 10000)


def _browser(context: Context) -> None:
    """Install a browser for the tests of the chat page; on other systems Selenium finds one by itself."""
    if host.is_debian_root():
        host.install(context, "chromium", "chromium-driver", "fonts-noto-color-emoji")


def _prepare(context: Context, *, anew: bool = False) -> None:
    kind.up(context, anew=anew)
    images.load(context)


def on_the_cluster(context: Context) -> Outcome:
    """Run the tests that need a cluster: first those that may run side by side, which record for the last one.

    A test that fails is run once more, by itself, as in Kubernetes' own end-to-end tests: neighbours share the cores,
    the kubelet and the stand-ins. A test that passes only then is named, and still has to be repaired.
    """
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        remember = ("-o", f"cache_dir={folder}/cache")
        env = {"PERSONALBOTS_RECORDING": f"{folder}/recording"}
        Path(env["PERSONALBOTS_RECORDING"]).mkdir()

        for how, options in ON_THE_CLUSTER.items():
            found = pytest(context, CLUSTER, *remember, *options, how=how, env=env)
            if 0 < found.failed <= FEW:
                again = (*ALL_OF_THEM, "--last-failed", "--last-failed-no-failures=none")
                second = pytest(context, CLUSTER, *remember, *again, how=f"{how} again", env=env)
                found = _with_second_try(context, found, second)

            outcome += found
            if outcome.failed:
                break
    return outcome


def _with_second_try(context: Context, first: Outcome, second: Outcome) -> Outcome:
    if second.passed:
        context.show(f"{second.passed} passed only at the second try: see above, to be repaired.")
    if not (second.passed or second.failed):
        return first
    return replace(first, passed=first.passed + second.passed, failed=second.failed)


def _keep_evidence(context: Context) -> None:
    """Write down the state of the cluster before it is deleted."""
    folder = artifacts(context)
    for name, words in {
        "pods.txt": ("get", "pods", "-A", "-o", "wide"),
        "pods.yaml": ("get", "pods", "-A", "-o", "yaml"),
        "personalbots.yaml": ("get", "personalbots", "-A", "-o", "yaml"),
        "events.txt": ("get", "events", "-A", "--sort-by=.lastTimestamp"),
    }.items():
        try:
            (folder / name).write_text(kube.kubectl(context, *words))
        except CommandError as failed:
            (folder / name).write_text(str(failed))

    dump = ("cluster-info", "dump", "--all-namespaces", "--output-directory", str(folder / "cluster"))
    works(tools.path(context, "kubectl"), *dump, env={"KUBECONFIG": str(context.kubeconfig)}, timeout=120)
    context.show(f"The state of the cluster is in {folder}.")

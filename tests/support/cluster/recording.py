"""A recording of the whole run: every state of pods, resources and Events, and every container's log, even of pods
that are gone.

Several processes may record into one folder.
"""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cluster import Context, tools
from support.cluster import node
from support.cluster.installation import Json

LAST: Final = "last"
PROCESS: Final = os.environ.get("PYTEST_XDIST_WORKER", LAST)
"""Names this process's part of the recording: tests that run side by side come first, then those of one process."""

_WATCH: Final = """
parent=$0
(while kill -0 "$parent" 2>/dev/null; do sleep 2; done; kill 0) &
while true; do "$@"; sleep 0.2; done
"""
"""A watch ends with its API server, and begins again; all of it ends with the tests, however they end."""


class Recording:
    """Begins with the installation, ends with the run."""

    def __init__(self, context: Context, folder: Path) -> None:
        self._context = context
        self._folder = folder

    def states(self, kind: str) -> str:
        """Give every state of every object of `kind` in the bots' and the programs' namespaces, as JSON texts.

        Includes what other processes recorded.
        """
        return "".join(path.read_text() for path in sorted(self._folder.glob(f"*.{kind}.*.json")))

    def keep_secrets(self, secrets: set[str]) -> None:
        """Keep every token and key that this process handed out, for the scan at the end of the last process."""
        (self._folder / f"{PROCESS}.secrets").write_text("\n".join(secrets))

    def kept_secrets(self) -> set[str]:
        """Give what the other processes kept."""
        return {line for path in self._folder.glob("*.secrets") for line in path.read_text().splitlines()}

    def changes(self, kind: str, namespace: str) -> Iterator[Json]:
        """Give the watch events (type, object) of `kind` that this process recorded, oldest first."""
        text, position = (self._folder / f"{PROCESS}.{kind}.{namespace}.json").read_text(), 0
        decoder = json.JSONDecoder()
        with contextlib.suppress(json.JSONDecodeError):  # the last may be cut
            while position < len(text):
                found, position = decoder.raw_decode(text, position)
                for item in found["object"].get("items", [found["object"]]):  # many at first come as lists
                    yield found | {"object": item}
                while position < len(text) and text[position].isspace():
                    position += 1

    def logs_with(self, secrets: set[str]) -> tuple[list[str], int]:
        """Give the container logs that hold one of `secrets`, and how many characters were looked through."""
        return node.logs_with(self._context, secrets)

    def kill(self, container: str) -> None:
        """Kill the first process of a container (its id) with SIGKILL."""
        node.send_signal(self._context, container, signal.SIGKILL)


@contextlib.contextmanager
def recording(
    context: Context, folder: Path, *, kinds: tuple[str, ...], namespaces: tuple[str, ...]
) -> Iterator[Recording]:
    """Record into the folder until the end of the block."""
    with context.locked():
        node.prepare_node(context)

    with contextlib.ExitStack() as stack:
        for kind in kinds:
            for namespace in namespaces:
                file = stack.enter_context((folder / f"{PROCESS}.{kind}.{namespace}.json").open("w"))
                command = ["sh", "-c", _WATCH, str(os.getpid()), *_watching(context, kind, namespace)]
                watch = subprocess.Popen(command, stdout=file, start_new_session=True)  # noqa: S603 - our own words
                stack.callback(watch.wait)
                stack.callback(os.killpg, watch.pid, signal.SIGTERM)
        yield Recording(context, folder)

    if PROCESS == LAST:
        node.remove_from_node(context)


def _watching(context: Context, kind: str, namespace: str) -> list[str]:
    kubectl = [str(tools.path(context, "kubectl")), f"--kubeconfig={context.kubeconfig}", "-n", namespace]
    return [*kubectl, "get", kind, "--watch", "--output-watch-events", "-o", "json"]

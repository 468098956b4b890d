"""What the whole run left behind: every state of pods, resources and events, and every container's log, also of pods
that are gone. Several processes may record into one folder."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cluster import Context, images, kube, tools
from support.installation import Json

LAST = "last"
PROCESS = os.environ.get("PYTEST_XDIST_WORKER", LAST)
"""Names this process's part of the recording: tests that run side by side come before those that run alone."""

NODE = "node-hand"
"""Namespace and name of a pod on the node that may kill processes there, and keeps what containers say."""

WATCH = """
parent=$0
(while kill -0 "$parent" 2>/dev/null; do sleep 2; done; kill 0) &
while true; do "$@"; sleep 0.2; done
"""
"""A watch ends with its API server, and is begun again; all of it ends with the tests, however those end."""

KEEP = """
import os, time
while True:
    for folder, _, files in os.walk("/host/pods"):
        for name in files:
            source = os.path.join(folder, name)
            kept = "/host/kept/" + source[len("/host/pods/"):].replace("/", "+")
            try:
                os.link(source, kept)
            except (FileExistsError, FileNotFoundError):
                pass
    time.sleep(0.2)
"""
KILL = """
import glob, os, sys
for status in glob.glob("/proc/[0-9]*/status"):
    try:
        inside = next(line for line in open(status) if line.startswith("NSpid")).split()
        if inside[-1] == "1" and len(inside) > 2 and sys.argv[1] in open(status[:-6] + "cgroup").read():
            os.kill(int(inside[1]), 9)
            break
    except (FileNotFoundError, ProcessLookupError):
        continue
else:
    sys.exit("no such container")
"""
SCAN = """
import glob, sys
secrets = sys.stdin.read().split()
size = 0
for name in glob.glob("/host/kept/*"):
    text = open(name, errors="replace").read()
    size += len(text)
    if any(secret in text for secret in secrets):
        print("found in", name)
print("read", size)
"""


class Recording:
    """Begins with the installation, ends with the run."""

    def __init__(self, context: Context, folder: Path) -> None:
        self._context = context
        self._folder = folder

    def states(self, kind: str) -> str:
        """Give every state of every object of `kind` in the bots' and the programs' namespaces, as JSON texts.

        Also what other processes recorded.
        """
        return "".join(path.read_text() for path in sorted(self._folder.glob(f"*.{kind}.*.json")))

    def keep_secrets(self, secrets: set[str]) -> None:
        """Keep every token and key that this process handed out, for the scan at the end of the last one."""
        (self._folder / f"{PROCESS}.secrets").write_text("\n".join(secrets))

    def kept_secrets(self) -> set[str]:
        """Give what the other processes kept."""
        return {line for path in self._folder.glob("*.secrets") for line in path.read_text().splitlines()}

    def changes(self, kind: str, namespace: str) -> Iterator[Json]:
        """Give the watch events (type, object) of `kind`, oldest first."""
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
        words = ("-n", NODE, "exec", "-i", NODE, "--", "python3", "-c", SCAN)
        *found, size = kube.kubectl(self._context, *words, stdin="\n".join(secrets)).splitlines()
        return found, int(size.removeprefix("read "))

    def kill(self, container: str) -> None:
        """Kill the first process of a container (its id) with SIGKILL: it cannot be killed from inside."""
        kube.kubectl(self._context, "-n", NODE, "exec", NODE, "--", "python3", "-c", KILL, container)


@contextlib.contextmanager
def recording(
    context: Context, folder: Path, *, kinds: tuple[str, ...], namespaces: tuple[str, ...]
) -> Iterator[Recording]:
    """Record into the folder until the end of the block."""
    with context.locked():
        _put_hand_on_node(context)
    with contextlib.ExitStack() as stack:
        for kind in kinds:
            for namespace in namespaces:
                command = [
                    "sh", "-c", WATCH, str(os.getpid()),
                    tools.path(context, "kubectl"), f"--kubeconfig={context.kubeconfig}", "-n", namespace,
                    "get", kind, "--watch", "--output-watch-events", "-o", "json",
                ]  # fmt: skip
                file = stack.enter_context((folder / f"{PROCESS}.{kind}.{namespace}.json").open("w"))
                watch = subprocess.Popen(command, stdout=file, start_new_session=True)  # noqa: S603
                stack.callback(watch.wait)
                stack.callback(os.killpg, watch.pid, signal.SIGTERM)
        yield Recording(context, folder)
    if PROCESS == LAST:
        kube.kubectl(context, "delete", "namespace", NODE)


def _put_hand_on_node(context: Context) -> None:
    """Have the pod there; one of an earlier run that was cut off serves as well."""
    kube.apply(context, kube.namespace(NODE, security="privileged"))
    logs = {"name": "logs", "hostPath": {"path": "/var/log"}}
    pod = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": NODE, "namespace": NODE},
        "spec": {
            "hostPID": True, "terminationGracePeriodSeconds": 0, "automountServiceAccountToken": False,
            "nodeSelector": {"kubernetes.io/os": "linux"},  # which no fake node has
            "tolerations": [{"operator": "Exists"}], "volumes": [logs],
            "containers": [{
                "name": "python", "image": images.refs(context)["bot"], "command": ["sh", "-c"],
                "args": ['rm -rf /host/kept; mkdir /host/kept; exec python3 -c "$KEEP"'],
                "env": [{"name": "KEEP", "value": KEEP}],
                "securityContext": {"runAsUser": 0, "privileged": True},
                "volumeMounts": [{"name": "logs", "mountPath": "/host"}],
            }],
        },
    }  # fmt: skip
    if not kube.kubectl(context, "-n", NODE, "get", "pod", NODE, "-o", "name", "--ignore-not-found"):
        kube.apply(context, pod)
    kube.kubectl(context, "-n", NODE, "wait", "--for=condition=Ready", f"pod/{NODE}", "--timeout=60s")

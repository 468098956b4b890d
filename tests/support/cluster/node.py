"""A pod on the cluster's node that may do there what no test can do from outside: kill, freeze, mount, keep logs."""

from typing import Final

from cluster import Context, images, kube

NODE: Final = "node-hand"
"""The pod's name, and its namespace's."""

_KEEP: Final = """
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
_SIGNAL: Final = """
import glob, os, sys
for status in glob.glob("/proc/[0-9]*/status"):
    try:
        inside = next(line for line in open(status) if line.startswith("NSpid")).split()
        if inside[-1] == "1" and len(inside) > 2 and sys.argv[2] in open(status[:-6] + "cgroup").read():
            os.kill(int(inside[1]), int(sys.argv[1]))
            break
    except (FileNotFoundError, ProcessLookupError):
        continue
else:
    sys.exit("no such container")
"""
_SCAN: Final = """
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


def on_node(context: Context, script: str, *words: str, stdin: str | None = None) -> str:
    """Run a Python script on the node; give what it prints."""
    how = ("exec", NODE) if stdin is None else ("exec", "-i", NODE)
    return kube.kubectl(context, "-n", NODE, *how, "--", "python3", "-c", script, *words, stdin=stdin)


def send_signal(context: Context, container: str, number: int) -> None:
    """Send a signal to the first process of a container (its id); from inside SIGKILL and SIGSTOP have no effect."""
    on_node(context, _SIGNAL, f"{number:d}", container)


def logs_with(context: Context, secrets: set[str]) -> tuple[list[str], int]:
    """Give the container logs that hold one of `secrets`, and how many characters were looked through."""
    *found, size = on_node(context, _SCAN, stdin="\n".join(secrets)).splitlines()
    return found, int(size.removeprefix("read "))


def prepare_node(context: Context) -> None:
    """Have the pod there; one of an earlier run that was cut off serves as well."""
    kube.apply(context, kube.namespace(NODE, security="privileged"))
    if not kube.kubectl(context, "-n", NODE, "get", "pod", NODE, "-o", "name", "--ignore-not-found"):
        kube.apply(context, _pod(images.refs(context)["bot"]))
    kube.kubectl(context, "-n", NODE, "wait", "--for=condition=Ready", f"pod/{NODE}", "--timeout=60s")


def remove_from_node(context: Context) -> None:
    """Take the pod away."""
    kube.kubectl(context, "delete", "namespace", NODE)


def _pod(image: str) -> dict[str, object]:
    container = {
        "name": "python",
        "image": image,
        "command": ["sh", "-c"],
        "args": ['rm -rf /host/kept; mkdir /host/kept; exec python3 -c "$KEEP"'],
        "env": [{"name": "KEEP", "value": _KEEP}],
        "securityContext": {"runAsUser": 0, "privileged": True},
        "volumeMounts": [{"name": "logs", "mountPath": "/host"}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": NODE, "namespace": NODE},
        "spec": {
            "hostPID": True,
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
            "nodeSelector": {"kubernetes.io/os": "linux"},  # no fake node has it
            "tolerations": [{"operator": "Exists"}],
            "volumes": [{"name": "logs", "hostPath": {"path": "/var/log"}}],
            "containers": [container],
        },
    }

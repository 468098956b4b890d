"""The kind cluster: created, and deleted with all that was started for it."""

import contextlib
import json
import time
from typing import Final

from cluster import engine, kube, node, tools
from cluster.context import Context, ToolingError
from cluster.process import CommandError, run, works

CONFIG: Final = "kind-config.yaml"


def up(context: Context, *, anew: bool = False) -> None:
    """Make sure that a cluster answers; quick if it exists.

    Args:
        anew: delete a cluster that exists, and create a new one.

    Raises:
        ToolingError: there can be none, and why.
    """
    if context.external:
        kube.kubectl(context, "get", "--raw", "/readyz")
        return

    with context.locked():
        engine.ensure(context)
        if anew and _nodes(context):
            _delete(context)
        elif _stands(context):
            return

        image = node.image(context)
        tools.clients(context)
        with context.step("Cluster created"):
            _create(context, image)
        with context.step("Cluster ready"):
            _wait(context)


def down(context: Context) -> None:
    """Delete the cluster, and stop the engine if it was started here. The cache stays."""
    if context.external:
        return

    with context.locked():
        if engine.answers() and _nodes(context):
            _delete(context)
        context.kubeconfig.unlink(missing_ok=True)

        if engine.answers() and run("docker", "ps", "-q").strip():
            return  # others use the engine
        works("docker", "network", "rm", "kind")
        engine.stop(context)


def _delete(context: Context) -> None:
    with context.step("Cluster deleted"):
        _kind(context, "delete", "cluster")


def _kind(context: Context, *words: str) -> str:
    return run(tools.path(context, "kind"), *words, "--name", context.name, "--kubeconfig", context.kubeconfig)


def _nodes(context: Context) -> dict[str, str]:
    """Read the node containers and their states from the engine."""
    ours = f"label=io.x-k8s.kind.cluster={context.name}"
    found = run("docker", "ps", "-a", "--format", "{{.Names}} {{.State}}", "--filter", ours)
    return dict(line.split() for line in found.splitlines())


def _stands(context: Context) -> bool:
    """Whether the cluster exists and answers; nodes that stopped with their machine are started again."""
    nodes = _nodes(context)
    if not nodes:
        return False

    for name, state in nodes.items():
        if state != "running":
            with context.step(f"Node {name} started again"):
                run("docker", "start", name)

    context.kubeconfig.write_text(run(tools.path(context, "kind"), "get", "kubeconfig", "--name", context.name))
    context.kubeconfig.chmod(0o600)
    with contextlib.suppress(CommandError):
        _wait(context)
        return True

    context.progress("          The cluster that was here does not answer any more: a new one is created.")
    _kind(context, "delete", "cluster")
    return False


def _create(context: Context, image: str) -> None:
    config = (context.root / CONFIG).read_text()
    config = config.replace("hostPort: 8081", f"hostPort: {context.chat_port}")
    config = config.replace("hostPort: 8082", f"hostPort: {context.llm_port}")
    try:
        run(
            tools.path(context, "kind"), "create", "cluster", "--name", context.name, "--image", image,
            "--kubeconfig", context.kubeconfig, "--config", "-", "--wait", "300s", stdin=config,
        )  # fmt: skip
    except CommandError as failed:
        works(tools.path(context, "kind"), "delete", "cluster", "--name", context.name, timeout=120)
        if "port is already allocated" in failed.output or "address already in use" in failed.output:
            raise ToolingError(
                f"Port {context.chat_port} or {context.llm_port} of this machine is taken. Free it, or choose others "
                "with PERSONALBOTS_CHAT_PORT and PERSONALBOTS_LLM_PORT."
            ) from failed
        raise


def _wait(context: Context, limit: float = 180) -> None:
    """Wait until pods can be created and names resolve: kind itself does not wait for these."""
    end = time.monotonic() + limit
    kubectl = tools.path(context, "kubectl")
    env = {"KUBECONFIG": str(context.kubeconfig)}
    while not works(kubectl, "get", "serviceaccount", "default", env=env):
        if time.monotonic() > end:
            raise CommandError(("kubectl", "get", "serviceaccount", "default"), 124, f"nothing after {limit:.0f} s")
        time.sleep(0.5)

    for namespace in ("kube-system", "local-path-storage"):
        for name in json.loads(kube.kubectl(context, "-n", namespace, "get", "deployments", "-o", "json"))["items"]:
            target = f"deployment/{name['metadata']['name']}"
            kube.kubectl(context, "-n", namespace, "rollout", "status", target, f"--timeout={limit:.0f}s")

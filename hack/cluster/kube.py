"""kubectl and helm, on the cluster of this context and no other."""

import json
from collections.abc import Mapping
from typing import Any

from cluster import tools
from cluster.context import Context
from cluster.process import run


def kubectl(context: Context, *words: str, stdin: str | None = None, timeout: float = 300) -> str:
    """Run kubectl and return what it prints.

    Raises:
        CommandError: it refused; the message is kubectl's own.
    """
    return run(tools.path(context, "kubectl"), *words, stdin=stdin, timeout=timeout, env=_env(context))


def helm(context: Context, *words: str, stdin: str | None = None, timeout: float = 600) -> str:
    """Run helm, apart from the user's own cache and plugins, and return what it prints.

    Raises:
        CommandError: it refused; the message is helm's own.
    """
    home = {name: str(context.cache / "helm") for name in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")}
    return run(tools.path(context, "helm"), *words, stdin=stdin, timeout=timeout, env={**_env(context), **home})


def apply(context: Context, *objects: Mapping[str, Any]) -> None:
    """Apply objects, through standard input since there may be Secrets among them."""
    items = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    kubectl(context, "apply", "--server-side", "--force-conflicts", "-f", "-", stdin=json.dumps(items))


def namespace(name: str, *, security: str = "restricted") -> dict[str, Any]:
    """Make the manifest of a namespace that enforces a level of Pod Security."""
    labels = {"pod-security.kubernetes.io/enforce": security, "pod-security.kubernetes.io/enforce-version": "latest"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def secret(name: str, namespace: str, data: Mapping[str, str]) -> dict[str, Any]:
    """Make the manifest of a Secret."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": dict(data)}


def _env(context: Context) -> dict[str, str]:
    return {"KUBECONFIG": str(context.kubeconfig)}

"""The operator's own Deployment on the cluster: its size, its environment, its conditions, its metrics."""

from typing import Final

from cluster import deploy
from support.cluster.installation import Installation, Json

OPERATOR: Final = f"{deploy.RELEASE}-operator"
_METRICS: Final = f"/api/v1/namespaces/{deploy.NAMESPACE}/services/{OPERATOR}:8080/proxy/metrics"
_NAMESPACE: Final = ("-n", deploy.NAMESPACE)


def scale(installed: Installation, replicas: int) -> None:
    """Have so many operators, without waiting for them."""
    installed.kubectl(*_NAMESPACE, "scale", f"deployment/{OPERATOR}", f"--replicas={replicas}")


def set_env(installed: Installation, *variables: str) -> None:
    """Set environment variables (`NAME=value`), or take them away (`NAME-`)."""
    installed.kubectl(*_NAMESPACE, "set", "env", f"deployment/{OPERATOR}", *variables)


def wait_for_rollout(installed: Installation, name: str = OPERATOR) -> None:
    """Wait until the pods of a Deployment are as it says."""
    installed.kubectl(*_NAMESPACE, "rollout", "status", f"deployment/{name}", "--timeout=90s")


def condition(installed: Installation, kind: str) -> Json:
    """Give a condition that the operator wrote on its Deployment; {} while there is none."""
    deployment = installed.get("deployment", OPERATOR, namespace=deploy.NAMESPACE) or {}
    conditions = (deployment.get("status") or {}).get("conditions") or []
    return next((item for item in conditions if item["type"] == kind), {})


async def condition_holds(installed: Installation, kind: str, *, timeout: float) -> Json:
    """Wait until a condition of the Deployment is true, and give it."""

    def probe() -> Json | None:
        found = condition(installed, kind)
        return found if found.get("status") == "True" else None

    return await installed.until(
        probe, f"the condition {kind}", timeout=timeout, show=lambda: condition(installed, kind)
    )


def metrics(installed: Installation) -> str:
    """Give the operator's metrics as text."""
    return installed.kubectl("get", "--raw", _METRICS)

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from cluster import Context
from support.cluster.schema import CRD, Kubectl, changed, kubectl_of


@pytest.fixture(scope="module")
def kubectl(here: Context) -> Kubectl:
    run = kubectl_of(here)
    if run("get", "crd", "personalbots.personalbots.io").returncode:
        assert run("apply", "--server-side", "-f", str(CRD)).returncode == 0
        assert run("wait", "--for=condition=established", "crd/personalbots.personalbots.io").returncode == 0
    return run


@pytest.fixture(scope="module")
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """One for each file: two files run at the same time, and a namespace takes long to go."""
    name = f"schema-tests-{secrets.token_hex(3)}"
    assert kubectl("create", "namespace", name).returncode == 0
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="module")
def standing(kubectl: Kubectl, namespace: str) -> dict[str, Any]:
    """A resource that is there, stopped so that no operator makes a pod of it."""
    storage = {"size": "2Gi", "storageClassName": "standard"}
    bot = changed(
        {
            "metadata.name": "standing",
            "spec.state": "Stopped",
            "spec.knowledge": {"collection": "user_1", "storage": storage},
        }
    )
    made = kubectl("apply", "-n", namespace, "-f", "-", given=bot)
    assert made.returncode == 0, made.stderr
    return bot

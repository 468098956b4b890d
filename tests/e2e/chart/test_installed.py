"""The chart installed beside the others' release: rights as the API server sees them, and what is left behind."""

import asyncio
import json
import re
from collections.abc import Iterator

import pytest
import yaml

from cluster import Context, deploy, kube
from cluster.process import CommandError
from support.cluster.chart import CHART, CHECKOUT, allowed
from support.waiting import until

pytestmark = pytest.mark.cluster

RELEASE, NAMESPACE, BOTS = "chart-tests", "chart-tests", "chart-tests-bots"
OPERATOR = f"system:serviceaccount:{NAMESPACE}:chart-tests-personalbots-operator"
MASTER_BOT = f"system:serviceaccount:{NAMESPACE}:chart-tests-personalbots-master-bot"

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
BOT = "personalbots.personalbots.io"
RIGHTS = {
    OPERATOR: {
        BOT: "list watch patch",
        f"{BOT}/status": "patch",
        "pods": "get list watch create delete",
        "pods/resize": "patch",
        "persistentvolumeclaims": "get list watch create patch",
        "events": "list create",
    },
    MASTER_BOT: {
        BOT: "get list watch create patch delete",
        "secrets": "create patch delete",
        "pods": "get",
        "pods/log": "get",
        "events": "list",
    },
}
RESOURCES = (
    *("secrets", "configmaps", "serviceaccounts", "persistentvolumeclaims", "events", "services"),
    *("pods", "pods/log", "pods/exec", "pods/ephemeralcontainers", "pods/resize"),
    *("roles.rbac.authorization.k8s.io", BOT, f"{BOT}/status"),
)
EVERYTHING = [(verb, resource) for verb in VERBS for resource in RESOURCES]


@pytest.fixture(scope="module")
def notes(here: Context) -> Iterator[str]:
    """A release of its own, beside any other: its notes. Its programs have no image, which does not matter here."""
    if "personalbots.personalbots.io" not in kube.kubectl(here, "get", "crd", "-o", "name"):
        crd = str(CHECKOUT / "crds/personalbots.io_personalbots.yaml")
        kube.kubectl(here, "apply", "--server-side", "-f", crd)
    kube.apply(here, kube.namespace(NAMESPACE))
    values = {
        "crds": {"install": False},
        "botsNamespace": {"name": BOTS},
        "images": {"pullPolicy": "Never", "tag": "no-such-tag"},
    }
    words = ("upgrade", "--install", RELEASE, CHART, "--namespace", NAMESPACE, "--values", "-")
    yield kube.helm(here, *words, stdin=json.dumps(values))
    kube.helm(here, "uninstall", RELEASE, "--namespace", NAMESPACE, "--ignore-not-found")
    kube.kubectl(here, "delete", "namespace", NAMESPACE, BOTS, "--ignore-not-found", "--wait=false")


@pytest.mark.parametrize("who", RIGHTS, ids=["operator", "master bot"])
def test_rights_reach_as_far_as_they_are_needed_and_no_further(who: str, here: Context, notes: str) -> None:
    assert notes
    needed = {(verb, resource) for resource, verbs in RIGHTS[who].items() for verb in verbs.split()}
    assert allowed(here, who, BOTS, EVERYTHING) == needed
    own = {(verb, "configmaps") for verb in ("get", "list", "create", "patch", "delete")}
    elsewhere = {("patch", BOT)} if who == OPERATOR else set()  # its finalizer
    assert allowed(here, who, NAMESPACE, EVERYTHING) == (
        own if who == MASTER_BOT else {("create", "events")} | elsewhere
    )
    assert allowed(here, who, "kube-system", EVERYTHING) == elsewhere


def test_pods_of_the_chart_are_admitted_where_pod_security_is_restricted(here: Context, notes: str) -> None:
    assert notes
    for name in ("operator", "master-bot"):
        words = ("wait", f"deployment/chart-tests-personalbots-{name}", "-n", NAMESPACE, "--timeout=30s")
        kube.kubectl(here, *words, "--for=jsonpath={.status.unavailableReplicas}=1")
        listed = kube.kubectl(
            here, "get", "pods", "-n", NAMESPACE, "-o", "name", "-l", f"app.kubernetes.io/instance={RELEASE}"
        )
        assert f"pod/chart-tests-personalbots-{name}-" in listed


def test_the_notes_say_what_to_do_next(notes: str) -> None:
    command = f"kubectl -n {NAMESPACE} create secret generic master-bot --from-file=telegram-token=token.txt"
    for said in (
        command,
        "kubectl explain pbot.spec",
        f"kubectl -n {BOTS} get pbot --watch",
        "leaves the bots running",
    ):
        assert said in notes
    assert not re.search(r"\{\{|<no value>|<nil>", notes)


def test_the_bots_namespace_enforces_restricted(here: Context, notes: str) -> None:
    assert notes
    bad = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "bad", "namespace": BOTS},
        "spec": {"containers": [{"name": "a", "image": "a", "securityContext": {"privileged": True}}]},
    }
    with pytest.raises(CommandError) as caught:
        kube.kubectl(here, "create", "-f", "-", stdin=json.dumps(bad))
    assert 'violates PodSecurity "restricted' in caught.value.output


def test_uninstalling_leaves_bots_and_volumes_and_installing_again_takes_them_up(here: Context, notes: str) -> None:
    assert notes
    bot = yaml.safe_load((CHECKOUT / "crds/samples/minimal.yaml").read_text())
    bot["metadata"]["namespace"] = BOTS
    bot["spec"]["state"] = "Stopped"
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "pbot-my-bot", "namespace": BOTS},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "64Mi"}}},
    }
    kube.apply(here, bot, volume)
    kube.helm(here, "uninstall", RELEASE, "--namespace", NAMESPACE, "--wait")
    left = kube.kubectl(here, "get", "pbot,pvc,role,networkpolicy", "-n", BOTS, "-o", "name").split()
    assert left == ["personalbot.personalbots.io/my-bot", "persistentvolumeclaim/pbot-my-bot"]
    again = {"crds": {"install": False}, "botsNamespace": {"name": BOTS}, "masterBot": {"enabled": False}}
    words = ("install", RELEASE, CHART, "--namespace", NAMESPACE, "--values", "-")
    kube.helm(here, *words, stdin=json.dumps(again))
    assert allowed(here, OPERATOR, BOTS, [("create", "pods")])


def test_a_helm_that_was_killed_in_the_middle_is_in_nobodys_way(here: Context, notes: str) -> None:
    assert notes
    release = "cut-off"
    values = {"crds": {"install": False}, "botsNamespace": {"create": False, "name": BOTS}}
    values |= {"images": {"pullPolicy": "Never", "tag": "no-such-tag"}, "masterBot": {"enabled": False}}
    words = ("upgrade", "--install", release, CHART, "--namespace", NAMESPACE, "--values", "-")

    with pytest.raises(CommandError):  # killed before its pods, which have no image, are ready
        kube.helm(here, *words, "--wait", stdin=json.dumps(values), timeout=10)
    with pytest.raises(CommandError, match="another operation"):
        kube.helm(here, *words, stdin=json.dumps(values))
    deploy.unlock(here, release, NAMESPACE)
    kube.helm(here, *words, stdin=json.dumps(values))
    kube.helm(here, "uninstall", release, "--namespace", NAMESPACE)


@pytest.mark.parametrize("role", ["view", "edit", "admin"])
async def test_roles_of_kubernetes_for_people_include_bots(role: str, here: Context, notes: str) -> None:
    assert notes
    name = f"chart-tests-{role}"
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": BOTS},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name}],
    }
    kube.apply(here, binding)
    questions = [(verb, BOT) for verb in VERBS]
    wanted = {(verb, BOT) for verb in (["get", "list", "watch"] if role == "view" else VERBS)}

    def joined() -> bool:
        """Kubernetes joins roles in the background."""
        return allowed(here, f"user:{name}", BOTS, questions) == wanted

    await until(lambda: asyncio.to_thread(joined), f"the role {role}", timeout=20)

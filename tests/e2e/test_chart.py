"""What the chart installs, what it never holds, whom it lets do what, and what it leaves behind."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import cluster
from cluster.process import CommandError
from master_bot.metrics import Metrics as MasterBotMetrics
from master_bot.settings import Settings as MasterBotSettings
from personalbots_api import names
from personalbots_operator.cache.cache import Cache
from personalbots_operator.metrics import Metrics as OperatorMetrics
from personalbots_operator.settings import Settings as OperatorSettings
from personalbots_operator.settings import Share
from support.installation import until

pytestmark = pytest.mark.cluster

CHECKOUT = Path(__file__).parents[2]
CHART = str(CHECKOUT / "charts/personalbots")
RELEASE, NAMESPACE, BOTS = "chart-tests", "chart-tests", "chart-tests-bots"
OPERATOR = f"system:serviceaccount:{NAMESPACE}:chart-tests-personalbots-operator"
MASTER_BOT = f"system:serviceaccount:{NAMESPACE}:chart-tests-personalbots-master-bot"

Objects = list[dict[str, Any]]


def render(here: cluster.Context, **values: Any) -> Objects:  # noqa: ANN401 - JSON
    said = cluster.kube.helm(
        here,
        "template",
        "personalbots",
        CHART,
        "--namespace",
        "personalbots",
        "--values",
        "-",
        stdin=json.dumps(values),
    )
    return [found for found in yaml.safe_load_all(said) if found]


def of_kind(objects: Objects, *kinds: str) -> Objects:
    return [found for found in objects if found["kind"] in kinds]


@pytest.fixture(scope="module")
def rendered(here: cluster.Context) -> Objects:
    return render(here)


def environment(objects: Objects, name: str) -> dict[str, str]:
    (deployment,) = [found for found in of_kind(objects, "Deployment") if found["metadata"]["name"].endswith(name)]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {variable["name"]: variable["value"] for variable in container["env"]}


def test_helm_finds_nothing_to_complain_about(here: cluster.Context) -> None:
    assert "0 chart(s) failed" in cluster.kube.helm(here, "lint", CHART, "--strict")


def test_the_operator_has_no_rule_on_secrets_and_none_outside_the_bots_namespace(rendered: Objects) -> None:
    roles = [found for found in of_kind(rendered, "Role") if found["metadata"]["name"].endswith("-operator")]
    assert [role["metadata"]["namespace"] for role in roles] == ["bots"]
    resources = {resource for rule in roles[0]["rules"] for resource in rule["resources"]}
    assert "secrets" not in resources


def operator_rights(objects: Objects) -> dict[tuple[str, str], Objects]:
    """The operator's rules on bots by kind of role and namespace."""
    roles = [
        found for found in of_kind(objects, "Role", "ClusterRole") if found["metadata"]["name"].endswith("-operator")
    ]
    return {(role["kind"], role["metadata"].get("namespace", "")): role["rules"] for role in roles}


def test_the_operator_serves_one_namespace_several_or_all_with_the_same_rules(here: cluster.Context) -> None:
    one = render(here)
    several = render(here, operator={"scope": {"namespaces": ["team-a", "team-b"]}})
    everywhere = render(here, operator={"scope": {"wholeCluster": True}})
    assert set(operator_rights(one)) == {("Role", "bots")}
    assert set(operator_rights(several)) == {("Role", "bots"), ("Role", "team-a"), ("Role", "team-b")}
    assert set(operator_rights(everywhere)) == {("ClusterRole", "")}
    (rules,) = operator_rights(one).values()
    assert all(rights == rules for objects in (several, everywhere) for rights in operator_rights(objects).values())
    namespaces = [environment(objects, "operator").get("OPERATOR_NAMESPACES") for objects in (one, several, everywhere)]
    assert namespaces == ["bots", "bots,team-a,team-b", None]
    bound = [[found["roleRef"]["name"] for found in of_kind(objects, "ClusterRoleBinding")]
             for objects in (one, several, everywhere)]  # fmt: skip
    assert bound == [["personalbots-operator-finalizers"]] * 2 + [["personalbots-operator"]]
    policies = [{found["metadata"]["namespace"] for found in of_kind(several, "NetworkPolicy")}]
    assert policies == [{"bots", "team-a", "team-b"}]


def test_of_several_operators_one_leads_by_a_lease(here: cluster.Context, rendered: Objects) -> None:
    objects = render(here, operator={"replicas": 2})
    (deployment,) = (item for item in of_kind(objects, "Deployment") if item["metadata"]["name"].endswith("operator"))
    assert deployment["spec"]["replicas"] == 2
    variables = {item["name"]: item for item in deployment["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert variables["OPERATOR_LEASE"]["value"] == "personalbots/personalbots-operator"
    assert variables["OPERATOR_IDENTITY"]["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"
    assert "OPERATOR_LEASE" not in environment(rendered, "operator")
    assert "leases" in json.dumps(of_kind(objects, "Role"))
    assert "leases" not in json.dumps(of_kind(rendered, "Role"))


def test_alerts_are_about_metrics_that_there_are(here: cluster.Context, rendered: Objects) -> None:
    monitors = ("PodMonitor", "PrometheusRule")
    assert not of_kind(rendered, *monitors), "without the Prometheus Operator's CRDs they would be refused"
    objects = render(here, monitoring={"enabled": True, "labels": {"release": "prometheus"}})
    found = of_kind(objects, *monitors)
    assert {item["metadata"]["labels"]["release"] for item in found} == {"prometheus"}
    assert len(found) == 3
    (group,) = of_kind(objects, "PrometheusRule")[0]["spec"]["groups"]
    named = {name for rule in group["rules"] for name in re.findall(r"(?:personalbot|masterbot)\w+", rule["expr"])}
    registries = (OperatorMetrics(Cache()).registry, MasterBotMetrics().registry)
    counted = {metric.name for registry in registries for metric in registry.collect()}
    assert len(named) >= len(group["rules"]) - 1
    assert named <= counted
    for rule in group["rules"]:
        assert all(rule["annotations"][told].endswith(".") for told in ("summary", "description"))


def test_the_master_bot_never_gets_or_lists_secrets(rendered: Objects) -> None:
    rules = [rule for role in of_kind(rendered, "Role") for rule in role["rules"] if "secrets" in rule["resources"]]
    assert [set(rule["verbs"]) for rule in rules] == [{"create", "patch", "delete"}]


def test_no_rule_has_a_wildcard_and_only_a_finalizer_is_touched_in_the_whole_cluster(
    here: cluster.Context, rendered: Objects
) -> None:
    for role in of_kind(rendered, "Role", "ClusterRole"):
        assert "*" not in json.dumps(role["rules"])
    (binding,) = of_kind(rendered, "ClusterRoleBinding")
    (role,) = [found for found in of_kind(rendered, "ClusterRole") if found["metadata"]["name"].endswith("-finalizers")]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert role["rules"] == [{"apiGroups": ["personalbots.io"], "resources": ["personalbots"], "verbs": ["patch"]}]
    strict = render(here, operator={"scope": {"finalizersEverywhere": False}})
    assert of_kind(strict, "ClusterRoleBinding") == []


def test_the_master_bot_sees_nodes_only_when_that_is_asked_for(here: cluster.Context, rendered: Objects) -> None:
    assert "nodes" not in json.dumps(of_kind(rendered, "Role", "ClusterRole"))
    objects = render(here, masterBot={"seesNodes": True})
    (role,) = [found for found in of_kind(objects, "ClusterRole") if found["metadata"]["name"].endswith("-nodes")]
    (binding,) = [
        found for found in of_kind(objects, "ClusterRoleBinding") if found["roleRef"]["name"].endswith("-nodes")
    ]
    assert role["rules"] == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert [subject["name"] for subject in binding["subjects"]] == ["personalbots-master-bot"]


def test_no_secret_is_in_the_chart_only_the_name_of_one(here: cluster.Context) -> None:
    objects = render(here, masterBot={"tokenSecret": {"name": "mine", "key": "t"}})
    assert of_kind(objects, "Secret", "ConfigMap") == []
    text = json.dumps(objects)
    assert "valueFrom" not in text.split("CustomResourceDefinition")[0] + "".join(
        json.dumps(found) for found in of_kind(objects, "Deployment")
    )
    volumes = [
        volume["secret"]
        for found in of_kind(objects, "Deployment")
        for volume in found["spec"]["template"]["spec"]["volumes"]
        if "secret" in volume
    ]
    assert volumes == [{"secretName": "mine", "defaultMode": 0o440, "items": [{"key": "t", "path": "telegram-token"}]}]


def test_programs_understand_every_setting_that_the_chart_gives(here: cluster.Context) -> None:
    objects = render(
        here,
        images={"registry": "r.example.com", "tag": "9.9"},
        botsNamespace={"name": "there"},
        endpoints={
            "telegram": {"apiUrl": "http://t:1", "linkBase": "http://l:2"},
            "llm": {"baseUrl": "http://m:3/v1", "model": "a", "embeddingModel": "b"},
        },
        operator={
            "workers": 7,
            "statuszPerSecond": 2.5,
            "apiPerSecond": 50,
            "rollout": {"maxUnavailable": 7, "progressSeconds": 60},
            "quota": {"botsPerOwner": 3, "exceptions": {"7712345678": 20}},
            "logLevel": "DEBUG",
            "env": {"OPERATOR_DEAF_SECONDS": "33"},
        },
        masterBot={
            "adminIds": [7712345678, 5],
            "sizes": {"small": {"limits": {"memory": "128Mi"}}, "large": {}},
            "size": "small",
            "storageSize": "2Gi",
            "draftSeconds": 1000000,
            "logLevel": "DEBUG",
        },
    )
    given = environment(objects, "operator")
    known = {f"OPERATOR_{name.upper()}" for name in OperatorSettings.__dataclass_fields__}
    assert set(given) <= known
    operator = OperatorSettings.from_environment(given)
    assert operator.bot_image == "r.example.com/personalbots/bot:9.9"
    assert operator.namespaces == ("there",)
    assert (operator.workers, operator.statusz_per_second, operator.deaf_seconds) == (7, 2.5, 33)
    assert (operator.max_unavailable, operator.rollout_seconds) == (Share(7), 60)
    assert operator.deployment == "personalbots/personalbots-operator"
    assert (operator.api_per_second, operator.bots_of(5), operator.bots_of(7712345678)) == (50, 3, 20)

    given = environment(objects, "master-bot")
    known = {f"MASTER_BOT_{name.upper()}" for name in MasterBotSettings.__dataclass_fields__}
    assert set(given) <= known
    master = MasterBotSettings.from_environment(given)
    assert (master.telegram_api_url, master.link_base) == ("http://t:1", "http://l:2")
    assert (master.llm_base_url, master.llm_model, master.llm_embedding_model) == ("http://m:3/v1", "a", "b")
    assert (master.namespace, master.bots_namespace) == ("personalbots", "there")
    assert (master.admin_ids, master.draft_seconds) == ({7712345678, 5}, 1000000)
    assert (master.resources, master.storage_size) == ({"limits": {"memory": "128Mi"}}, "2Gi")


def test_an_image_that_brings_its_tag_keeps_it(here: cluster.Context) -> None:
    digest = "registry.example.com:5000/bot@sha256:" + "0" * 64
    objects = render(here, images={"bot": digest, "operator": "personalbots/operator:abc", "tag": "9.9"})
    assert environment(objects, "operator")["OPERATOR_BOT_IMAGE"] == digest
    images = {
        container["image"]
        for found in of_kind(objects, "Deployment")
        for container in found["spec"]["template"]["spec"]["containers"]
    }
    assert images == {"personalbots/operator:abc", "personalbots/master-bot:9.9"}


def test_programs_run_one_at_a_time(rendered: Objects) -> None:
    for deployment in of_kind(rendered, "Deployment"):
        assert (deployment["spec"]["replicas"], deployment["spec"]["strategy"]) == (1, {"type": "Recreate"})


def test_selectors_find_the_pods_they_mean(rendered: Objects) -> None:
    pods = {
        found["metadata"]["name"]: found["spec"]["template"]["metadata"]["labels"]
        for found in of_kind(rendered, "Deployment")
    }
    for service in of_kind(rendered, "Service"):
        wanted = service["spec"]["selector"].items()
        assert [name for name, labels in pods.items() if wanted <= labels.items()] == [service["metadata"]["name"]]
    (policy,) = of_kind(rendered, "NetworkPolicy")
    allowed = policy["spec"]["ingress"][0]["from"][0]["podSelector"]["matchLabels"].items()
    assert [name for name, labels in pods.items() if allowed <= labels.items()] == ["personalbots-operator"]
    assert policy["spec"]["podSelector"]["matchLabels"] == {names.NAME_LABEL: names.BOT_APP}
    assert policy["spec"]["policyTypes"] == ["Ingress"]


@pytest.mark.parametrize(
    ("values", "gone"),
    [
        ({"crds": {"install": False}}, {"CustomResourceDefinition"}),
        ({"botsNamespace": {"create": False}}, {"Namespace"}),
        ({"networkPolicy": {"enabled": False}}, {"NetworkPolicy"}),
        ({"roles": {"aggregate": False}}, {"ClusterRole"}),
    ],
    ids=lambda value: next(iter(value)),
)
def test_what_is_not_wanted_is_left_out(
    values: dict[str, Any], gone: set[str], here: cluster.Context, rendered: Objects
) -> None:
    before, after = (
        {(found["kind"], found["metadata"]["name"]) for found in objects}
        for objects in (rendered, render(here, **values))
    )
    assert {kind for kind, _ in before - after} == gone


def test_without_a_master_bot_nothing_may_touch_secrets(here: cluster.Context) -> None:
    objects = render(here, masterBot={"enabled": False})
    assert "master-bot" not in {found["metadata"]["name"] for found in objects}
    assert not any("secrets" in rule["resources"] for role in of_kind(objects, "Role") for rule in role["rules"])


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"operater": {}}, "operater"),
        ({"masterBot": {"token": "x"}}, "token"),
        ({"endpoints": {"llm": {"baseUrl": "llm:8000"}}}, "/endpoints/llm/baseUrl"),
        ({"operator": {"workers": "many"}}, "/operator/workers"),
        ({"images": {"pullPolicy": "Sometimes"}}, "/images/pullPolicy"),
        ({"botsNamespace": {"name": "My Bots"}}, "/botsNamespace/name"),
        ({"masterBot": {"adminIds": ["@anna"]}}, "/masterBot/adminIds/0"),
        ({"masterBot": {"storageSize": "big"}}, "/masterBot/storageSize"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_value_that_is_wrong_is_refused_by_its_name(
    values: dict[str, Any], named: str, here: cluster.Context
) -> None:
    with pytest.raises(CommandError) as caught:
        render(here, **values)
    said = caught.value.output.replace(".", "/")
    assert "values don't meet the specifications of the schema" in caught.value.output
    assert named in said


@pytest.fixture(scope="module")
def notes(here: cluster.Context) -> Iterator[str]:
    """A release of its own, beside any other: its notes. Its programs have no image, which does not matter here."""
    if "personalbots.personalbots.io" not in cluster.kube.kubectl(here, "get", "crd", "-o", "name"):
        crd = str(CHECKOUT / "crds/personalbots.io_personalbots.yaml")
        cluster.kube.kubectl(here, "apply", "--server-side", "-f", crd)
    cluster.kube.apply(here, cluster.kube.namespace(NAMESPACE))
    values = {
        "crds": {"install": False},
        "botsNamespace": {"name": BOTS},
        "images": {"pullPolicy": "Never", "tag": "no-such-tag"},
    }
    words = ("upgrade", "--install", RELEASE, CHART, "--namespace", NAMESPACE, "--values", "-")
    yield cluster.kube.helm(here, *words, stdin=json.dumps(values))
    cluster.kube.helm(here, "uninstall", RELEASE, "--namespace", NAMESPACE, "--ignore-not-found")
    cluster.kube.kubectl(here, "delete", "namespace", NAMESPACE, BOTS, "--ignore-not-found", "--wait=false")


def allowed(
    here: cluster.Context, who: str, namespace: str, questions: Iterable[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Those of the (verb, resource[/subresource]) that the API server lets this one do there, asked in one go."""
    asked = list(questions)
    user = who.removeprefix("user:")
    groups = ["system:serviceaccounts", "system:authenticated"] if user == who else ["system:authenticated"]
    reviews = []
    for verb, resource in asked:
        kind, _, subresource = resource.partition("/")
        plural, _, group = kind.partition(".")
        attributes = {
            "namespace": namespace,
            "verb": verb,
            "group": group,
            "resource": plural,
            "subresource": subresource,
        }
        reviews.append(
            {
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SubjectAccessReview",
                "spec": {"user": user, "groups": groups, "resourceAttributes": attributes},
            }
        )
    body = {"apiVersion": "v1", "kind": "List", "items": reviews}
    words = ("create", "-f", "-", "-o", r'jsonpath={.status.allowed}{"\n"}')
    answers = cluster.kube.kubectl(here, *words, stdin=json.dumps(body)).splitlines()
    return {question for question, answer in zip(asked, answers, strict=True) if answer == "true"}


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
    "secrets",
    "configmaps",
    "serviceaccounts",
    "pods",
    "pods/log",
    "pods/exec",
    "pods/ephemeralcontainers",
    "pods/resize",
)
RESOURCES += ("persistentvolumeclaims", "events", "services", "roles.rbac.authorization.k8s.io", BOT, f"{BOT}/status")
EVERYTHING = [(verb, resource) for verb in VERBS for resource in RESOURCES]


@pytest.mark.parametrize("who", RIGHTS, ids=["operator", "master bot"])
def test_rights_reach_as_far_as_they_are_needed_and_no_further(who: str, here: cluster.Context, notes: str) -> None:
    assert notes
    needed = {(verb, resource) for resource, verbs in RIGHTS[who].items() for verb in verbs.split()}
    assert allowed(here, who, BOTS, EVERYTHING) == needed
    own = {(verb, "configmaps") for verb in ("get", "list", "create", "patch", "delete")}
    elsewhere = {("patch", BOT)} if who == OPERATOR else set()  # its finalizer
    assert allowed(here, who, NAMESPACE, EVERYTHING) == (
        own if who == MASTER_BOT else {("create", "events")} | elsewhere
    )
    assert allowed(here, who, "kube-system", EVERYTHING) == elsewhere


def test_pods_of_the_chart_are_admitted_where_pod_security_is_restricted(here: cluster.Context, notes: str) -> None:
    assert notes
    for name in ("operator", "master-bot"):
        words = ("wait", f"deployment/chart-tests-personalbots-{name}", "-n", NAMESPACE, "--timeout=30s")
        cluster.kube.kubectl(here, *words, "--for=jsonpath={.status.unavailableReplicas}=1")
        listed = cluster.kube.kubectl(
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


def test_the_bots_namespace_enforces_restricted(here: cluster.Context, notes: str) -> None:
    assert notes
    bad = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "bad", "namespace": BOTS},
        "spec": {"containers": [{"name": "a", "image": "a", "securityContext": {"privileged": True}}]},
    }
    with pytest.raises(CommandError) as caught:
        cluster.kube.kubectl(here, "create", "-f", "-", stdin=json.dumps(bad))
    assert 'violates PodSecurity "restricted' in caught.value.output


def test_uninstalling_leaves_bots_and_volumes_and_installing_again_takes_them_up(
    here: cluster.Context, notes: str
) -> None:
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
    cluster.kube.apply(here, bot, volume)
    cluster.kube.helm(here, "uninstall", RELEASE, "--namespace", NAMESPACE, "--wait")
    left = cluster.kube.kubectl(here, "get", "pbot,pvc,role,networkpolicy", "-n", BOTS, "-o", "name").split()
    assert left == ["personalbot.personalbots.io/my-bot", "persistentvolumeclaim/pbot-my-bot"]
    again = {"crds": {"install": False}, "botsNamespace": {"name": BOTS}, "masterBot": {"enabled": False}}
    words = ("install", RELEASE, CHART, "--namespace", NAMESPACE, "--values", "-")
    cluster.kube.helm(here, *words, stdin=json.dumps(again))
    assert allowed(here, OPERATOR, BOTS, [("create", "pods")])


def test_a_helm_that_was_killed_in_the_middle_is_in_nobodys_way(here: cluster.Context, notes: str) -> None:
    assert notes
    release = "cut-off"
    values = {"crds": {"install": False}, "botsNamespace": {"create": False, "name": BOTS}}
    values |= {"images": {"pullPolicy": "Never", "tag": "no-such-tag"}, "masterBot": {"enabled": False}}
    words = ("upgrade", "--install", release, CHART, "--namespace", NAMESPACE, "--values", "-")

    with pytest.raises(CommandError):  # killed before its pods, which have no image, are ready
        cluster.kube.helm(here, *words, "--wait", stdin=json.dumps(values), timeout=10)
    with pytest.raises(CommandError, match="another operation"):
        cluster.kube.helm(here, *words, stdin=json.dumps(values))
    cluster.deploy.unlock(here, release, NAMESPACE)
    cluster.kube.helm(here, *words, stdin=json.dumps(values))
    cluster.kube.helm(here, "uninstall", release, "--namespace", NAMESPACE)


@pytest.mark.parametrize("role", ["view", "edit", "admin"])
async def test_roles_of_kubernetes_for_people_include_bots(role: str, here: cluster.Context, notes: str) -> None:
    assert notes
    name = f"chart-tests-{role}"
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": BOTS},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name}],
    }
    cluster.kube.apply(here, binding)
    questions = [(verb, BOT) for verb in VERBS]
    wanted = {(verb, BOT) for verb in (["get", "list", "watch"] if role == "view" else VERBS)}
    # Kubernetes joins roles in the background
    await until(lambda: allowed(here, f"user:{name}", BOTS, questions) == wanted, timeout=20, what=f"the role {role}")

"""What the chart installs, what it never holds, and whom it lets do what, as Helm renders it."""

import json
import re

import pytest

from cluster import Context, kube
from master_bot.metrics import Metrics as MasterBotMetrics
from personalbots_api import names
from personalbots_operator.cache.cache import Cache
from personalbots_operator.metrics import Metrics as OperatorMetrics
from support.cluster.chart import CHART, Objects, environment, of_kind, render

pytestmark = pytest.mark.cluster


def test_helm_finds_nothing_to_complain_about(here: Context) -> None:
    assert "0 chart(s) failed" in kube.helm(here, "lint", CHART, "--strict")


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


def test_the_operator_serves_one_namespace_several_or_all_with_the_same_rules(here: Context) -> None:
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


def test_of_several_operators_one_leads_by_a_lease(here: Context, rendered: Objects) -> None:
    objects = render(here, operator={"replicas": 2})
    (deployment,) = (item for item in of_kind(objects, "Deployment") if item["metadata"]["name"].endswith("operator"))
    assert deployment["spec"]["replicas"] == 2
    variables = {item["name"]: item for item in deployment["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert variables["OPERATOR_LEASE"]["value"] == "personalbots/personalbots-operator"
    assert variables["OPERATOR_IDENTITY"]["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"
    assert "OPERATOR_LEASE" not in environment(rendered, "operator")
    assert "leases" in json.dumps(of_kind(objects, "Role"))
    assert "leases" not in json.dumps(of_kind(rendered, "Role"))


def test_alerts_are_about_metrics_that_there_are(here: Context, rendered: Objects) -> None:
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
    here: Context, rendered: Objects
) -> None:
    for role in of_kind(rendered, "Role", "ClusterRole"):
        assert "*" not in json.dumps(role["rules"])
    (binding,) = of_kind(rendered, "ClusterRoleBinding")
    (role,) = [found for found in of_kind(rendered, "ClusterRole") if found["metadata"]["name"].endswith("-finalizers")]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert role["rules"] == [{"apiGroups": ["personalbots.io"], "resources": ["personalbots"], "verbs": ["patch"]}]
    strict = render(here, operator={"scope": {"finalizersEverywhere": False}})
    assert of_kind(strict, "ClusterRoleBinding") == []


def test_the_master_bot_sees_nodes_only_when_that_is_asked_for(here: Context, rendered: Objects) -> None:
    assert "nodes" not in json.dumps(of_kind(rendered, "Role", "ClusterRole"))
    objects = render(here, masterBot={"seesNodes": True})
    (role,) = [found for found in of_kind(objects, "ClusterRole") if found["metadata"]["name"].endswith("-nodes")]
    (binding,) = [
        found for found in of_kind(objects, "ClusterRoleBinding") if found["roleRef"]["name"].endswith("-nodes")
    ]
    assert role["rules"] == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert [subject["name"] for subject in binding["subjects"]] == ["personalbots-master-bot"]


def test_no_secret_is_in_the_chart_only_the_name_of_one(here: Context) -> None:
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


def test_without_a_master_bot_nothing_may_touch_secrets(here: Context) -> None:
    objects = render(here, masterBot={"enabled": False})
    assert "master-bot" not in {found["metadata"]["name"] for found in objects}
    assert not any("secrets" in rule["resources"] for role in of_kind(objects, "Role") for rule in role["rules"])

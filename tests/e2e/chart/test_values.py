"""The chart's values: the programs understand them, a wrong one is refused by its name, unwanted parts stay out."""

from typing import Any

import pytest

from cluster import Context
from cluster.process import CommandError
from master_bot.settings import Settings as MasterBotSettings
from personalbots_operator.settings import Settings as OperatorSettings
from personalbots_operator.settings import Share
from support.cluster.chart import Objects, environment, of_kind, render

pytestmark = pytest.mark.cluster


VALUES: dict[str, Any] = {
    "images": {"registry": "r.example.com", "tag": "9.9"},
    "botsNamespace": {"name": "there"},
    "endpoints": {
        "telegram": {"apiUrl": "http://t:1", "linkBase": "http://l:2"},
        "llm": {"baseUrl": "http://m:3/v1", "model": "a", "embeddingModel": "b"},
    },
    "operator": {
        "workers": 7,
        "statuszPerSecond": 2.5,
        "apiPerSecond": 50,
        "rollout": {"maxUnavailable": 7, "progressSeconds": 60},
        "quota": {"botsPerOwner": 3, "exceptions": {"7712345678": 20}},
        "logLevel": "DEBUG",
        "env": {"OPERATOR_DEAF_SECONDS": "33"},
    },
    "masterBot": {
        "adminIds": [7712345678, 5],
        "sizes": {"small": {"limits": {"memory": "128Mi"}}, "large": {}},
        "size": "small",
        "storageSize": "2Gi",
        "draftSeconds": 1000000,
        "logLevel": "DEBUG",
    },
}
"""A value of each kind, none of them the default."""


def test_the_operator_understands_every_setting_that_the_chart_gives(here: Context) -> None:
    given = environment(render(here, **VALUES), "operator")
    known = {f"OPERATOR_{name.upper()}" for name in OperatorSettings.__dataclass_fields__}
    assert set(given) <= known
    operator = OperatorSettings.from_environment(given)
    assert operator.bot_image == "r.example.com/personalbots/bot:9.9"
    assert operator.namespaces == ("there",)
    assert (operator.workers, operator.statusz_per_second, operator.deaf_seconds) == (7, 2.5, 33)
    assert (operator.max_unavailable, operator.rollout_seconds) == (Share(7), 60)
    assert operator.deployment == "personalbots/personalbots-operator"
    assert (operator.api_per_second, operator.bots_of(5), operator.bots_of(7712345678)) == (50, 3, 20)


def test_the_master_bot_understands_every_setting_that_the_chart_gives(here: Context) -> None:
    given = environment(render(here, **VALUES), "master-bot")
    known = {f"MASTER_BOT_{name.upper()}" for name in MasterBotSettings.__dataclass_fields__}
    assert set(given) <= known
    master = MasterBotSettings.from_environment(given)
    assert (master.telegram_api_url, master.link_base) == ("http://t:1", "http://l:2")
    assert (master.llm_base_url, master.llm_model, master.llm_embedding_model) == ("http://m:3/v1", "a", "b")
    assert (master.namespace, master.bots_namespace) == ("personalbots", "there")
    assert (master.admin_ids, master.draft_seconds) == (frozenset({7712345678, 5}), 1000000)
    assert (master.resources, master.storage_size) == ({"limits": {"memory": "128Mi"}}, "2Gi")


def test_an_image_that_brings_its_tag_keeps_it(here: Context) -> None:
    digest = "registry.example.com:5000/bot@sha256:" + "0" * 64
    objects = render(here, images={"bot": digest, "operator": "personalbots/operator:abc", "tag": "9.9"})
    assert environment(objects, "operator")["OPERATOR_BOT_IMAGE"] == digest
    images = {
        container["image"]
        for found in of_kind(objects, "Deployment")
        for container in found["spec"]["template"]["spec"]["containers"]
    }
    assert images == {"personalbots/operator:abc", "personalbots/master-bot:9.9"}


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
    values: dict[str, Any], gone: set[str], here: Context, rendered: Objects
) -> None:
    before, after = (
        {(found["kind"], found["metadata"]["name"]) for found in objects}
        for objects in (rendered, render(here, **values))
    )
    assert {kind for kind, _ in before - after} == gone


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
def test_a_value_that_is_wrong_is_refused_by_its_name(values: dict[str, Any], named: str, here: Context) -> None:
    with pytest.raises(CommandError) as caught:
        render(here, **values)
    said = caught.value.output.replace(".", "/")
    assert "values don't meet the specifications of the schema" in caught.value.output
    assert named in said

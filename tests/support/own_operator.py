"""An operator of a test's own, with the chart's rights and no others, in a namespace with a node of its own."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

from test_chart import of_kind, render

from personalbots_api import names
from support.administrator import BOTS, Administrator, Json
from support.api_proxy import Right
from support.fake_kubelet import Audit, field, place
from support.installation import Installation
from support.local_operator import kubeconfig

OPERATOR = "personalbots-operator"
QDRANT = {"collection": "c", "qdrant": {"url": "http://qdrant.invalid:6333"}}
STORED = {"storage": {"storageClassName": "none"}}
Rules = list[Json]


def rights(rules: Rules) -> set[Right]:
    return {(verb, resource) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}


def without(rules: Rules, taken: Iterable[Right]) -> Rules:
    """The rules without some rights; each has one resource."""
    gone = set(taken)
    return [
        {**rule, "verbs": verbs}
        for rule in rules
        if (verbs := [verb for verb in rule["verbs"] if (verb, rule["resources"][0]) not in gone])
    ]


def forbidden(right: Right) -> str:
    """How the API server says that a right is missing."""
    return f'cannot {right[0]} resource "{right[1]}"'


class Field:
    """A namespace with bots, another one of the operator's own, and what the operator may do in both."""

    def __init__(self, api: Administrator, name: str, audit: Audit, rules: dict[str, Rules], folder: Path) -> None:
        self.api = api
        self.name = name
        self.own = f"{name}-own"
        self.audit = audit
        self.rules = rules
        self.folder = folder
        self.bots = f"{BOTS}/namespaces/{name}/personalbots"

    async def account(self, user: str, server: str = "") -> Path:
        """Make a ServiceAccount with all rights, and a kubeconfig for it."""
        await self._made(f"api/v1/namespaces/{self.own}/serviceaccounts", {"metadata": {"name": user}})
        for namespace, rules in self.rules.items():
            roles = f"apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
            reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": user}
            subject = {"kind": "ServiceAccount", "name": user, "namespace": self.own}
            await self._made(f"{roles}/roles", {"metadata": {"name": user}, "rules": rules})
            body = {"metadata": {"name": user}, "roleRef": reference, "subjects": [subject]}
            await self._made(f"{roles}/rolebindings", body)
        token = await self._made(f"api/v1/namespaces/{self.own}/serviceaccounts/{user}/token", {"spec": {}})
        authority = "" if server else str(self.api.authority or "")
        return kubeconfig(
            self.folder / user, server=server or self.api.server, authority=authority,
            user={"token": token["status"]["token"]},
        )  # fmt: skip

    async def everywhere(self, user: str, rules: Rules) -> None:
        """Let the account do this in the whole cluster too."""
        group = "rbac.authorization.k8s.io"
        reference = {"apiGroup": group, "kind": "ClusterRole", "name": self.name}
        subject = {"kind": "ServiceAccount", "name": user, "namespace": self.own}
        await self._made(f"apis/{group}/v1/clusterroles", {"metadata": {"name": self.name}, "rules": rules})
        body = {"metadata": {"name": self.name}, "roleRef": reference, "subjects": [subject]}
        await self._made(f"apis/{group}/v1/clusterrolebindings", body)

    async def may(self, user: str, namespace: str, *, taken: Iterable[Right] = ()) -> None:
        """Let the account do all but this in a namespace."""
        path = f"apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles/{user}"
        status, said = await self.api.call("PATCH", path, {"rules": without(self.rules[namespace], taken)})
        assert status == 200, said

    async def bot(self, name: str, knowledge: Json, **spec: object) -> None:
        body = {
            "kind": names.KIND, "apiVersion": names.API_VERSION, "metadata": {"name": name},
            "spec": {
                "ownerId": 5,
                "telegram": {"tokenSecretRef": {"name": name}},
                "llm": {"apiKeySecretRef": {"name": name}},
                "pod": place(self.name), "knowledge": knowledge, **spec,
            },
        }  # fmt: skip
        await self._made(self.bots, body)

    async def change(self, name: str, **spec: object) -> None:
        status, said = await self.api.call("PATCH", f"{self.bots}/{name}", {"spec": spec})
        assert status == 200, said

    async def strangers(self, name: str) -> None:
        """A pod and a claim that are called as those of the bot `name` would be, and are not labelled."""
        meta, place = {"metadata": {"name": f"pbot-{name}"}}, f"api/v1/namespaces/{self.name}"
        await self._made(f"{place}/pods", meta | {"spec": {"containers": [{"name": "x", "image": "x"}],
                                                           "nodeSelector": {"no": "such"}}})  # fmt: skip
        claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
                 "storageClassName": "none"}  # fmt: skip
        await self._made(f"{place}/persistentvolumeclaims", meta | {"spec": claim})

    async def get(self, path: str) -> Json:
        return (await self.api.call("GET", path))[1]

    async def ready(self, name: str) -> Json:
        """The condition Ready of a bot; {} while there is none."""
        conditions = ((await self.get(f"{self.bots}/{name}")).get("status") or {}).get("conditions") or ()
        return next((item for item in conditions if item["type"] == "Ready"), {})

    async def reason(self, name: str, *reasons: str) -> None:
        """Wait until the bot has one of these reasons."""
        found: Json = {}
        try:
            async with asyncio.timeout(60):
                while (found := await self.ready(name)).get("reason") not in reasons:  # noqa: ASYNC110 - far away
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{name} is not {reasons}, but {found}") from None

    def pod(self, name: str) -> Json:
        """The pod of a bot that is not going; {} while there is none."""
        pods = (pod for pod in self.audit.pods.values() if pod["metadata"]["name"] == f"pbot-{name}")
        return next((pod for pod in pods if "deletionTimestamp" not in pod["metadata"]), {})

    async def _made(self, path: str, body: Json) -> Json:
        status, said = await self.api.call("POST", path, body)
        assert status == 201, said
        return said


async def until(true: Callable[[], object], what: str, *, within: float = 60) -> None:
    try:
        async with asyncio.timeout(within):
            while not true():  # noqa: ASYNC110 - far away
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"not within {within:.0f} s: {what}") from None


@contextlib.asynccontextmanager
async def own_field(installed: Installation, folder: Path) -> AsyncIterator[Field]:
    """Have the two namespaces until the end of the block."""
    roles = of_kind(render(installed.context, operator={"replicas": 2}), "Role")
    rules = {role["metadata"]["name"]: role["rules"] for role in roles if OPERATOR in role["metadata"]["name"]}
    name, chance = f"own-{secrets.token_hex(3)}", random.Random(1)  # noqa: S311 - no secret
    async with (
        Administrator(Path(installed.context.kubeconfig)) as api,
        field(api, name, chance, slow=0.2) as (audit, _),
    ):
        made = Field(api, name, audit, {name: rules[OPERATOR], f"{name}-own": rules[f"{OPERATOR}-own"]}, folder)
        assert (await api.call("POST", "api/v1/namespaces", {"metadata": {"name": made.own}}))[0] == 201
        try:
            yield made
        finally:
            await api.call("DELETE", f"api/v1/namespaces/{made.own}")
            for kind in ("clusterroles", "clusterrolebindings"):
                await api.call("DELETE", f"apis/rbac.authorization.k8s.io/v1/{kind}/{name}")

"""An operator of a test's own, with the chart's rights and no others, in a namespace with a node of its own."""

import contextlib
import random
import secrets
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final

from personalbots_api import names
from support.cluster.administrator import BOTS, Administrator, Json
from support.cluster.api_proxy import Right
from support.cluster.chart import of_kind, render
from support.cluster.fake_kubelet import Audit, field, resource
from support.cluster.installation import Installation
from support.cluster.local_operator import kubeconfig
from support.waiting import until

OPERATOR: Final = "personalbots-operator"
QDRANT: Final = {"collection": "c", "qdrant": {"url": "http://qdrant.invalid:6333"}}
STORED: Final = {"storage": {"storageClassName": "none"}}
Rules = list[Json]


def rights(rules: Rules) -> set[Right]:
    """Give each verb and resource of the rules."""
    return {(verb, resource) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}


def without(rules: Rules, taken: Iterable[Right]) -> Rules:
    """Give the rules, which have one resource each, without some rights."""
    gone = set(taken)
    return [
        {**rule, "verbs": verbs}
        for rule in rules
        if (verbs := [verb for verb in rule["verbs"] if (verb, rule["resources"][0]) not in gone])
    ]


def forbidden(right: Right) -> str:
    """Give the API server's words for a right that is missing."""
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
        """Make a ServiceAccount with all rights; give a kubeconfig for it."""
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
        credentials = {"token": token["status"]["token"]}
        return kubeconfig(self.folder / user, server=server or self.api.server, authority=authority, user=credentials)

    async def everywhere(self, user: str, rules: Rules) -> None:
        """Give the account these rights in the whole cluster too."""
        group = "rbac.authorization.k8s.io"
        reference = {"apiGroup": group, "kind": "ClusterRole", "name": self.name}
        subject = {"kind": "ServiceAccount", "name": user, "namespace": self.own}
        await self._made(f"apis/{group}/v1/clusterroles", {"metadata": {"name": self.name}, "rules": rules})
        body = {"metadata": {"name": self.name}, "roleRef": reference, "subjects": [subject]}
        await self._made(f"apis/{group}/v1/clusterrolebindings", body)

    async def may(self, user: str, namespace: str, *, taken: Iterable[Right] = ()) -> None:
        """Give the account all its rights in a namespace but those that are taken."""
        path = f"apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles/{user}"
        status, said = await self.api.call("PATCH", path, {"rules": without(self.rules[namespace], taken)})
        assert status == 200, said

    async def bot(self, name: str, knowledge: Json, **spec: object) -> None:
        """Make a bot whose pod runs on the node of this field."""
        await self._made(self.bots, resource(name, node=self.name, knowledge=knowledge, **spec))

    async def change(self, name: str, **spec: object) -> None:
        """Merge a change into the spec of a bot."""
        status, said = await self.api.call("PATCH", f"{self.bots}/{name}", {"spec": spec})
        assert status == 200, said

    async def strangers(self, name: str) -> None:
        """Make a pod and a claim, without labels, that have the names of those of the bot `name`."""
        meta, path = {"metadata": {"name": names.pod_name(name)}}, f"api/v1/namespaces/{self.name}"
        pod = {"containers": [{"name": "x", "image": "x"}], "nodeSelector": {"no": "such"}}
        await self._made(f"{path}/pods", meta | {"spec": pod})

        claim = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            "storageClassName": "none",
        }
        await self._made(f"{path}/persistentvolumeclaims", meta | {"spec": claim})

    async def get(self, path: str) -> Json:
        """Give the body of an answer, whatever its status is."""
        return (await self.api.call("GET", path))[1]

    async def gone(self, path: str) -> None:
        """Wait until the API server knows nothing of an object."""

        async def missing() -> bool:
            return (await self.api.call("GET", path))[0] == 404

        await until(missing, f"{path} is gone")

    async def ready(self, name: str) -> Json:
        """Give the condition Ready of a bot; {} while there is none."""
        conditions = ((await self.get(f"{self.bots}/{name}")).get("status") or {}).get("conditions") or ()
        return next((item for item in conditions if item["type"] == "Ready"), {})

    async def reason(self, name: str, *reasons: str) -> None:
        """Wait until Ready of a bot has one of these reasons."""
        found: Json = {}

        async def has_one() -> bool:
            nonlocal found
            found = await self.ready(name)
            return found.get("reason") in reasons

        await until(has_one, f"{name} is {' or '.join(reasons)}", show=lambda: found)

    def pod(self, name: str) -> Json:
        """Give the pod of a bot, unless it is being deleted; {} while there is none."""
        pods = (pod for pod in self.audit.pods.values() if pod["metadata"]["name"] == names.pod_name(name))
        return next((pod for pod in pods if "deletionTimestamp" not in pod["metadata"]), {})

    async def _made(self, path: str, body: Json) -> Json:
        status, said = await self.api.call("POST", path, body)
        assert status == 201, said
        return said


@contextlib.asynccontextmanager
async def own_field(installed: Installation, folder: Path) -> AsyncIterator[Field]:
    """Have a field until the end of the block."""
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

"""Everything that the master bot does in the cluster: this is what its role has to allow.

Secrets are created, patched and deleted, never got or listed; the answers to those writes are asked for without the
data.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import quote

from master_bot.kubernetes.client import (
    APPLY_PATCH,
    MERGE_PATCH,
    ONLY_METADATA,
    ClusterError,
    ConflictError,
    Kube,
    NotFoundError,
)
from master_bot.kubernetes.objects import Event, Node, Pod, Usage, moment
from master_bot.kubernetes.personal_bots import parse_bot
from master_bot.models import Raw
from personalbots_api import names
from personalbots_api.models import PersonalBot

CONVERSATION_LABEL: Final = f"{names.GROUP}/conversation"
_UPDATED: Final = "updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What is kept of a conversation, as text; nothing in it is secret."""

    name: str
    state: str = ""
    data: str = "{}"
    updated: datetime | None = None


class Cluster(Protocol):
    """The cluster as the rest of the program sees it. Every method may raise ClusterError."""

    async def bot(self, name: str) -> PersonalBot:
        """The bot of this name.

        Raises:
            NotFoundError: there is none.
        """

    async def create_bot(self, bot: PersonalBot) -> PersonalBot:
        """Create it.

        Raises:
            ConflictError: one of this name is there.
        """

    async def patch_bot(self, bot: PersonalBot, patch: Raw) -> PersonalBot:
        """Merge `patch` into this very bot.

        Raises:
            ConflictError: another bot has its name by now.
            NotFoundError: it is gone.
        """

    async def delete_bot(self, bot: PersonalBot, *, unchanged: bool = False) -> None:
        """Delete this very bot; one that is gone already is no error. `unchanged`: only as it was read.

        Raises:
            ConflictError: it should be unchanged, and has changed.
            NotFoundError: it should be unchanged, and is gone.
        """

    async def list_bots(self) -> tuple[Sequence[Raw], str]:
        """All bots as the API server has them, and the resource version of that list."""

    def watch_bots(self, resource_version: str) -> AsyncIterator[Raw]:
        """The changes of bots since then, for some minutes."""

    async def create_secret(self, name: str, data: Mapping[str, str], labels: Mapping[str, str]) -> None:
        """Create a Secret.

        Raises:
            ConflictError: one of this name is there.
        """

    async def patch_secret(self, name: str, patch: Raw) -> None:
        """Merge into the Secret.

        Raises:
            NotFoundError: it is not there.
        """

    async def delete_secret(self, name: str) -> None:
        """Delete the Secret; one that is gone already is no error."""

    async def pod(self, bot: PersonalBot) -> Pod | None:
        """The bot's pod; None when it has none. A pod of its name that somebody else owns does not count."""

    async def log(self, bot: PersonalBot, *, lines: int, previous: bool = False) -> str | None:
        """The last lines of the bot's log (of the container before this one); None when there is no such container."""

    async def events(self, bot: PersonalBot) -> Sequence[Event]:
        """Events about the bot, its pod and its volume claim, newest first."""

    async def usage(self, bot: PersonalBot) -> Usage | None:
        """What the bot's pod uses now; None where nobody measures that, or it is not measured yet."""

    async def nodes(self) -> Sequence[Node]:
        """All nodes, by name.

        Raises:
            DeniedError: the master bot may not see them, which is the default.
        """

    async def record(self, name: str) -> Mapping[str, str]:
        """What is kept under this name; empty when nothing is."""

    async def save_record(self, name: str, data: Mapping[str, str]) -> None:
        """Keep this instead of what was kept."""

    async def conversation(self, name: str) -> Conversation | None:
        """The conversation of this name; None when none is kept."""

    async def conversations(self) -> Sequence[Conversation]:
        """All conversations."""

    async def save_conversation(self, conversation: Conversation) -> None:
        """Keep this conversation."""

    async def forget_conversation(self, name: str) -> None:
        """Delete it; one that is gone already is no error."""


class KubernetesCluster:
    """The real cluster; see `Cluster`."""

    def __init__(self, kube: Kube, *, bots_namespace: str, namespace: str) -> None:
        self._kube = kube
        core = f"/api/v1/namespaces/{bots_namespace}"
        self._bots = f"/apis/{names.API_VERSION}/namespaces/{bots_namespace}/{names.PLURAL}"
        self._pods, self._events, self._secrets = f"{core}/pods", f"{core}/events", f"{core}/secrets"
        self._usage = f"/apis/metrics.k8s.io/v1beta1/namespaces/{bots_namespace}/pods"
        self._conversations = f"/api/v1/namespaces/{namespace}/configmaps"

    async def bot(self, name: str) -> PersonalBot:
        return parse_bot(await self._json("GET", f"{self._bots}/{quote(name, safe='')}"))

    async def create_bot(self, bot: PersonalBot) -> PersonalBot:
        return parse_bot(await self._json("POST", self._bots, body=bot.to_raw()))

    async def patch_bot(self, bot: PersonalBot, patch: Raw) -> PersonalBot:
        # With the uid as a precondition the API server answers 409 when the name is another bot's by now.
        body = {**patch, "metadata": {**patch.get("metadata", {}), "uid": bot.metadata.uid}}
        path = f"{self._bots}/{bot.metadata.name}"
        return parse_bot(await self._json("PATCH", path, body=body, content_type=MERGE_PATCH))

    async def delete_bot(self, bot: PersonalBot, *, unchanged: bool = False) -> None:
        path, meta = f"{self._bots}/{bot.metadata.name}", bot.metadata
        if unchanged:
            preconditions = {"uid": meta.uid, "resourceVersion": meta.resource_version}
            await self._kube.send("DELETE", path, body={"preconditions": preconditions})
        else:
            await self._delete(path, meta.uid)

    async def list_bots(self) -> tuple[Sequence[Raw], str]:
        found = await self._json("GET", self._bots)
        return found["items"], found["metadata"]["resourceVersion"]

    def watch_bots(self, resource_version: str) -> AsyncIterator[Raw]:
        return self._kube.watch(self._bots, resource_version=resource_version, seconds=300)

    async def create_secret(self, name: str, data: Mapping[str, str], labels: Mapping[str, str]) -> None:
        meta = {"name": name, "labels": labels}
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": data}
        await self._json("POST", self._secrets, body=body, accept=ONLY_METADATA)

    async def patch_secret(self, name: str, patch: Raw) -> None:
        path = f"{self._secrets}/{name}"
        await self._json("PATCH", path, body=patch, content_type=MERGE_PATCH, accept=ONLY_METADATA)

    async def delete_secret(self, name: str) -> None:
        await self._delete(f"{self._secrets}/{name}")

    async def pod(self, bot: PersonalBot) -> Pod | None:
        try:
            found = Pod.from_raw(await self._json("GET", f"{self._pods}/{bot.pod_name}"))
        except NotFoundError:
            return None
        return found if found.owner == bot.metadata.uid else None

    async def log(self, bot: PersonalBot, *, lines: int, previous: bool = False) -> str | None:
        if await self.pod(bot) is None:
            return None

        query = {"container": names.CONTAINER, "tailLines": str(lines), "limitBytes": str(512 * 1024)}
        if previous:
            query["previous"] = "true"

        try:
            return await self._kube.send("GET", f"{self._pods}/{bot.pod_name}/log", query=query, accept="*/*")
        except ClusterError:
            # No pod (404), no such container yet, or no previous one (400): to a reader they are the same.
            return None

    async def events(self, bot: PersonalBot) -> Sequence[Event]:
        found = [
            Event.from_raw(raw)
            for name in (bot.metadata.name, bot.pod_name)
            for raw in (await self._json("GET", self._events, query={"fieldSelector": f"involvedObject.name={name}"}))[
                "items"
            ]
        ]
        return sorted(found, key=lambda event: event.at.timestamp() if event.at else 0.0, reverse=True)

    async def usage(self, bot: PersonalBot) -> Usage | None:
        try:
            return Usage.from_raw(await self._json("GET", f"{self._usage}/{bot.pod_name}"))
        except ClusterError:
            # No such API (404), its server is away (503), or the pod is too new (404).
            return None

    async def nodes(self) -> Sequence[Node]:
        found = [Node.from_raw(raw) for raw in (await self._json("GET", "/api/v1/nodes"))["items"]]
        return sorted(found, key=lambda node: node.name)

    async def record(self, name: str) -> Mapping[str, str]:
        try:
            found = await self._json("GET", f"{self._conversations}/{names.MASTER_BOT}-{name}")
        except NotFoundError:
            return {}

        data: Mapping[str, str] = found.get("data") or {}
        return data

    async def save_record(self, name: str, data: Mapping[str, str]) -> None:
        await self._apply(f"{names.MASTER_BOT}-{name}", data, {})

    async def conversation(self, name: str) -> Conversation | None:
        try:
            return _conversation(await self._json("GET", f"{self._conversations}/{name}"))
        except NotFoundError:
            return None

    async def conversations(self) -> Sequence[Conversation]:
        found = await self._json("GET", self._conversations, query={"labelSelector": CONVERSATION_LABEL})
        return [_conversation(raw) for raw in found["items"]]

    async def save_conversation(self, conversation: Conversation) -> None:
        data = {
            "state": conversation.state,
            "data": conversation.data,
            _UPDATED: conversation.updated.isoformat() if conversation.updated else "",
        }
        await self._apply(conversation.name, data, {CONVERSATION_LABEL: "true"})

    async def _apply(self, name: str, data: Mapping[str, str], labels: Mapping[str, str]) -> None:
        body = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "labels": {**labels, names.MANAGED_BY_LABEL: names.MASTER_BOT}},
            "data": data,
        }
        await self._json(
            "PATCH",
            f"{self._conversations}/{name}",
            query={"fieldManager": names.MASTER_BOT, "force": "true"},
            body=body,
            content_type=APPLY_PATCH,
        )

    async def forget_conversation(self, name: str) -> None:
        await self._delete(f"{self._conversations}/{name}")

    async def _json(self, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401 - JSON
        return json.loads(await self._kube.send(method, path, **request))

    async def _delete(self, path: str, uid: str | None = None) -> None:
        body = {"preconditions": {"uid": uid}} if uid else None
        try:
            await self._kube.send("DELETE", path, body=body)
        except NotFoundError:
            return
        except ConflictError:
            # Another object has the name by now: the one that was meant is gone.
            return


def _conversation(raw: Raw) -> Conversation:
    data: Mapping[str, str] = raw.get("data") or {}
    return Conversation(
        name=raw["metadata"]["name"],
        state=data.get("state", ""),
        data=data.get("data", "{}"),
        updated=moment(data.get(_UPDATED)),
    )

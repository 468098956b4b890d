"""A cluster in memory for the master bot's tests."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from master_bot.kubernetes.client import AwayError, ConflictError, DeniedError, NotFoundError
from master_bot.kubernetes.cluster import Conversation
from master_bot.kubernetes.objects import Event, Node, Pod, Usage
from master_bot.kubernetes.personal_bots import parse_bot
from master_bot.models import Raw
from personalbots_api.models import PersonalBot


class MemoryCluster:
    """Keeps to what the API server does: 404, 409, uids, resource versions, watches, merge patches."""

    def __init__(self) -> None:
        self.bots: dict[str, dict[str, Any]] = {}
        self.secrets: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, Conversation] = {}
        self.pods: dict[str, Pod] = {}
        self.seen: dict[str, list[Event]] = {}
        self.events_read = 0
        self.logs: dict[tuple[str, bool], str] = {}
        self.used: dict[str, Usage] = {}
        self.records: dict[str, dict[str, str]] = {}
        self.nodes_there: list[Node] | None = None
        """None: the master bot may not see them."""
        self.away = False
        self._version = 0
        self._changes: list[Raw] = []
        self._changed = asyncio.Event()

    def _stamp(self, kind: str, raw: dict[str, Any]) -> None:
        self._version += 1
        raw["metadata"]["resourceVersion"] = str(self._version)
        self._changes.append({"type": kind, "object": deepcopy(raw)})
        self._changed.set()

    def _reached(self) -> None:
        if self.away:
            raise AwayError("the API server does not answer")

    def put(self, name: str, owner_id: int, **spec: object) -> PersonalBot:
        """A bot as `kubectl apply` would make it."""
        ref = {"name": f"{name}-secret"}
        raw = {
            "apiVersion": "personalbots.io/v1alpha1",
            "kind": "PersonalBot",
            "metadata": {"name": name},
            "spec": {
                "ownerId": owner_id,
                "telegram": {"tokenSecretRef": ref},
                "llm": {"apiKeySecretRef": ref},
                **spec,
            },
        }
        return self._create(raw)

    def _create(self, raw: dict[str, Any]) -> PersonalBot:
        name = raw["metadata"]["name"]
        if name in self.bots:
            raise ConflictError(f"{name} already exists")

        now = datetime.now(UTC).isoformat(timespec="seconds")
        raw["metadata"] |= {"uid": f"uid-{name}-{self._version}", "generation": 1, "creationTimestamp": now}
        self.bots[name] = raw
        self._stamp("ADDED", raw)

        return parse_bot(raw)

    def report(self, name: str, *, identity: tuple[int, str] | None = None, **conditions: tuple[str, str, str]) -> None:
        """Write a status as the operator does: `Ready=("True", "Polling", "message")`."""
        raw = self.bots[name]
        status = raw.setdefault("status", {})
        now = datetime.now(UTC).isoformat(timespec="seconds")
        generation = raw["metadata"]["generation"]
        status["observedGeneration"] = generation

        if identity:
            status["bot"] = {"id": identity[0], "username": identity[1]}

        status["conditions"] = [
            {
                "type": kind,
                "status": value,
                "reason": reason,
                "message": message,
                "lastTransitionTime": now,
                "observedGeneration": generation,
            }
            for kind, (value, reason, message) in conditions.items()
        ]
        self._stamp("MODIFIED", raw)

    def restore(self, bots: Mapping[str, dict[str, Any]]) -> None:
        """Have these bots as they were, and no others."""
        for name in self.bots.keys() - bots:
            self._stamp("DELETED", self.bots.pop(name))
        for name, raw in deepcopy(dict(bots)).items():
            self.bots[name] = raw
            self._stamp("MODIFIED", raw)

    def come_up(self, name: str) -> None:
        """Do what operator, kubelet and bot do when all goes well."""
        now = datetime.now(UTC)
        pod = f"pbot-{name}"
        self.pods[name] = Pod(
            name=pod,
            uid=f"uid-{pod}-{self._version}",
            created=now,
            phase="Running",
            node="n1",
            image="bot:1",
            scheduled=now,
            running_since=now,
            ready=True,
        )
        self.seen[name] = [
            Event(at=now, kind="Pod", reason="Pulled", message="image is there"),
            Event(at=now, kind="PersistentVolumeClaim", reason="ProvisioningSucceeded", message="made"),
        ]
        self.report(name, Ready=("True", "Polling", ""))

    async def bot(self, name: str) -> PersonalBot:
        self._reached()
        if name not in self.bots:
            raise NotFoundError(name)
        return parse_bot(self.bots[name])

    async def create_bot(self, bot: PersonalBot) -> PersonalBot:
        self._reached()
        return self._create(json.loads(json.dumps(bot.to_raw())))

    async def patch_bot(self, bot: PersonalBot, patch: Raw) -> PersonalBot:
        self._reached()
        raw = self.bots.get(bot.metadata.name)
        if raw is None:
            raise NotFoundError(bot.metadata.name)
        if raw["metadata"]["uid"] != bot.metadata.uid:
            raise ConflictError("Precondition failed: UID in precondition")

        before = deepcopy(raw["spec"])
        merge(raw, patch)

        if raw["spec"] != before:
            raw["metadata"]["generation"] += 1

        self._stamp("MODIFIED", raw)
        return parse_bot(raw)

    async def delete_bot(self, bot: PersonalBot, *, unchanged: bool = False) -> None:
        self._reached()
        raw = self.bots.get(bot.metadata.name)
        if unchanged and raw and raw["metadata"]["resourceVersion"] != bot.metadata.resource_version:
            raise ConflictError("Precondition failed: ResourceVersion in precondition")

        if raw and raw["metadata"]["uid"] == bot.metadata.uid:
            self._stamp("DELETED", self.bots.pop(bot.metadata.name))
            for name, secret in list(self.secrets.items()):
                owners = secret["metadata"].get("ownerReferences") or []
                if any(owner["uid"] == bot.metadata.uid for owner in owners):
                    del self.secrets[name]

    async def list_bots(self) -> tuple[Sequence[Raw], str]:
        self._reached()
        return deepcopy(list(self.bots.values())), str(self._version)

    async def watch_bots(self, resource_version: str) -> AsyncIterator[Raw]:
        sent = int(resource_version)
        while True:
            self._changed.clear()
            for change in [c for c in self._changes if int(c["object"]["metadata"]["resourceVersion"]) > sent]:
                sent = int(change["object"]["metadata"]["resourceVersion"])
                yield change
            await self._changed.wait()

    async def create_secret(self, name: str, data: Mapping[str, str], labels: Mapping[str, str]) -> None:
        self._reached()
        if name in self.secrets:
            raise ConflictError(name)
        self.secrets[name] = {"metadata": {"labels": dict(labels)}, "stringData": dict(data)}

    async def patch_secret(self, name: str, patch: Raw) -> None:
        self._reached()
        if name not in self.secrets:
            raise NotFoundError(name)
        merge(self.secrets[name], patch)

    async def delete_secret(self, name: str) -> None:
        self._reached()
        self.secrets.pop(name, None)

    async def pod(self, bot: PersonalBot) -> Pod | None:
        self._reached()
        return self.pods.get(bot.metadata.name)

    async def log(self, bot: PersonalBot, *, lines: int, previous: bool = False) -> str | None:
        self._reached()
        found = self.logs.get((bot.metadata.name, previous))
        return None if found is None else "\n".join(found.splitlines()[-lines:])

    async def events(self, bot: PersonalBot) -> Sequence[Event]:
        self._reached()
        self.events_read += 1
        return self.seen.get(bot.metadata.name, [])

    async def usage(self, bot: PersonalBot) -> Usage | None:
        self._reached()
        return self.used.get(bot.metadata.name)

    async def nodes(self) -> Sequence[Node]:
        self._reached()
        if self.nodes_there is None:
            raise DeniedError('nodes is forbidden: User "master-bot" cannot list resource "nodes" at the cluster scope')
        return self.nodes_there

    async def record(self, name: str) -> Mapping[str, str]:
        self._reached()
        return self.records.get(name, {})

    async def save_record(self, name: str, data: Mapping[str, str]) -> None:
        self._reached()
        self.records[name] = dict(data)

    async def conversation(self, name: str) -> Conversation | None:
        self._reached()
        return self.kept.get(name)

    async def conversations(self) -> Sequence[Conversation]:
        self._reached()
        return list(self.kept.values())

    async def save_conversation(self, conversation: Conversation) -> None:
        self._reached()
        self.kept[conversation.name] = conversation

    async def forget_conversation(self, name: str) -> None:
        self._reached()
        self.kept.pop(name, None)


def merge(target: dict[str, Any], patch: Raw) -> None:
    """A JSON merge patch (RFC 7396)."""
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, Mapping):
            merge(target.setdefault(key, {}), value)
        else:
            target[key] = value

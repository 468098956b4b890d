"""What is made in the cluster for a bot, as plain data: pure builders, compared with golden YAML by the tests."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from personalbots_api import names
from personalbots_api.quantities import parse_quantity
from personalbots_operator.cache.observed import Bot, Volume
from personalbots_operator.cache.spec import Budget, SecretRef, Spec
from personalbots_operator.settings import Settings

Body = dict[str, Any]
Files = Mapping[str, SecretRef | None]

SHAPE: Final = "2"
"""Another one when pods made by an older operator have to be replaced; every bot restarts then, a few at a time."""
TMP_SIZE: Final = "256Mi"
CLEANUP_PREFIX: Final = "drop-"

_PASSED_ON: Final = (
    "nodeSelector",
    "tolerations",
    "affinity",
    "topologySpreadConstraints",
    "priorityClassName",
    "runtimeClassName",
    "imagePullSecrets",
)
_REQUESTS: Final = {"cpu": "50m", "memory": "96Mi"}
_NOT_IN_HASH: Final = {"stopped", "sleep", "delete_knowledge", "resources", "storage"}
"""What concerns no pod, and what is changed in place."""


def _recipe() -> str:
    """What a spec's hash is made of, as a short text: with another recipe two hashes tell nothing about each other."""
    parts = [field.name for kind in (Spec, SecretRef, Budget) for field in dataclasses.fields(kind)]
    return hashlib.sha256(json.dumps([part for part in parts if part not in _NOT_IN_HASH]).encode()).hexdigest()[:8]


TEMPLATE: Final = f"{SHAPE}-{_recipe()}"
"""By what a pod was made: another one is an operator of another version, whose pods are replaced a few at a time."""


def image(spec: Spec, settings: Settings) -> str:
    """The image that the bot's pod is to run."""
    return spec.image or settings.bot_image


def spec_hash(spec: Spec) -> str:
    """What the resource says about its pod, as a short text: another one means another pod, at once.

    Nothing of the operator's own is in it, neither its code nor its settings: what those change is rolled out slowly.
    Only hashes of one `TEMPLATE` can be compared.
    """
    wish = {name: value for name, value in dataclasses.asdict(spec).items() if name not in _NOT_IN_HASH}
    wish["volume"] = spec.storage is not None
    return hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()[:16]


def arguments(spec: Spec) -> list[str]:
    """The bot's command line: addresses and names only, secrets as paths."""
    allowed = [part for number in spec.allowed_user_ids for part in ("--allowed-user-id", str(number))]
    line = [
        *_knowledge(spec),
        "--bot-token-file",
        names.TELEGRAM_TOKEN_FILE,
        "--openai-key-file",
        names.OPENAI_API_KEY_FILE,
        "--telegram-api-url",
        spec.telegram_url,
        "--llm-base-url",
        spec.llm_url,
        "--model",
        spec.model,
        "--embedding-model",
        spec.embedding_model,
        *_budget(spec),
        *(["--allow-links"] if spec.fetch_links else []),
        "--access-mode",
        spec.access_mode,
        *allowed,
        "--request-timeout",
        spec.request_timeout,
        "--data-dir",
        names.DATA_DIR,
    ]
    return [_literal(argument) for argument in line]


def _budget(spec: Spec) -> list[str]:
    if spec.budget is None:
        return []
    prices = [part for model, sent, written in spec.budget.prices for part in ("--price", f"{model}={sent}/{written}")]
    return [*prices, "--currency", spec.budget.currency, "--monthly-budget", spec.budget.monthly]


def _knowledge(spec: Spec) -> list[str]:
    """Whose knowledge and where it is: all that the clean-up has to know."""
    line = ["--user-id", str(spec.owner_id), "--collection", spec.collection]
    if spec.qdrant_url:
        line += ["--qdrant-url", _literal(spec.qdrant_url)]
    return [*line, "--qdrant-api-key-file", names.QDRANT_API_KEY_FILE] if spec.qdrant_key else line


def pod(bot: Bot, spec: Spec, settings: Settings) -> Body:
    """The bot's pod. It passes Pod Security `restricted` and has no access to the API."""
    own = {names.SPEC_HASH_ANNOTATION: spec_hash(spec), names.TEMPLATE_ANNOTATION: TEMPLATE}
    annotations = {**spec.pod.get("annotations", {}), **own}
    if bot.restarted_at:
        annotations[names.RESTARTED_AT_ANNOTATION] = bot.restarted_at
    labels = {**spec.pod.get("labels", {}), **bot_labels(bot, spec)}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _metadata(bot, bot.pod_name, labels) | {"annotations": annotations},
        "spec": _pod_spec(
            spec,
            _container(spec, settings),
            claim=bot.pod_name if spec.storage else None,
            files={
                names.TELEGRAM_TOKEN_FILE: spec.token,
                names.OPENAI_API_KEY_FILE: spec.llm_key,
                names.QDRANT_API_KEY_FILE: spec.qdrant_key,
            },
        )
        | {"restartPolicy": "OnFailure", "terminationGracePeriodSeconds": names.STOP_SECONDS},
    }


def cleanup_pod(bot: Bot, spec: Spec, settings: Settings) -> Body:
    """The pod that drops the bot's collection on its Qdrant server and ends."""
    container = {
        "name": names.CONTAINER,
        "image": image(spec, settings),
        "imagePullPolicy": _pull_policy(spec, settings),
        "args": ["--drop-collection", *_knowledge(spec)],
        "resources": resources(spec),
        "securityContext": _RESTRICTED_CONTAINER,
        "volumeMounts": _MOUNTS,
    }
    labels = bot_labels(bot, spec) | {names.COMPONENT_LABEL: "cleanup"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _metadata(bot, cleanup_name(bot), labels),
        "spec": _pod_spec(spec, container, claim=None, files={names.QDRANT_API_KEY_FILE: spec.qdrant_key})
        | {"restartPolicy": "OnFailure", "activeDeadlineSeconds": settings.cleanup_seconds},
    }


def cleanup_name(bot: Bot) -> str:
    """No bot's pod can be called so."""
    return CLEANUP_PREFIX + bot.key.name


def volume(bot: Bot, spec: Spec) -> Body | None:
    """The claim for the bot's volume; None when the bot needs none."""
    if spec.storage is None:
        return None
    metadata = _metadata(bot, bot.pod_name, bot_labels(bot, spec))
    if not spec.delete_knowledge:
        del metadata["ownerReferences"]
    wanted: Body = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": spec.storage.size}},
    }
    if spec.storage.storage_class:
        wanted["storageClassName"] = spec.storage.storage_class
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": wanted}


def volume_owners(bot: Bot, spec: Spec, there: Volume) -> list[Any] | None:
    """What the claim's owner references have to become for the deletion policy; None when they are right."""
    others = [owner for owner in there.owners if owner.get("kind") != names.KIND]
    wanted = [*others, owner_reference(bot)] if spec.delete_knowledge else others
    return None if wanted == list(there.owners) else wanted


def owner_reference(bot: Bot) -> Body:
    """The resource as the owner of what is made for it: deleted with it, and known by its UID."""
    return {
        "apiVersion": names.API_VERSION,
        "kind": names.KIND,
        "name": bot.key.name,
        "uid": bot.uid,
        "controller": True,
        "blockOwnerDeletion": False,
    }


def bot_labels(bot: Bot, spec: Spec) -> dict[str, str]:
    """The labels of everything that is made for a bot."""
    return {
        names.NAME_LABEL: names.BOT_APP,
        names.INSTANCE_LABEL: bot.key.name,
        names.COMPONENT_LABEL: "bot",
        names.MANAGED_BY_LABEL: names.OPERATOR,
        names.PART_OF_LABEL: names.PROJECT,
        names.BOT_LABEL: bot.key.name,
        names.OWNER_ID_LABEL: str(spec.owner_id),
    }


def _metadata(bot: Bot, name: str, labels: dict[str, str]) -> Body:
    return {
        "name": name,
        "namespace": bot.key.namespace,
        "labels": labels,
        "ownerReferences": [owner_reference(bot)],
    }


_RESTRICTED_CONTAINER: Final[Body] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
_MOUNTS: Final[list[Body]] = [
    {"name": "secrets", "mountPath": names.SECRETS_DIR, "readOnly": True},
    {"name": "data", "mountPath": names.DATA_DIR},
    {"name": "tmp", "mountPath": names.TMP_DIR},
]


def _pod_spec(spec: Spec, container: Body, *, claim: str | None, files: Files) -> Body:
    return {
        **{name: spec.pod[name] for name in _PASSED_ON if spec.pod.get(name)},
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": names.BOT_USER,
            "runAsGroup": names.BOT_USER,
            "fsGroup": names.BOT_USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [_secrets(files), _data(claim), {"name": "tmp", "emptyDir": {"sizeLimit": TMP_SIZE}}],
    }


def _container(spec: Spec, settings: Settings) -> Body:
    return {
        "name": names.CONTAINER,
        "image": image(spec, settings),
        "imagePullPolicy": _pull_policy(spec, settings),
        "args": arguments(spec),
        "env": [entry | {"value": _literal(entry.get("value", ""))} for entry in spec.pod.get("env", ())],
        "ports": [{"name": names.HTTP_PORT_NAME, "containerPort": names.HTTP_PORT}],
        "resources": resources(spec),
        "securityContext": _RESTRICTED_CONTAINER,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        # Under the startup probe a bot is asked every second; then rarely, as a thousand bots share the nodes.
        "startupProbe": _probe("/healthz", every=1, failures=60),
        "readinessProbe": _probe("/readyz", every=2, failures=3),
        "livenessProbe": _probe("/healthz", every=20, failures=6),
        "volumeMounts": _MOUNTS,
    }


def _probe(path: str, *, every: int, failures: int) -> Body:
    return {
        "httpGet": {"path": path, "port": names.HTTP_PORT_NAME},
        "periodSeconds": every,
        "timeoutSeconds": min(every, 5),
        "failureThreshold": failures,
    }


def _pull_policy(spec: Spec, settings: Settings) -> str:
    return str(spec.pod.get("imagePullPolicy") or settings.image_pull_policy)


def resources(spec: Spec) -> Body:
    """The requests and limits of the bot's container."""
    limits = dict(spec.resources.get("limits") or {})
    requests = {name: min(amount, limits.get(name, amount), key=parse_quantity) for name, amount in _REQUESTS.items()}
    return {"requests": requests | dict(spec.resources.get("requests") or {}), "limits": limits}


def _secrets(files: Files) -> Body:
    """One volume of files for all secrets, whole and required: without one of them the pod waits and says so."""
    sources = [_file(ref, path) for path, ref in files.items() if ref]
    return {"name": "secrets", "projected": {"defaultMode": 0o440, "sources": sources}}


def _file(ref: SecretRef, path: str) -> Body:
    item = {"key": ref.key, "path": path.removeprefix(f"{names.SECRETS_DIR}/")}
    return {"secret": {"name": ref.name, "items": [item]}}


def _data(claim: str | None) -> Body:
    """`/data`: the bot's own volume, or room for its journal when a Qdrant server keeps the knowledge."""
    return {"name": "data", **({"persistentVolumeClaim": {"claimName": claim}} if claim else {"emptyDir": {}})}


def _literal(text: str) -> str:
    """`text` as Kubernetes has to be given it so that $(VAR) in it stays as it is."""
    return text.replace("$(", "$$(")

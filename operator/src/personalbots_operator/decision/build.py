"""Builds the Kubernetes objects of a bot as plain data. Pure; tests compare the results with golden YAML.

The pod passes Pod Security `restricted`: the security contexts are in `_pod_spec` and `_RESTRICTED_CONTAINER`.
"""

from collections.abc import Mapping
from typing import Any, Final

from personalbots_api import defaults, names
from personalbots_api.quantities import parse_quantity
from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.pod import Volume
from personalbots_operator.cache.spec import SecretRef, Spec
from personalbots_operator.decision.arguments import bot_arguments, cleanup_arguments, literal
from personalbots_operator.decision.template import TEMPLATE, spec_hash
from personalbots_operator.settings import Settings

Body = dict[str, Any]
Files = Mapping[str, SecretRef | None]

TMP_SIZE: Final = "256Mi"  # of /tmp in the pod

_PASSED_ON: Final = (
    "nodeSelector",
    "tolerations",
    "affinity",
    "topologySpreadConstraints",
    "priorityClassName",
    "runtimeClassName",
    "imagePullSecrets",
)
_REQUESTS: Final = {"cpu": defaults.CPU_REQUEST, "memory": defaults.MEMORY_REQUEST}


def image(spec: Spec, settings: Settings) -> str:
    """The image for the bot's pod."""
    return spec.image or settings.bot_image


def pod(bot: Bot, spec: Spec, settings: Settings) -> Body:
    """The bot's pod. It passes Pod Security `restricted` and has no access to the API."""
    own = {names.SPEC_HASH_ANNOTATION: spec_hash(spec), names.TEMPLATE_ANNOTATION: TEMPLATE}
    annotations = {**spec.pod.get("annotations", {}), **own}
    if bot.restarted_at:
        annotations[names.RESTARTED_AT_ANNOTATION] = bot.restarted_at

    # The operator's own come last, so that a resource cannot pass itself off as another bot.
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
        "args": cleanup_arguments(spec),
        "resources": resources(spec),
        "securityContext": _RESTRICTED_CONTAINER,
        "volumeMounts": _MOUNTS,
    }
    labels = bot_labels(bot, spec) | {names.COMPONENT_LABEL: "cleanup"}

    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _metadata(bot, bot.cleanup_name, labels),
        "spec": _pod_spec(spec, container, claim=None, files={names.QDRANT_API_KEY_FILE: spec.qdrant_key})
        | {"restartPolicy": "OnFailure", "activeDeadlineSeconds": settings.cleanup_seconds},
    }


def volume(bot: Bot, spec: Spec) -> Body | None:
    """The claim for the bot's volume; None when the bot needs none."""
    if spec.storage is None:
        return None

    metadata = _metadata(bot, bot.pod_name, bot_labels(bot, spec))
    if not spec.delete_knowledge:
        # An owned claim is deleted with its resource, and the knowledge with it.
        del metadata["ownerReferences"]

    claim: Body = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": spec.storage.size}},
    }
    if spec.storage.storage_class:
        claim["storageClassName"] = spec.storage.storage_class
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": claim}


def volume_owners(bot: Bot, spec: Spec, there: Volume) -> list[Any] | None:
    """The owner references that the claim needs for the deletion policy; None when it has them."""
    others = [owner for owner in there.owners if owner.get("kind") != names.KIND]
    wanted = [*others, owner_reference(bot)] if spec.delete_knowledge else others
    return None if wanted == list(there.owners) else wanted


def resources(spec: Spec) -> Body:
    """The requests and limits of the bot's container."""
    limits = dict(spec.resources.get("limits") or {})
    requests = {name: min(amount, limits.get(name, amount), key=parse_quantity) for name, amount in _REQUESTS.items()}
    return {"requests": requests | dict(spec.resources.get("requests") or {}), "limits": limits}


def owner_reference(bot: Bot) -> Body:
    """The resource as the owner of its objects: they are deleted with it, and recognised by its UID."""
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
        "args": bot_arguments(spec),
        "env": [entry | {"value": literal(entry.get("value", ""))} for entry in spec.pod.get("env", ())],
        "ports": [{"name": names.HTTP_PORT_NAME, "containerPort": names.HTTP_PORT}],
        "resources": resources(spec),
        "securityContext": _RESTRICTED_CONTAINER,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        # Often while the bot starts, rarely afterwards: a thousand bots share the nodes.
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


def _secrets(files: Files) -> Body:
    """One volume with the files of all secrets. All are required: while one is missing, the pod waits for it."""
    sources = [_file(ref, path) for path, ref in files.items() if ref]
    return {"name": "secrets", "projected": {"defaultMode": 0o440, "sources": sources}}


def _file(ref: SecretRef, path: str) -> Body:
    item = {"key": ref.key, "path": path.removeprefix(f"{names.SECRETS_DIR}/")}
    return {"secret": {"name": ref.name, "items": [item]}}


def _data(claim: str | None) -> Body:
    """`/data`: the bot's own volume, or space for its journal when a Qdrant server keeps the knowledge."""
    return {"name": "data", **({"persistentVolumeClaim": {"claimName": claim}} if claim else {"emptyDir": {}})}

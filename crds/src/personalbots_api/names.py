"""Names that several parts must spell alike: the API group, labels, annotations, paths, ports.

The resource's name, which a person chooses, is bounded here so that everything derived from it is a valid Kubernetes
name: a pod's name is its host name too, and so a DNS label of at most 63 characters (RFC 1123).
"""

from typing import Final

GROUP: Final = "personalbots.io"
VERSION: Final = "v1alpha1"
API_VERSION: Final = f"{GROUP}/{VERSION}"
KIND: Final = "PersonalBot"
PLURAL: Final = "personalbots"
SINGULAR: Final = "personalbot"
SHORT_NAME: Final = "pbot"
CATEGORY: Final = "bots"

# Labels and annotations of our own.
BOT_LABEL: Final = f"{GROUP}/bot"
OWNER_ID_LABEL: Final = f"{GROUP}/owner-id"
RESTARTED_AT_ANNOTATION: Final = f"{GROUP}/restartedAt"
SPEC_HASH_ANNOTATION: Final = f"{GROUP}/spec-hash"
TEMPLATE_ANNOTATION: Final = f"{GROUP}/template"
CLEANUP_FINALIZER: Final = f"{GROUP}/drop-collection"

# The recommended labels (kubernetes.io, "Recommended Labels").
NAME_LABEL: Final = "app.kubernetes.io/name"
INSTANCE_LABEL: Final = "app.kubernetes.io/instance"
COMPONENT_LABEL: Final = "app.kubernetes.io/component"
MANAGED_BY_LABEL: Final = "app.kubernetes.io/managed-by"
PART_OF_LABEL: Final = "app.kubernetes.io/part-of"
VERSION_LABEL: Final = "app.kubernetes.io/version"

BOT_APP: Final = "personal-bot"
PROJECT: Final = "personalbots"
OPERATOR: Final = "personalbots-operator"
MASTER_BOT: Final = "master-bot"

POD_PREFIX: Final = "pbot-"
MAX_NAME_LENGTH: Final = 63 - len(POD_PREFIX)
CONTAINER: Final = "bot"
HTTP_PORT: Final = 8080
HTTP_PORT_NAME: Final = "http"
BOT_USER: Final = 1000
"""The uid, gid and fsGroup that the bot runs as."""

# Keys of a bot's Secret, unless the resource names others.
TELEGRAM_TOKEN_KEY: Final = "telegram-token"  # noqa: S105 - a key's name, no token
OPENAI_API_KEY_KEY: Final = "openai-api-key"
QDRANT_API_KEY_KEY: Final = "qdrant-api-key"

# Paths inside the pod.
SECRETS_DIR: Final = "/var/run/secrets/personalbots"
TELEGRAM_TOKEN_FILE: Final = f"{SECRETS_DIR}/telegram-token"
OPENAI_API_KEY_FILE: Final = f"{SECRETS_DIR}/openai-api-key"
QDRANT_API_KEY_FILE: Final = f"{SECRETS_DIR}/qdrant-api-key"
DATA_DIR: Final = "/data"
TMP_DIR: Final = "/tmp"  # noqa: S108 - an emptyDir of the pod's own

# Exit codes of the bot (sysexits.h where it has one).
EXIT_OK: Final = 0
EXIT_BAD_ARGUMENTS: Final = 64
EXIT_INTERNAL_ERROR: Final = 70
EXIT_TELEGRAM_UNAUTHORIZED: Final = 77
STOP_SECONDS: Final = 5
"""How long a bot may take to stop after SIGTERM, before the kubelet kills it."""


def pod_name(bot: str) -> str:
    """The name of the pod and of the volume claim of the resource `bot`."""
    return f"{POD_PREFIX}{bot}"


def bot_name(pod: str) -> str | None:
    """The name of the resource whose pod is named `pod`; None when that is no name of a bot's pod."""
    return pod.removeprefix(POD_PREFIX) if pod.startswith(POD_PREFIX) and pod != POD_PREFIX else None


def default_collection(owner_id: int) -> str:
    """The collection of an owner's knowledge when the resource names none."""
    return f"user_{owner_id}"

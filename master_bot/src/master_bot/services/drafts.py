"""A bot in the making: its token and key in a Secret, until the resource takes that Secret over or the draft expires.

Each draft has a Secret of its own under a name that nobody can guess, noted in the conversation *before* the Secret is
made. So a crash at any point leaves no unknown Secret, and two people with one token never share a Secret.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from json import loads
from typing import Any, Final, Self

from master_bot.kubernetes.annotations import (
    LANGUAGE_ANNOTATION,
    MANAGED_ANNOTATION,
    TITLE_ANNOTATION,
    USERNAME_ANNOTATION,
)
from master_bot.kubernetes.client import ConflictError, NotFoundError
from master_bot.kubernetes.cluster import Cluster, Conversation
from master_bot.kubernetes.fsm_storage import ConfigMapStorage
from master_bot.kubernetes.personal_bots import is_being_deleted
from master_bot.models import Clock
from master_bot.services.credentials import Identity, resource_name
from master_bot.settings import Settings
from master_bot.views.choices import Choices
from personalbots_api import names
from personalbots_api.models import (
    LLM,
    Access,
    ApiKeySecretRef,
    Knowledge,
    Metadata,
    PersonalBot,
    Qdrant,
    QdrantKeySecretRef,
    Resources,
    Sleep,
    Spec,
    Storage,
    Telegram,
    TokenSecretRef,
)

DRAFT_LABEL: Final = f"{names.GROUP}/draft"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is kept of a bot in the making; nothing secret."""

    secret: str
    bot_id: int
    username: str
    managed: bool = False
    """Whether Telegram made it through the master bot."""

    @property
    def bot(self) -> str:
        """The name that the resource will have."""
        return resource_name(self.bot_id)

    def remember(self) -> dict[str, Any]:
        """For the conversation's data."""
        return asdict(self)

    @classmethod
    def recall(cls, data: Mapping[str, Any]) -> Self | None:
        """From the conversation's data."""
        return cls(**data["draft"]) if data.get("draft") else None

    @classmethod
    def begin(cls, identity: Identity, *, managed: bool) -> Self:
        """A new draft; nothing is made in the cluster yet."""
        name = f"{resource_name(identity.bot_id)}-{secrets.token_hex(4)}"
        return cls(secret=name, bot_id=identity.bot_id, username=identity.username, managed=managed)


class TakenError(Exception):
    """Somebody else's resource holds this Telegram bot by now."""


class Drafts:
    """What is done with drafts in the cluster. Every method may be repeated after a crash in its middle."""

    def __init__(self, cluster: Cluster, settings: Settings) -> None:
        self._cluster = cluster
        self._settings = settings

    async def keep_token(self, draft: Draft, token: str, *, owner_id: int) -> None:
        """Put the token into the draft's Secret.

        Raises:
            ClusterError: it could not be written.
        """
        labels = {**_labels(draft.bot_id, owner_id), DRAFT_LABEL: "true"}
        await self._cluster.create_secret(draft.secret, {names.TELEGRAM_TOKEN_KEY: token}, labels)

    async def keep_key(self, draft: Draft, key: str) -> None:
        """Put the key beside the token.

        Raises:
            NotFoundError: the draft has expired.
        """
        await self._cluster.patch_secret(draft.secret, {"stringData": {names.OPENAI_API_KEY_KEY: key}})

    async def make(self, draft: Draft, choices: Choices, *, owner_id: int) -> PersonalBot:
        """Make the resource, which then owns the draft's Secret.

        Raises:
            NotFoundError: the draft has expired.
            TakenError: the Telegram bot is in use here by now; the draft is dropped.
        """
        # The master bot cannot read Secrets; that this one can be patched shows that it is still there.
        await self._cluster.patch_secret(draft.secret, {"metadata": {"labels": {DRAFT_LABEL: "true"}}})
        try:
            bot = await self._cluster.create_bot(manifest(draft, choices, self._settings, owner_id=owner_id))
        except ConflictError:
            bot = await self._cluster.bot(draft.bot)
            if not _made_from(bot, draft):
                await self.drop(draft)
                raise TakenError from None

        await self._hand_over(draft, bot)
        return bot

    async def replace_token(self, bot: PersonalBot, token: str, *, at: datetime) -> PersonalBot:
        """Put a new token into the Secret of a bot that exists, and restart the bot with it.

        Raises:
            ClusterError: the token or the restart could not be written.
        """
        await self._write_secret(bot, bot.spec.telegram.token_secret_ref.key, token)
        again = at.astimezone(UTC).isoformat(timespec="seconds")
        return await self._cluster.patch_bot(bot, {"metadata": {"annotations": {names.RESTARTED_AT_ANNOTATION: again}}})

    async def replace_key(self, bot: PersonalBot, key: str) -> PersonalBot:
        """Give a bot that the master bot made a key of its own.

        It goes beside the token, never into a Secret that others may share; the bot reads it again by itself. The
        budget belonged to the administrator's key and is removed with it.

        Raises:
            ClusterError: the key could not be written.
        """
        own = bot.spec.telegram.token_secret_ref.name
        await self._write_secret(bot, names.OPENAI_API_KEY_KEY, key)
        ref = {"name": own, "key": names.OPENAI_API_KEY_KEY}
        return await self._cluster.patch_bot(bot, {"spec": {"llm": {"apiKeySecretRef": ref, "budget": None}}})

    async def _write_secret(self, bot: PersonalBot, key: str, value: str) -> None:
        """Write into the bot's own Secret; one that somebody has deleted is made again."""
        name, data = bot.spec.telegram.token_secret_ref.name, {key: value}
        patch = {"stringData": data, "metadata": {"ownerReferences": [_owner(bot)]}}

        try:
            await self._cluster.patch_secret(name, patch)
        except NotFoundError:
            labels = {names.BOT_LABEL: bot.metadata.name, names.OWNER_ID_LABEL: str(bot.spec.owner_id)}
            await self._cluster.create_secret(name, data, labels)
            await self._cluster.patch_secret(name, patch)

    async def drop(self, draft: Draft) -> None:
        """Delete the draft's Secret, unless a resource uses it.

        Raises:
            ClusterError: the cluster is away.
        """
        try:
            bot = await self._cluster.bot(draft.bot)
        except NotFoundError:
            bot = None
        if bot and _made_from(bot, draft) and not is_being_deleted(bot):
            await self._hand_over(draft, bot)
        else:
            await self._cluster.delete_secret(draft.secret)

    async def _hand_over(self, draft: Draft, bot: PersonalBot) -> None:
        meta = {"ownerReferences": [_owner(bot)], "labels": {DRAFT_LABEL: None}}
        await self._cluster.patch_secret(draft.secret, {"metadata": meta})


async def expire(cluster: Cluster, storage: ConfigMapStorage, drafts: Drafts, age: timedelta, now: Clock) -> int:
    """Delete conversations that have been silent for longer than `age`, with their drafts; how many that were.

    Raises:
        ClusterError: some may be left.
    """
    old = [found for found in await cluster.conversations() if not found.updated or now() - found.updated > age]
    for conversation in old:
        draft = _draft_of(conversation)
        if draft:
            await drafts.drop(draft)

        await cluster.forget_conversation(conversation.name)
        storage.forget(conversation.name)
        logger.info("forgot a silent conversation", extra={"conversation": conversation.name, "draft": bool(draft)})

    return len(old)


def manifest(draft: Draft, choices: Choices, settings: Settings, *, owner_id: int) -> PersonalBot:
    """The resource to create. What it leaves out, the API server fills in."""
    resources = (settings.sizes or {}).get(choices.size or "")
    own = ApiKeySecretRef(name=draft.secret, key=names.OPENAI_API_KEY_KEY)
    shared = ApiKeySecretRef(name=settings.shared_key_secret, key=settings.shared_key_key) if choices.shared else None
    annotations = {
        USERNAME_ANNOTATION: draft.username,
        LANGUAGE_ANNOTATION: choices.language,
        **({MANAGED_ANNOTATION: "true"} if draft.managed else {}),
        **({TITLE_ANNOTATION: choices.title} if choices.title else {}),
    }
    return PersonalBot(
        metadata=Metadata(
            name=draft.bot,
            labels={**_labels(draft.bot_id, owner_id), names.MANAGED_BY_LABEL: names.MASTER_BOT},
            annotations=annotations,
        ),
        spec=Spec(
            owner_id=owner_id,
            telegram=Telegram(
                token_secret_ref=TokenSecretRef(name=draft.secret, key=names.TELEGRAM_TOKEN_KEY),
                api_url=settings.telegram_api_url,
            ),
            llm=LLM(
                api_key_secret_ref=shared or own,
                base_url=settings.llm_base_url,
                model=choices.model,
                embedding_model=settings.llm_embedding_model,
                **({"budget": settings.shared_key_budget} if choices.shared and settings.shared_key_budget else {}),
            ),
            knowledge=_knowledge(draft, choices, settings, owner_id=owner_id),
            access=Access(mode=choices.access),
            **({"sleep": Sleep(after=settings.sleep_after)} if settings.sleep_after else {}),
            **({"resources": Resources.model_validate(resources)} if resources else {}),
        ),
    )


def _knowledge(draft: Draft, choices: Choices, settings: Settings, *, owner_id: int) -> Knowledge:
    """Where the bot keeps what it reads; with a server, its own volume still keeps the journal and the originals.

    The collection's name has the owner in it: the same Telegram bot in other hands finds nothing of theirs.
    """
    storage = Storage(size=settings.storage_size)
    if not choices.server or not settings.qdrant_url:
        return Knowledge(storage=storage)

    key = QdrantKeySecretRef(name=settings.qdrant_key_secret, key=settings.qdrant_key_key)
    server = Qdrant(url=settings.qdrant_url, **({"api_key_secret_ref": key} if settings.qdrant_key_secret else {}))
    return Knowledge(storage=storage, qdrant=server, collection=f"user_{owner_id}_{draft.bot_id}")


def _owner(bot: PersonalBot) -> dict[str, str]:
    """The entry of `ownerReferences` that has an object deleted together with the bot."""
    meta = bot.metadata
    return {"apiVersion": names.API_VERSION, "kind": names.KIND, "name": meta.name, "uid": meta.uid}


def _labels(bot_id: int, owner_id: int) -> dict[str, str]:
    return {names.BOT_LABEL: resource_name(bot_id), names.OWNER_ID_LABEL: str(owner_id)}


def _made_from(bot: PersonalBot, draft: Draft) -> bool:
    return bot.spec.telegram.token_secret_ref.name == draft.secret


def _draft_of(conversation: Conversation) -> Draft | None:
    return Draft.recall(loads(conversation.data))

"""All settings, read once at the start into one frozen object.

Every setting is an environment variable `MASTER_BOT_…`; the chart sets them. The master bot's own Telegram token is a
mounted file whose path is a setting: the token itself is never in the environment.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from personalbots_api.models import Budget
from personalbots_api.quantities import parse_duration
from personalbots_common.environment import comma_separated, read_variables, variable

PREFIX: Final = "MASTER_BOT_"


class SettingsError(ValueError):
    """A setting that cannot be used; the message names the variable and says what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, with the defaults of a plain installation."""

    token_file: Path = Path("/var/run/secrets/master-bot/telegram-token")
    """`MASTER_BOT_TOKEN_FILE`: the file that holds the master bot's own Telegram token."""
    telegram_api_url: str = "https://api.telegram.org"
    """`MASTER_BOT_TELEGRAM_API_URL`: the Bot API server, of the master bot and of the bots that it makes."""
    link_base: str = "https://t.me"
    """`MASTER_BOT_LINK_BASE`: what stands before `/<username>` in a link that opens a bot."""
    llm_base_url: str = "https://api.openai.com/v1"
    """`MASTER_BOT_LLM_BASE_URL`: the LLM service of new bots, with its `/v1`."""
    llm_name: str = ""
    """`MASTER_BOT_LLM_NAME`: what people call that service, such as OpenAI; unset: known by its address, or no name."""
    llm_key_url: str = ""
    """`MASTER_BOT_LLM_KEY_URL`: the page where its keys are made; unset: known by its address, or none."""
    llm_model: str = "gpt-5-mini"
    """`MASTER_BOT_LLM_MODEL`: the model that new bots answer with."""
    llm_models: tuple[str, ...] = ()
    """`MASTER_BOT_LLM_MODELS`: further models that people may choose, separated by commas."""
    llm_embedding_model: str = "text-embedding-3-small"
    """`MASTER_BOT_LLM_EMBEDDING_MODEL`: the model that new bots search with."""
    namespace: str = "personalbots"
    """`MASTER_BOT_NAMESPACE`: the master bot's own namespace; its conversations are ConfigMaps there."""
    bots_namespace: str = "bots"
    """`MASTER_BOT_BOTS_NAMESPACE`: where the bots and their Secrets live."""
    admin_ids: frozenset[int] = frozenset()
    """`MASTER_BOT_ADMIN_IDS`: Telegram user ids of those who may see and touch every bot, separated by commas."""
    invitations: str = "open"
    """`MASTER_BOT_INVITATIONS`: who may make a first bot: `open` everybody, `code` who was invited, `closed` nobody."""
    bots_per_owner: int = 0
    """`MASTER_BOT_BOTS_PER_OWNER`: how many bots a person may have; 0: any number."""
    requests_per_half_minute: int = 40
    """`MASTER_BOT_REQUESTS_PER_HALF_MINUTE`: messages and buttons of one person that are answered in that time."""
    sizes: Mapping[str, Mapping[str, Any]] | None = None
    """`MASTER_BOT_SIZES`: JSON, a name of a size to `spec.resources`; unset: the resource's own default."""
    size: str | None = None
    """`MASTER_BOT_SIZE`: which of the sizes a new bot gets; unset: the first."""
    shared_key_secret: str = ""
    """`MASTER_BOT_SHARED_KEY_SECRET`: a Secret in the bots' namespace with a key for all; unset: people send theirs."""
    shared_key_key: str = "openai-api-key"
    """`MASTER_BOT_SHARED_KEY_KEY`: the key inside that Secret."""
    shared_key_budget: Budget | None = None
    """`MASTER_BOT_SHARED_KEY_BUDGET`: JSON, the `spec.llm.budget` of a bot with that key; unset: no limit."""
    qdrant_url: str = ""
    """`MASTER_BOT_QDRANT_URL`: a Qdrant server that people may choose instead of a store on the bot's own volume."""
    qdrant_key_secret: str = ""
    """`MASTER_BOT_QDRANT_KEY_SECRET`: a Secret in the bots' namespace with that server's key; unset: none is sent."""
    qdrant_key_key: str = "qdrant-api-key"
    """`MASTER_BOT_QDRANT_KEY_KEY`: the key inside that Secret."""
    storage_size: str = "1Gi"
    """`MASTER_BOT_STORAGE_SIZE`: the volume of a new bot."""
    sleep_after: str = ""
    """`MASTER_BOT_SLEEP_AFTER`: new bots sleep when nobody has written for so long, such as 168h; unset: never."""
    draft_seconds: int = 3600
    """`MASTER_BOT_DRAFT_SECONDS`: an unfinished conversation and its Secret are forgotten after so long in silence."""
    port: int = 8080
    """`MASTER_BOT_PORT`: where /healthz, /readyz and /metrics are served."""
    log_level: str = "INFO"
    """`MASTER_BOT_LOG_LEVEL`: DEBUG, INFO, WARNING or ERROR."""

    @property
    def models(self) -> tuple[str, ...]:
        """The models that people may choose, the default first."""
        return (self.llm_model, *(model for model in self.llm_models if model != self.llm_model))

    @property
    def default_size(self) -> str | None:
        """The size of a new bot that nobody chose one for; None when there are no sizes."""
        return self.size or next(iter(self.sizes), None) if self.sizes else None

    @property
    def resources(self) -> Mapping[str, Any] | None:
        """`spec.resources` of that size; None leaves them to the resource's default."""
        return self.sizes[self.default_size] if self.sizes and self.default_size else None

    def unpriced(self) -> tuple[str, ...]:
        """The models of new bots for which the budget of the shared key has no price."""
        if self.shared_key_budget is None:
            return ()
        priced = tuple(price.model for price in self.shared_key_budget.prices)
        return tuple(model for model in (*self.models, self.llm_embedding_model) if not model.startswith(priced))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; an empty variable counts as unset.

        Raises:
            SettingsError: one cannot be used; the message names it.
        """
        given = {
            name: _parse(name, text)
            for name, text in read_variables(environment, prefix=PREFIX, names=cls.__dataclass_fields__).items()
        }
        settings = cls(**given)
        if settings.size and settings.size not in (settings.sizes or {}):
            raise SettingsError(f"{PREFIX}SIZE={settings.size} is none of the names in {PREFIX}SIZES")
        if settings.invitations not in {"open", "code", "closed"}:
            raise SettingsError(f"{PREFIX}INVITATIONS={settings.invitations} must be open, code or closed")

        if free := settings.unpriced():
            raise SettingsError(
                f"{PREFIX}SHARED_KEY_BUDGET has no price for {', '.join(free)}: they would cost nothing"
            )

        return settings


def _parse(name: str, text: str) -> Any:  # noqa: ANN401, PLR0911 - each setting has a type of its own
    try:
        match name:
            case "token_file":
                return Path(text)
            case "admin_ids":
                return frozenset(map(int, comma_separated(text)))
            case "llm_models":
                return comma_separated(text)
            case "port" | "draft_seconds" | "bots_per_owner" | "requests_per_half_minute":
                return int(text)
            case "sizes":
                return {size: dict(resources) for size, resources in json.loads(text).items()}
            case "shared_key_budget":
                return Budget.model_validate_json(text)
            case "sleep_after":
                parse_duration(text)
                return text
            case "telegram_api_url" | "llm_base_url" | "link_base" | "qdrant_url":
                return text.rstrip("/")
            case _:
                return text
    except (ValueError, TypeError, AttributeError) as error:
        raise SettingsError(f"{variable(PREFIX, name)}={text!r} cannot be read: {error}") from error

"""The bot's command line: addresses and names only, secrets as paths of files."""

from personalbots_api import names
from personalbots_operator.cache.spec import Spec


def bot_arguments(spec: Spec) -> list[str]:
    """The arguments of the bot's container."""
    allowed = [part for number in spec.allowed_user_ids for part in ("--allowed-user-id", str(number))]
    arguments = [
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
    return [literal(argument) for argument in arguments]


def cleanup_arguments(spec: Spec) -> list[str]:
    """The arguments of the clean-up pod's container."""
    return [literal(argument) for argument in ("--drop-collection", *_knowledge(spec))]


def literal(text: str) -> str:
    """`text` escaped for a container's arguments and variables, where Kubernetes would expand $(NAME)."""
    return text.replace("$(", "$$(")


def _budget(spec: Spec) -> list[str]:
    if spec.budget is None:
        return []
    prices = [part for model, sent, written in spec.budget.prices for part in ("--price", f"{model}={sent}/{written}")]
    return [*prices, "--currency", spec.budget.currency, "--monthly-budget", spec.budget.monthly]


def _knowledge(spec: Spec) -> list[str]:
    """Whose knowledge it is and where: all that the clean-up has to know."""
    arguments = ["--user-id", str(spec.owner_id), "--collection", spec.collection]
    if spec.qdrant_url:
        arguments += ["--qdrant-url", spec.qdrant_url]
    if spec.qdrant_key:
        arguments += ["--qdrant-api-key-file", names.QDRANT_API_KEY_FILE]
    return arguments

"""The bot's settings: flags, each with an environment variable ``PERSONAL_BOT_<FLAG>``, checked before all else."""

import argparse
import enum
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import urlsplit

from personal_bot.exits import BadArgumentsError
from personal_bot.state.usage import Price, Prices

ENV_PREFIX: Final = "PERSONAL_BOT_"
_PRICE_HELP: Final = (
    "MODEL=SENT/WRITTEN: money for a million tokens sent and written, by the beginning of its name; repeatable"
)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Value = TypeVar("_Value")


class AccessMode(enum.Enum):
    """Who may talk to the bot."""

    OWNER = "Owner"
    ALLOW_LIST = "AllowList"
    PUBLIC = "Public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the bot was started with; never changes while it runs.

    Attributes:
        user_id: the owner's Telegram user id.
        bot_token, openai_key: for runs by hand; in a pod the files are used.
        request_timeout: seconds that a request may take.
        llm_timeout: seconds until the LLM service has to begin its answer; 0: as long as a request may take.
        data_dir: the bot's volume.
        cgroup_dir: where the container's control group is mounted.
        port: of the health server; 0 takes a free one.
        prices: of models, and the budget of a month.
        copy_knowledge: copy the collection ("to-server" or "to-volume") and end, instead of running the bot.
        allow_links: fetch links that the owner sends, never inside the bot's own network.
        link_networks: networks where links may lead although they are not public.
        drop_collection: drop the collection on the Qdrant server and end, instead of running the bot.
    """

    user_id: int
    collection: str
    bot_token_file: Path | None = None
    bot_token: str | None = field(default=None, repr=False)
    openai_key_file: Path | None = None
    openai_key: str | None = field(default=None, repr=False)
    qdrant_url: str | None = None
    qdrant_api_key_file: Path | None = None
    telegram_api_url: str = "https://api.telegram.org"
    llm_base_url: str = "https://api.openai.com/v1"
    model: str = "gpt-5-mini"
    embedding_model: str = "text-embedding-3-small"
    transcription_model: str = "gpt-4o-mini-transcribe"
    access_mode: AccessMode = AccessMode.OWNER
    allowed_user_ids: frozenset[int] = frozenset()
    request_timeout: float = 1200.0
    llm_timeout: float = 0.0
    data_dir: Path = Path("/data")
    port: int = 8080
    termination_log: Path = Path("/dev/termination-log")
    cgroup_dir: Path = Path("/sys/fs/cgroup")
    log_level: str = "INFO"
    drop_collection: bool = False
    copy_knowledge: str = ""
    allow_links: bool = False
    link_networks: tuple[Network, ...] = ()
    prices: Prices = field(default_factory=lambda: Prices(models={}))


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Read the flags, and what they leave open from the environment.

    Raises:
        BadArgumentsError: with a sentence that names the flag and says what to write instead.
    """
    parser = _Parser(
        prog="personal-bot",
        description="A personal Telegram bot that answers from documents, with sources.",
        epilog=f"Every flag has an environment variable: --user-id is {ENV_PREFIX}USER_ID, and so on.",
        allow_abbrev=False,
    )
    _add_flags(parser)
    _take_defaults_from(environment, parser)

    given = parser.parse_args(arguments)
    values = {name: value for name, value in vars(given).items() if value is not None}
    _require(parser, values)

    values["link_networks"] = tuple(values.pop("link_network", ()))
    values["allowed_user_ids"] = frozenset(values.pop("allowed_user_id", ()))
    values["prices"] = Prices(
        models=dict(values.pop("price", ())),
        currency=values.pop("currency", "USD"),
        budget=values.pop("monthly_budget", None),
    )
    values.setdefault("user_id", 0)
    return Settings(**values)


def _add_flags(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--user-id", type=_user_id, help="Telegram user id of the owner")
    add("--collection", type=_collection, help="name of the collection that holds the knowledge")
    add("--bot-token-file", type=Path, help="file that holds the bot's token")
    add("--bot-token", help="the token itself, for a run by hand")
    add("--openai-key-file", type=Path, help="file that holds the key of the LLM service")
    add("--openai-key", help="the key itself, for a run by hand")
    add("--qdrant-url", type=_url, help="a Qdrant server; without it the knowledge is kept in --data-dir")
    add("--qdrant-api-key-file", type=Path, help="file that holds the key of the Qdrant server")
    add("--telegram-api-url", type=_url, help="a Bot API server other than Telegram's own")
    add("--llm-base-url", type=_url, help="a server that speaks the OpenAI API, up to and with /v1")
    add("--model", help="the model that answers")
    add("--embedding-model", help="the model that makes vectors of texts")
    add("--transcription-model", help="the model that writes down what is spoken")
    add("--access-mode", type=_access_mode, help="who may talk to the bot: Owner, AllowList or Public")
    add("--allowed-user-id", type=_user_id, action="append", help="for AllowList, beside the owner; repeatable")
    add("--request-timeout", type=_duration, help="how long a request may take, e.g. 20m or 1h30m")
    add(
        "--llm-timeout",
        type=_duration,
        help="how long the LLM service may take to begin; default: the whole time of a request",
    )
    add("--data-dir", type=Path, help="the bot's volume")
    add("--port", type=_port, help="port of /healthz, /readyz, /statusz and /metrics")
    add("--termination-log", type=Path, help="where the reason of the end is left")
    add("--cgroup-dir", type=Path, help="where the container's control group is mounted")
    add("--log-level", type=_log_level, help="the least that is logged: debug, info, warning or error")
    add("--price", type=_price, action="append", help=_PRICE_HELP)
    add("--currency", help="of the prices, as it is shown")
    add("--monthly-budget", type=_amount, help="money a month after which the LLM service is not asked any more")
    add("--allow-links", action="store_true", help="fetch the links that the owner sends, public addresses only")
    add("--link-network", type=_network, action="append", help="let links lead there too, e.g. 10.1.0.0/16; repeatable")
    add("--drop-collection", action="store_true", help="drop the collection on the Qdrant server, and end")
    add("--copy-knowledge", type=_direction, help="copy the collection to-server or to-volume, and end")


def _take_defaults_from(environment: Mapping[str, str], parser: argparse.ArgumentParser) -> None:
    """Make the environment's values the defaults; argparse converts them by the flag's own type."""
    flags: dict[str, object] = {}
    for name, text in environment.items():
        flag = name.removeprefix(ENV_PREFIX).lower()
        if not name.startswith(ENV_PREFIX) or not text:
            continue

        if flag in _LISTS:
            flags[flag] = [_converted(_LISTS[flag], part, name) for part in text.split(",")]
        elif flag in {"drop_collection", "allow_links"}:
            flags[flag] = text.lower() in {"1", "true", "yes"}
        else:
            flags[flag] = text

    parser.set_defaults(**{flag: value for flag, value in flags.items() if flag in vars(parser.parse_args([]))})


def _converted(convert: Callable[[str], _Value], text: str, name: str) -> _Value:
    try:
        return convert(text.strip())
    except argparse.ArgumentTypeError as error:
        raise BadArgumentsError(f"{name}: {error}") from error


def _require(parser: argparse.ArgumentParser, values: dict[str, object]) -> None:
    if values.get("drop_collection") or values.get("copy_knowledge"):
        needed: tuple[tuple[str, ...], ...] = (("collection",), ("qdrant_url",))
    else:
        needed = ("user_id",), ("collection",), ("bot_token_file", "bot_token"), ("openai_key_file", "openai_key")
    for names in needed:
        if not any(name in values for name in names):
            flags = " or ".join("--" + name.replace("_", "-") for name in names)
            parser.error(f"{flags} is required")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadArgumentsError(message[:1].upper() + message[1:] + ".")


def _user_id(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,15}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no Telegram user id: write a positive whole number")
    return int(text)


def _price(text: str) -> tuple[str, Price]:
    match = re.fullmatch(r"([^=\s]+)=(\d+(?:\.\d+)?)(?:/(\d+(?:\.\d+)?))?", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no price: write one like gpt-5-mini=0.25/2")

    return match[1], Price(prompt=float(match[2]), completion=float(match[3] or 0))


def _amount(text: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", text) or not float(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of money: write one like 20 or 7.50")
    return float(text)


def _collection(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no collection name: write at most 128 letters, digits, '_', '-' and '.', no sign first"
        )
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False

    if not good:
        raise argparse.ArgumentTypeError(f"{text!r} is no address: write one like https://example.org")

    return text.rstrip("/")


def _access_mode(text: str) -> AccessMode:
    try:
        return AccessMode(text)
    except ValueError:
        modes = ", ".join(mode.value for mode in AccessMode)
        raise argparse.ArgumentTypeError(f"{text!r} is no access mode: write one of {modes}") from None


def _direction(text: str) -> str:
    if text not in {"to-server", "to-volume"}:
        raise argparse.ArgumentTypeError(f"{text!r} is no direction: write to-server or to-volume")
    return text


def _duration(text: str) -> float:
    match = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", text)
    seconds = (
        sum(int(part or 0) * unit for part, unit in zip(match.groups(), (3600, 60, 1), strict=True)) if match else 0
    )
    if seconds <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: write one like 90s, 20m or 1h30m")

    return float(seconds)


def _log_level(text: str) -> str:
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise argparse.ArgumentTypeError(f"{text!r} is no log level: write debug, info, warning or error")
    return text.upper()


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no network: write one like 10.1.0.0/16") from None


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004 - the largest port
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write a number from 0 to 65535")
    return int(text)


_LISTS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {"allowed_user_id": _user_id, "price": _price, "link_network": _network}
)

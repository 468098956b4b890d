"""Flags and environment variables, and what is said about bad ones."""

from pathlib import Path

import pytest

from personal_bot.exits import BadArgumentsError
from personal_bot.settings import AccessMode, Settings, read_settings
from personal_bot.state.usage import Price

NEEDED = ["--user-id", "7", "--collection", "user_7", "--bot-token-file", "/t", "--openai-key-file", "/k"]


def test_the_flags_of_the_pod_are_understood() -> None:
    flags = [
        *NEEDED, "--qdrant-url", "http://qdrant:6333/", "--qdrant-api-key-file", "/q", "--access-mode", "AllowList",
        "--allowed-user-id", "8", "--allowed-user-id", "9", "--request-timeout", "1h30m", "--data-dir", "/data",
    ]  # fmt: skip
    assert read_settings(flags, {}) == Settings(
        user_id=7,
        collection="user_7",
        bot_token_file=Path("/t"),
        openai_key_file=Path("/k"),
        qdrant_url="http://qdrant:6333",
        qdrant_api_key_file=Path("/q"),
        access_mode=AccessMode.ALLOW_LIST,
        allowed_user_ids=frozenset({8, 9}),
        request_timeout=5400.0,
    )


def test_each_flag_has_an_environment_variable() -> None:
    environment = {
        "PERSONAL_BOT_USER_ID": "7",
        "PERSONAL_BOT_COLLECTION": "user_7",
        "PERSONAL_BOT_BOT_TOKEN": "1:t",
        "PERSONAL_BOT_OPENAI_KEY": "k",
        "PERSONAL_BOT_ALLOWED_USER_ID": "8, 9",
        "PERSONAL_BOT_REQUEST_TIMEOUT": "90s",
        "PERSONAL_BOT_PORT": "0",
        "PERSONAL_BOT_UNKNOWN": "is somebody else's",
    }
    settings = read_settings([], environment)
    assert (settings.user_id, settings.request_timeout, settings.port) == (7, 90.0, 0)
    assert settings.allowed_user_ids == {8, 9}


def test_prices_and_the_budget_are_read_from_the_pods_environment() -> None:
    environment = {
        "PERSONAL_BOT_PRICE": "gpt-5-mini=0.25/2, text-embedding-3-small=0.02",
        "PERSONAL_BOT_MONTHLY_BUDGET": "7.50",
        "PERSONAL_BOT_CURRENCY": "EUR",
    }
    prices = read_settings(NEEDED, environment).prices
    assert prices.models == {
        "gpt-5-mini": Price(prompt=0.25, completion=2.0), "text-embedding-3-small": Price(prompt=0.02)
    }  # fmt: skip
    assert (prices.budget, prices.currency) == (7.5, "EUR")


def test_a_flag_wins_over_its_environment_variable() -> None:
    assert read_settings([*NEEDED, "--model", "a"], {"PERSONAL_BOT_MODEL": "b"}).model == "a"


def test_secrets_given_by_hand_are_not_in_the_settings_text() -> None:
    settings = read_settings([*NEEDED, "--bot-token", "1:secret", "--openai-key", "sk-secret"], {})
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "--user-id is required"),
        (["--user-id", "7"], "--collection is required"),
        (NEEDED[:4], "--bot-token-file or --bot-token is required"),
        ([*NEEDED, "--user-id", "0"], "'0' is no Telegram user id"),
        ([*NEEDED, "--user-id", "-5"], "no Telegram user id"),
        ([*NEEDED, "--collection", "a/b"], "'a/b' is no collection name"),
        ([*NEEDED, "--llm-base-url", "api.openai.com"], "is no address: write one like https://example.org"),
        ([*NEEDED, "--telegram-api-url", "ftp://a"], "is no address"),
        ([*NEEDED, "--qdrant-url", "http://a:99999"], "is no address"),
        ([*NEEDED, "--access-mode", "Everybody"], "write one of Owner, AllowList, Public"),
        ([*NEEDED, "--request-timeout", "0s"], "write one like 90s, 20m or 1h30m"),
        ([*NEEDED, "--port", "70000"], "write a number from 0 to 65535"),
        ([*NEEDED, "--log-level", "loud"], "is no log level"),
        ([*NEEDED, "--nonsense"], "Unrecognized arguments: --nonsense"),
        (["--drop-collection", "--collection", "c"], "--qdrant-url is required"),
        (["--copy-knowledge", "to-server", "--collection", "c"], "--qdrant-url is required"),
        (["--copy-knowledge", "away", "--collection", "c"], "write to-server or to-volume"),
    ],
)
def test_a_bad_value_is_refused_with_what_to_write_instead(flags: list[str], said: str) -> None:
    with pytest.raises(BadArgumentsError) as refused:
        read_settings(flags, {})
    assert said in refused.value.message


def test_a_bad_environment_variable_is_refused_too() -> None:
    with pytest.raises(BadArgumentsError, match="PERSONAL_BOT_ALLOWED_USER_ID: 'x' is no Telegram user id"):
        read_settings(NEEDED, {"PERSONAL_BOT_ALLOWED_USER_ID": "8,x"})


def test_dropping_the_collection_needs_no_owner_and_no_token() -> None:
    settings = read_settings(["--drop-collection", "--collection", "c", "--qdrant-url", "http://q:6333"], {})
    assert settings.drop_collection

"""An address works as people paste it."""

import pytest

from personal_bot.llm.address import endpoint

CHAT = "https://api.example.com/v1/chat/completions"


@pytest.mark.parametrize(
    "pasted",
    [
        "https://api.example.com/v1",
        "https://api.example.com/v1/",
        " https://api.example.com/v1// ",
        "https://api.example.com/v1/chat/completions",
        "https://api.example.com/v1/chat/completions/",
        "https://api.example.com/v1/embeddings",
        "https://api.example.com/v1/models",
    ],
)
def test_what_is_pasted_too_much_is_taken_off(pasted: str) -> None:
    assert endpoint(pasted, "chat/completions", versioned=False) == CHAT


@pytest.mark.parametrize(
    "pasted", ["https://api.example.com", "https://api.example.com/", "https://api.example.com/models"]
)
def test_a_version_that_is_missing_is_put_in(pasted: str) -> None:
    assert endpoint(pasted, "chat/completions", versioned=True) == CHAT


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("https://x.example/v1beta/openai", "https://x.example/v1beta/openai/models"),
        ("https://x.example/openai/deployments/gpt?api-version=1", "https://x.example/openai/deployments/gpt/models?api-version=1"),
        ("https://x.example/api/paas/v4", "https://x.example/api/paas/v4/models"),
        ("https://x.example/compatible-mode/v1", "https://x.example/compatible-mode/v1/models"),
    ],
)  # fmt: skip
def test_versions_of_other_services_stay(base: str, address: str) -> None:
    assert endpoint(base, "models", versioned=True) == address

"""One table says what secrets look like."""

import json

import pytest

from personalbots_common.secrets_mask import looks_secret, mask

# Put together here, so that nothing that looks like a secret stands in the repository.
BODY = "Abcdefgh12" * 4
TOKEN = f"7712345678:AAH-{BODY[:31]}"
SECRETS = {
    f"https://api.telegram.org/bot{TOKEN}/getMe": "https://api.telegram.org/bot7712345678:***/getMe",
    f"the token {TOKEN}, please": "the token 7712345678:***, please",
    f"sk-{BODY}": "sk-***",
    f"sk-ant-api03-{BODY}": "sk-***",
    f"sk-proj-{BODY}": "sk-***",
    "Incorrect API key provided: sk-proj-abc***xyz": "Incorrect API key provided: sk-***",
    f"pk-{BODY}": "pk-***",
    f"xai-{BODY}": "xai-***",
    f"gsk_{BODY}": "gsk_***",
    f"gsk-{BODY}": "gsk-***",
    f"csk-{BODY}": "csk-***",
    f"AIza{BODY[:35]}": "AIza***",
    f"AQ.Ab8RN6{BODY}": "AQ.***",
    f"hf_{BODY[:34]}": "hf_***",
    f"r8_{BODY[:37]}": "r8_***",
    f"fw_{BODY[:24]}": "fw_***",
    f"tgp_v1_{BODY}": "tgp_v1_***",
    f"pplx-{BODY}": "pplx-***",
    f"nvapi-{BODY}": "nvapi-***",
    f"jina_{BODY}": "jina_***",
    f"pa-{BODY}": "pa-***",
    f"ABSK{BODY}=": "ABSK***",
    f"ghp_{BODY[:36]}": "ghp_***",
    f"github_pat_{BODY}": "github_pat_***",
    f"glpat-{BODY[:20]}": "glpat-***",
    f"key-{BODY}": "key-***",
    f"eyJhbGciOiJIUzI1NiJ9.eyJhY2Nlc3MiOiJtIn0.{BODY}": "eyJ***",
    f"Authorization: Bearer {BODY[:16]}.xyz": "Authorization: Bearer ***",
    f"authorization: bearer {BODY}": "authorization: bearer ***",
    f"Authorization: Basic {BODY}==": "Authorization: Basic ***",
    "http://anna:pass:word@qdrant:6333/": "http://anna:***@qdrant:6333/",
    "redis://:password@host": "redis://:***@host",
    "https://secretkey@host/v1": "https://***@host/v1",
    "https://host/v1?alt=sse&key=secret1&x=2": "https://host/v1?alt=sse&key=***&x=2",
}
PLAIN = [
    "user 12345678 at 12:30:45, risk-free",
    "task-based desk-sharing",
    "a key-value-store",
    "bearer of news",
    "basic internationalization",
    "https://t.me/anna_docs_bot and @anna",
    "http://qdrant:6333/collections/user_123456789",
    "mail anna@example.com",
    "pod pbot-bot-7712345678 is up",
    "sha256:0123456789abcdef0123456789abcdef",
    "2026-11-24T17:41:11.482+00:00",
]


@pytest.mark.parametrize(("text", "masked"), SECRETS.items())
def test_what_looks_like_a_secret_is_masked_and_its_kind_stays(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert mask(masked) == masked
    assert looks_secret(text)


@pytest.mark.parametrize("text", SECRETS)
def test_json_stays_json(text: str) -> None:
    said = {"said": text, "quoted": f'"{text}"', "nested": json.dumps({"said": text})}
    masked = json.loads(mask(json.dumps(said, ensure_ascii=False)))
    assert json.loads(masked["nested"])["said"] == masked["said"] == mask(text)
    assert masked["quoted"] == f'"{mask(text)}"'


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


def test_known_secrets_are_masked_whatever_they_look_like() -> None:
    assert mask("it is blue, I said", ["blue", "red"]) == "it is ***, I said"


@pytest.mark.parametrize("text", ["7712345678:AAHabcde", "sk-abcd", "xai-1234", "gsk_1234", "a1b2c3d4e5f6g7h8i9j0"])
def test_a_part_of_a_secret_should_not_stay_in_a_chat_either(text: str) -> None:
    assert looks_secret(text)


@pytest.mark.parametrize(
    "text", ["gpt-5-mini", "https://example.org/v1/some/longer/path2", "Anna's documents", "12:30"]
)
def test_what_people_usually_write_may_stay_in_a_chat(text: str) -> None:
    assert not looks_secret(text)


def test_a_long_text_is_masked_in_no_time() -> None:
    for text in ("a" * 200_000, "1" * 200_000, "://" * 60_000, "key-" * 50_000, "sk-" * 60_000, "Ab1:" * 50_000):
        mask(text)

"""A refusal is understood whatever its shape: each of these was sent by a service to somebody who reported it."""

import json

import pytest

from personal_bot.llm import refusals

TOLD = {
    "OpenAI": ({"error": {"message": "No such model", "type": "invalid_request_error", "code": "model_not_found"}}, "No such model"),
    "OpenAI's error as a string": ({"error": "model 'x' not found, try pulling it first"}, "model 'x' not found, try pulling it first"),
    "Gemini": ([{"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "API key not valid."}}], "API key not valid."),
    "vLLM": ({"object": "error", "message": "This model's maximum context length is 2048 tokens.", "code": 400}, "This model's maximum context length is 2048 tokens."),
    "FastAPI, a sentence": ({"detail": "Invalid token"}, "Invalid token"),
    "FastAPI, by field": ({"detail": [{"loc": ["body", "dimensions"], "msg": "Extra inputs are not permitted"}]}, "dimensions: Extra inputs are not permitted"),
    "Mistral": (
        {"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options", "include_usage"], "msg": "Extra inputs are not permitted"}]}},
        "stream_options.include_usage: Extra inputs are not permitted",
    ),
    "DashScope": ({"code": "InvalidApiKey", "message": "Invalid API-key provided.", "request_id": "1"}, "Invalid API-key provided."),
    "MiniMax": ({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}, "login fail"),
    "OpenRouter": (
        {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": '{"error":{"message":"The model is overloaded"}}', "provider_name": "X"}}},
        "Provider returned error; The model is overloaded",
    ),
    "GitHub": ({"error": {"code": "unauthorized", "message": "Bad credentials", "details": "Bad credentials"}}, "Bad credentials"),
    "several": ({"errors": [{"message": "a"}, {"message": "b"}]}, "a; b"),
    "Hugging Face": ({"error": ["Input validation error", "`inputs` must have less than 4096 tokens"]}, "Input validation error; `inputs` must have less than 4096 tokens"),
    "nothing": ({}, ""),
    "null": (None, ""),
    "a number": (3, ""),
}  # fmt: skip


@pytest.mark.parametrize("service", TOLD)
def test_the_services_own_sentence_is_found(service: str) -> None:
    document, sentence = TOLD[service]
    assert refusals.sentence_of(document) == sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<html><head><title>404 Not Found</title></head><body>nginx</body></html>", "404 Not Found"),
        (b"<!DOCTYPE html><style>b {color: red}</style><b>Access</b> denied &amp; logged", "Access denied & logged"),
        (b"upstream connect error or disconnect/reset before headers", "upstream connect error or disconnect/reset before headers"),
        (b"", ""),
        (b"\xff\xfe nonsense", "\ufffd\ufffd nonsense"),
        (b"[" * 5000, "[" * 5000),
    ],
)  # fmt: skip
def test_a_page_or_a_plain_sentence_is_told_as_its_words(body: bytes, sentence: str) -> None:
    assert " ".join(refusals.sentence_of(refusals.document_of(body)).split()) == sentence


def test_an_answer_nested_without_end_is_not_followed_without_end() -> None:
    document: object = {"message": "deep"}
    for _ in range(500):
        document = {"error": document}
    assert refusals.sentence_of(document) == ""
    assert refusals.codes_of(document) == frozenset()


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        ({"error": {"code": 429, "type": "requests"}}, {"429", "requests"}),
        ({"error": {"param": "stream", "code": None, "type": "invalid_request_error"}}, {"stream", "invalid_request_error"}),
        ({"detail": [{"loc": ["body", "encoding_format"], "type": "extra_forbidden"}]}, {"encoding_format", "extra_forbidden"}),
        ([{"error": {"status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}], {"INVALID_ARGUMENT", "API_KEY_INVALID"}),
        ({"error": {"innererror": {"code": "ResponsibleAIPolicyViolation"}}}, {"ResponsibleAIPolicyViolation"}),
    ],
)  # fmt: skip
def test_its_codes_and_the_fields_it_complains_about_are_found(document: object, codes: set[str]) -> None:
    assert refusals.codes_of(document) == codes


@pytest.mark.parametrize(
    ("document", "refused"),
    [
        ({"choices": []}, False),
        ({"data": [], "object": "list"}, False),
        ({"text": "spoken"}, False),
        ({"choices": [], "error": None}, False),
        ({"error": {"message": "no"}}, True),
        ({"object": "error", "message": "no"}, True),
        ({"success": False, "message": "no"}, True),
        ({"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, True),
        ({"choices": [{}], "base_resp": {"status_code": 0}}, False),
        ({"code": "InvalidParameter", "message": "no"}, True),
        ("<html>", True),
    ],
)
def test_a_refusal_under_status_200_is_known_as_one(document: object, refused: bool) -> None:
    assert refusals.is_refusal(json.loads(json.dumps(document))) is refused


@pytest.mark.parametrize(
    ("document", "seconds"),
    [
        ({"error": {"message": "Rate limit reached. Please try again in 5.2s. Need more tokens?"}}, 5.2),
        ({"error": {"message": "Please try again in 20ms."}}, 0.02),
        ({"error": {"message": "Please try again in 1m12.5s."}}, 72.5),
        ({"error": {"message": "Please try again in 6m0s."}}, 360),
        ({"error": {"message": "Please try again in 1h2m3s."}}, 3723),
        ({"error": {"message": "Please retry after 2 seconds."}}, 2),
        ({"error": {"message": "Please wait 79403 seconds before retrying."}}, 79403),
        ({"message": "Please wait for 5 minutes."}, 300),
        (
            [{"error": {"message": "Please retry in 9s.", "details": [{"@type": "RetryInfo", "retryDelay": "31.5s"}]}}],
            31.5,
        ),
        ({"error": {"message": "Please try again later, or retry 3 times."}}, None),
        ({"error": {"message": "Please try again in a few minutes."}}, None),
        ({"error": {"message": "x", "details": [{"retryDelay": "soon"}]}}, None),
        ("", None),
    ],
)
def test_the_wait_that_a_service_asks_for_in_its_body_is_found(document: object, seconds: float | None) -> None:
    assert refusals.wait_of(document) == seconds

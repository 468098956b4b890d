"""A service is asked once for what it does not know, and never again."""

from pathlib import Path
from typing import Any

import pytest

from personal_bot.llm import refusals
from personal_bot.llm.errors import Fault
from personal_bot.llm.profile import Profile, Profiles, learn, without_system

CHAT: dict[str, Any] = {
    "messages": [{"role": "system", "content": "Answer."}, {"role": "user", "content": "Where?"}],
    "stream": True,
    "stream_options": {"include_usage": True},
}
EMBED: dict[str, Any] = {"input": [f"text {n}" for n in range(64)], "encoding_format": "float", "dimensions": 512}


def refused(status: int | None, document: object) -> Fault:
    return Fault(status=status, detail=refusals.sentence_of(document), codes=refusals.codes_of(document), answered=True)


@pytest.mark.parametrize(
    ("body", "status", "document", "learned"),
    [
        (CHAT, 422, {"message": {"detail": [{"loc": ["body", "stream_options", "include_usage"], "msg": "Extra inputs"}]}}, {"stream_usage": False}),
        (CHAT, 400, {"error": {"message": "Unrecognized request argument supplied: stream_options"}}, {"stream_usage": False}),
        (CHAT, 400, {"error": {"message": "Your organization must be verified to stream this model.", "param": "stream", "code": "unsupported_value"}}, {"streams": False}),
        (CHAT, 400, {"error": {"message": "Streaming is not supported for this model."}}, {"streams": False}),
        (CHAT, 400, {"message": "System role not supported", "object": "error"}, {"system_role": False}),
        (CHAT, 400, [{"error": {"message": "Developer instruction is not enabled for models/gemma-3-27b-it"}}], {"system_role": False}),
        (CHAT, 500, {"error": {"message": "Conversation roles must alternate user/assistant/user/assistant"}}, {"system_role": False}),
        (EMBED, 400, {"error": {"message": "Unknown field: encoding_format"}}, {"encoding_format": False}),
        (EMBED, 400, {"error": {"message": 'Model "x" does not support matryoshka representation'}}, {"dimensions": False}),
        (EMBED, 422, {"detail": [{"loc": ["body", "dimensions"], "msg": "Extra inputs are not permitted"}]}, {"dimensions": False}),
        (EMBED, 400, {"error": {"message": "batch size is invalid, it should not be larger than 10.: input.contents", "code": "InvalidParameter"}}, {"batch": 10}),
        (EMBED, 413, {"error": {"message": "input batch size 64 > maximum allowed batch size 32"}}, {"batch": 32}),
        (EMBED, 400, {"error": {"message": "at most 25 instances are allowed"}}, {"batch": 25}),
        (EMBED, 413, "Payload Too Large", {"batch": 32}),
        (EMBED, 400, {"error": {"message": "Unknown parameter"}}, {"stream_usage": False, "encoding_format": False, "dimensions": False}),
    ],
)  # fmt: skip
def test_a_refused_field_is_left_out(
    body: dict[str, Any], status: int, document: object, learned: dict[str, Any]
) -> None:
    assert learn(Profile(), refused(status, document), body) == Profile(**learned)


@pytest.mark.parametrize(
    ("body", "status", "document"),
    [
        (CHAT, 401, {"error": {"message": "Invalid key for stream_options"}}),
        (CHAT, 400, {"error": {"message": "maximum context length is 2048 tokens"}}),
        (CHAT, 503, {"error": {"message": "stream_options overloaded"}}),
        (CHAT | {"stream": False}, 400, {"error": {"message": "Streaming is not supported"}}),
        ({"input": ["one"]}, 413, {"error": {"message": "batch size"}}),
        ({"messages": [{"role": "user", "content": "x"}]}, 400, {"message": "System role not supported"}),
    ],
)
def test_what_cannot_be_left_out_teaches_nothing(body: dict[str, Any], status: int, document: object) -> None:
    assert learn(Profile(), refused(status, document), body) is None


def test_halving_comes_to_one_text_and_ends() -> None:
    batch, profile, tries = 64, Profile(), 0
    while learned := learn(profile, refused(400, {"error": {"message": "too many inputs"}}), {"input": ["x"] * batch}):
        profile, batch, tries = learned, learned.batch, tries + 1
    assert (batch, tries) == (1, 6)


def test_the_system_speaks_before_the_first_question() -> None:
    question = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}]}]
    assert without_system(CHAT["messages"]) == [{"role": "user", "content": "Answer.\n\nWhere?"}]
    assert without_system([CHAT["messages"][0], *question]) == [
        {"role": "user", "content": [{"type": "text", "text": "Answer."}, {"type": "text", "text": "What is it?"}]}
    ]
    assert without_system(CHAT["messages"][:1]) == [{"role": "user", "content": "Answer."}]


def test_what_was_learned_outlives_the_process(tmp_path: Path) -> None:
    file = tmp_path / "llm-profiles.json"
    Profiles(file).keep("http://a/v1", "m", Profile(streams=False, batch=10))
    again = Profiles(file)
    assert again.of("http://a/v1", "m") == Profile(streams=False, batch=10)
    assert again.of("http://b/v1", "m") == Profile()


@pytest.mark.parametrize(
    "kept", ["", "[1]", '{"http://a/v1 m": 3}', '{"http://a/v1 m": {"later": 1, "streams": false}}']
)
def test_a_file_of_another_version_is_read_as_far_as_it_goes(tmp_path: Path, kept: str) -> None:
    file = tmp_path / "llm-profiles.json"
    file.write_text(kept)
    assert Profiles(file).of("http://a/v1", "m").system_role

"""A list of models is read in the shape that each service gives it."""

from typing import Any

import pytest

from personal_bot.llm.offered import Model, models_of


@pytest.mark.parametrize(
    ("document", "models"),
    [
        ({"data": [{"id": "gpt-5-mini"}]}, [Model(name="gpt-5-mini")]),
        ([{"id": "meta/llama-3.3", "type": "chat", "context_length": 131072}], [Model(name="meta/llama-3.3", window=131072)]),
        ({"models": [{"name": "llama3:8b", "model": "llama3:8b"}]}, [Model(name="llama3:8b")]),
        ({"models": [{"name": "models/gemini-3-pro", "inputTokenLimit": 1048576}]}, [Model(name="gemini-3-pro", window=1048576)]),
        ({"data": [{"id": "m", "max_model_len": 4096}]}, [Model(name="m", window=4096)]),
        ({"data": [{"id": "e", "mode": "embedding", "max_input_tokens": 8191}]}, [Model(name="e", window=8191, chats=False, embeds=True)]),
        ({"data": [{"id": "text-embedding-3-small"}]}, [Model(name="text-embedding-3-small", chats=False, embeds=True)]),
        ({"data": [{"id": "BAAI/bge-m3"}]}, [Model(name="BAAI/bge-m3", chats=False, embeds=True)]),
        ({"data": [{"id": "whisper-1"}]}, [Model(name="whisper-1", chats=False)]),
        ({"data": [{"id": "codestral-embed", "capabilities": {"completion_chat": False}}]}, [Model(name="codestral-embed", chats=False, embeds=True)]),
        ({"models": {"a": {"max_context_length": 10}, "b": {}}}, [Model(name="a", window=10), Model(name="b")]),
        (["a", "b"], [Model(name="a"), Model(name="b")]),
        ({"data": [{"id": ""}, {}, 3, None, {"id": 7}, {"id": "a"}]}, [Model(name="a")]),
        ({"data": None}, []),
        ({}, []),
        ("text", []),
    ],
)  # fmt: skip
def test_models_are_found(document: Any, models: list[Model]) -> None:
    assert list(models_of(document).values()) == models


def test_a_long_list_is_read_whole() -> None:
    assert len(models_of({"data": [{"id": f"maker/model-{number}"} for number in range(350)]})) == 350

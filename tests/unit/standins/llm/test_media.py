"""Recordings and pictures, as the real openai client sends them."""

import base64

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam


async def test_a_recording_is_written_down(client: openai.AsyncOpenAI) -> None:
    heard = await client.audio.transcriptions.create(
        model="gpt-4o-mini-transcribe", file=("voice.oga", b"OggS SAYS:How high is the rent?\0rest")
    )
    assert heard.text == "How high is the rent?"
    assert heard.usage is not None
    assert heard.usage.type == "tokens"
    assert heard.usage.total_tokens == heard.usage.input_tokens + heard.usage.output_tokens == 15


@pytest.mark.parametrize(
    ("name", "model", "words"),
    [
        ("a.txt", "gpt-4o-mini-transcribe", "Invalid file format"),
        ("a.ogg", "gpt-5-mini", "cannot be used with /v1/audio/transcriptions"),
        ("a.ogg", "whisper-9", "does not exist"),
    ],
)
async def test_what_openai_refuses_is_refused(client: openai.AsyncOpenAI, name: str, model: str, words: str) -> None:
    with pytest.raises(openai.APIStatusError, match=words):
        await client.audio.transcriptions.create(model=model, file=(name, b"x"))


def about(picture: str) -> list[ChatCompletionMessageParam]:
    """A question about a picture."""
    return [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": picture}},
            ],
        }
    ]


async def test_a_picture_is_told(client: openai.AsyncOpenAI) -> None:
    url = "data:image/png;base64," + base64.b64encode(b"png SHOWS:a grey cat\0").decode()
    answer = await client.chat.completions.create(model="gpt-5-mini", messages=about(url))
    assert answer.choices[0].message.content == "The picture shows a grey cat."

    with pytest.raises(openai.BadRequestError, match="unsupported image"):
        await client.chat.completions.create(model="gpt-5-mini", messages=about("data:text/plain;base64,AAAA"))


async def test_a_picture_is_told_in_russian_where_russian_is_spoken(client: openai.AsyncOpenAI) -> None:
    url = "data:image/png;base64," + base64.b64encode("png SHOWS:серый кот\0".encode()).decode()
    instructions: ChatCompletionMessageParam = {"role": "system", "content": "Describe it. Write in Russian."}
    answer = await client.chat.completions.create(model="gpt-5-mini", messages=[instructions, *about(url)])
    assert answer.choices[0].message.content == "На картинке: серый кот."

    blank = "data:image/png;base64," + base64.b64encode(b"png").decode()
    answer = await client.chat.completions.create(model="gpt-5-mini", messages=[instructions, *about(blank)])
    assert answer.choices[0].message.content == "На картинке: ничего не разобрать."

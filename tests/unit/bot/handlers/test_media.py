"""Questions that are spoken or shown."""

import pytest

from personal_bot.texts import say
from support.bot_process import Scene

PNG = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000300000002")


def said(text: str) -> bytes:
    """A recording that says this to the stand-in."""
    return b"OggS" + bytes(20) + b"SAYS:" + text.encode() + bytes(4)


def shown(text: str) -> bytes:
    """A picture that shows this to the stand-in."""
    return PNG + b"SHOWS:" + text.encode() + bytes(4)


async def test_a_spoken_question_is_shown_and_answered_and_counted(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    spoken = await scene.anna.speak(scene.bot.username, said("What is the name of Anna's cat?"))
    answer = await scene.anna.wait(
        scene.bot.username, lambda m: "Sources" in m.text and not m.draft, after=spoken, timeout=30
    )
    assert answer.text.startswith("🎤 Heard: What is the name of Anna's cat?\n\n")
    assert "Murka" in answer.text
    assert answer.raw["reply_to_message"]["message_id"] == spoken.id
    (heard,) = await scene.llm.client.requests("audio/transcriptions")
    assert heard["body"]["model"] == "gpt-4o-mini-transcribe"
    assert heard["body"]["file"]["filename"] == "voice.ogg"
    _, metrics = await scene.process.get("/metrics")
    assert 'personalbot_llm_tokens_total{direction="prompt",model="gpt-4o-mini-transcribe"} 10.0' in metrics
    assert not list((scene.process.folder / "data" / "incoming").iterdir())


async def test_a_service_that_hears_nothing_is_said_to_and_stays_ready(scene: Scene) -> None:
    await scene.llm.client.fault(endpoint="audio/transcriptions", status=404, times=None)
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.speak(scene.bot.username, said("Hello?"))
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "voice_unheard"), timeout=30)
    assert (await scene.process.statusz())["llm"]["ready"]
    await scene.llm.client.clear_faults()
    await scene.anna.speak(scene.bot.username, b"OggS only noise")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "voice_silent"), timeout=30)


async def test_a_picture_is_seen_with_a_question_from_the_documents_and_alone(scene: Scene) -> None:
    await scene.process.start()
    await scene.anna.send_file(scene.bot.username, "p.png", shown("a grey cat"), as_photo=True)
    seen = await scene.anna.wait(scene.bot.username, lambda m: "grey cat" in m.text and not m.draft, timeout=30)
    assert seen.text == "The picture shows a grey cat."
    await scene.knows_the_pets()
    await scene.anna.send_file(
        scene.bot.username, "p.png", shown("a cat"), as_photo=True, caption="What is the name of Anna's cat?"
    )
    answer = await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text and not m.draft, timeout=30)
    assert answer.text.startswith("👁 Seen: The picture shows a cat.\n\n")
    assert "Murka" in answer.text


@pytest.mark.parametrize("name", ["cat.png", "cat.jpeg", "cat.webp"])
async def test_a_picture_that_is_sent_as_a_file_is_seen_too(scene: Scene, name: str) -> None:
    boris = await scene.people.join("Boris")
    await scene.process.start(access_mode="Public")
    await boris.send_file(scene.bot.username, name, shown("a grey cat"))
    seen = await boris.wait(scene.bot.username, lambda m: "grey cat" in m.text and not m.draft, timeout=30)
    assert seen.text == "The picture shows a grey cat."
    (request,) = await scene.llm.client.requests("chat/completions")
    url = request["body"]["messages"][-1]["content"][-1]["image_url"]["url"]
    assert url.startswith(f"data:image/{name.partition('.')[2]};base64,")
    await boris.send_file(scene.bot.username, name, bytes((5 << 20) + 1))
    too_large = say("en", "picture_too_large", name=name, size="5 MB", limit="5 MB")
    await boris.wait(scene.bot.username, lambda m: m.text == too_large, timeout=30)


@pytest.mark.parametrize("as_photo", [True, False])
async def test_a_model_that_sees_no_pictures_is_said_to_see_none(scene: Scene, *, as_photo: bool) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.llm.client.fault(endpoint="chat/completions", status=400)
    await scene.anna.send_file(scene.bot.username, "p.png", shown("a cat"), as_photo=as_photo)
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "pictures_unseen"), timeout=30)

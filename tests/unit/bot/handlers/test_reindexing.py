"""The bot starts again with another embedding model: what its owner sees, and what the operator does."""

from personal_bot.texts import say
from standins.llm import Embedder, LLMStandIn
from standins.llm.calls import Settings
from support.bot_process import Scene


async def test_the_owner_sees_how_far_it_is_and_is_answered_all_the_time(scene: Scene, embedder: Embedder) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.process.kill()
    await scene.process.start(embedding_model="another-model")  # which the service does not offer yet
    status = await scene.process.until_status(
        lambda status: bool((status["knowledge"]["reindexing"] or {}).get("problem"))
    )
    assert status["knowledge"]["ready"]
    assert status["knowledge"]["reindexing"] == {
        "model": "another-model", "done": 0, "total": 1, "problem": "llm_model_missing",
        "values": {"model": "another-model"},
    }  # fmt: skip
    await scene.anna.send(scene.bot.username, "/docs")
    why = say("en", "llm_model_missing", model="another-model")
    line = say("en", "docs_reindexing_waits", share=0, why=why)
    await scene.anna.wait(scene.bot.username, lambda m: m.text.endswith(line), timeout=30)
    await scene.anna.send(scene.bot.username, "What is the cat of Anna called?")
    await scene.anna.wait(scene.bot.username, lambda m: "Murka" in m.text and "pets.md" in m.text, timeout=30)
    await scene.process.kill()
    async with LLMStandIn.start(embedder=embedder, settings=Settings(embedding_models=("another-model",))) as other:
        await other.client.fault(endpoint="embeddings", status=404, times=None)
        await scene.process.start(embedding_model="another-model", llm_base_url=other.url)
        await scene.anna.send(scene.bot.username, "Which car has Anna?")
        said = await scene.anna.wait(
            scene.bot.username, lambda m: "Volvo" in m.text and "pets.md" in m.text, timeout=30
        )
        assert said.text.endswith(say("en", "words_only"))
        await other.client.clear_faults()
        await scene.process.until_status(
            lambda status: status["knowledge"]["ready"] and not status["knowledge"]["reindexing"]
        )
        await scene.anna.send(scene.bot.username, "Who is seven years old?")
        said = await scene.anna.wait(
            scene.bot.username, lambda m: "seven" in m.text and "pets.md" in m.text, timeout=30
        )
        assert say("en", "words_only") not in said.text
        assert [r["body"]["model"] for r in await other.client.requests("embeddings")][-1] == "another-model"

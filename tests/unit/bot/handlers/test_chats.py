"""Chat archives as people meet them: an export sent to the bot, then questions, numbers and searches."""

from standins.telegram.client import Message
from support.bot_process import Scene
from support.exports import GARDEN, as_json, as_zip


class Talk:
    """Anna's talk with her bot about the garden's chat."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def sends(self, content: bytes, name: str, *, begins: str = "✅") -> Message:
        sent = await self.scene.anna.send_file(self.scene.bot.username, name, content)
        return await self.scene.anna.wait(
            self.scene.bot.username, lambda m: m.text.startswith(begins), after=sent, timeout=30
        )

    async def says(self, text: str, *, has: str) -> Message:
        said = await self.scene.anna.send(self.scene.bot.username, text)
        return await self.scene.anna.wait(self.scene.bot.username, lambda m: has in m.text, after=said, timeout=30)


async def test_an_export_is_taken_in_and_answers_everything_about_the_chat(scene: Scene) -> None:
    await scene.process.start()
    talk = Talk(scene)
    assert "no chat archives" in (await talk.says("/top", has="Export chat history")).text
    taken_in = await talk.sends(as_zip({"ChatExport/result.json": as_json(GARDEN)}), "chat.zip")
    assert "“Garden” is in: 7 messages of 3 people, 2024-05-01 – 2024-06-10." in taken_in.text
    again = await talk.sends(as_zip({"ChatExport/result.json": as_json(GARDEN)}), "chat.zip", begins="✅ I know")
    assert "7 messages" in again.text

    top = await talk.says("топ участников", has="Busiest")
    assert "1. Anna Petrova — 3 (43 %), words: 17" in top.text
    assert "Busiest: Wednesday, 09:00–10:00" in top.text
    photos = [m for m in await scene.anna.messages(scene.bot.username) if m.photo]
    assert len(photos) == 1

    found = await talk.says("поиск шланг от Анны", has="🔎")
    assert found.text.index("взошли") < found.text.index("красном сарае")
    assert {"https://t.me/c/1234567890/3", "https://t.me/c/1234567890/8"} <= links(found)
    assert "No message has" in (await talk.says("/search помидоры from Boris since 2024-06", has="🔎")).text

    answer = await talk.says("Где лежит шланг?", has="Sources")
    assert "красном сарае" in answer.text
    assert "💬 Garden, Anna Petrova, Boris, 2024-05-01 09:10, #1–8" in answer.text  # who, when, and which messages
    assert "https://t.me/c/1234567890/1" in links(answer)


async def test_an_export_in_the_folder_on_the_volume_becomes_a_chat_and_the_owner_is_told(scene: Scene) -> None:
    await scene.process.start()
    await scene.anna.send(scene.bot.username, "/help")  # before that Telegram knows no chat of the owner's
    await scene.anna.wait(scene.bot.username, lambda m: m.from_bot, timeout=60)
    folder = scene.process.folder / "data" / "inbox-documents"
    folder.mkdir(exist_ok=True)
    (folder / "chat.zip").write_bytes(as_zip({"ChatExport/result.json": as_json(GARDEN)}))
    told = await scene.anna.wait(scene.bot.username, lambda m: "chat.zip" in m.text, timeout=60)
    assert "“Garden” is in: 7 messages of 3 people" in told.text
    await scene.process.until(lambda: not list(folder.iterdir()))
    assert "1. Anna Petrova" in (await Talk(scene).says("/top", has="Busiest")).text


async def test_dossiers_and_digests_have_counted_figures_and_links_to_messages(scene: Scene) -> None:
    await scene.process.start()
    talk = Talk(scene)
    await talk.sends(as_json(GARDEN), "result.json")
    dossier = await talk.says("досье на Анну", has="Sources")
    assert "3 messages (43 % of all), 17 words, 2024-05-01 – 2024-06-10." in dossier.text
    assert "Шланг лежит в красном сарае." in dossier.text
    assert "Помидоры полью" not in dossier.text
    assert "💬 Garden, Anna Petrova, 2024-05-02 09:20, #3" in dossier.text
    assert "https://t.me/c/1234567890/3" in links(dossier)
    digest = await talk.says("/digest май 2024", has="Sources")
    assert "6 messages of 3 people; most by Anna Petrova, Boris, Vera." in digest.text
    assert "Огурцы" not in digest.text
    assert "Nobody is called “@x”" in (await talk.says("dossier on @x", has="Nobody")).text


async def test_a_chosen_chat_is_each_persons_own_and_survives_a_restart(scene: Scene) -> None:
    await scene.process.start()
    talk = Talk(scene)
    await talk.sends(as_json(GARDEN), "result.json")
    assert "☐ Garden — 7 messages" in (await talk.says("/chat", has="Chats: 1")).text
    await talk.says("/chat gard", has="«Garden»")
    await scene.process.kill()
    await scene.process.start()
    assert "☑ Garden" in (await talk.says("чаты", has="Chats: 1")).text
    assert "👥 «Garden», 2024-05-01 – 2024-05-31" in (await talk.says("/top май 2024", has="👥")).text
    await talk.says("/chat all", has="all chats")


def links(message: Message) -> set[str]:
    return {str(entity["url"]) for entity in message.entities if entity["type"] == "text_link"}

"""What the owner does with the documents in the chat: list, find, rename, download, delete."""

from datetime import UTC, datetime

import pytest

from personal_bot.handlers.documents import documents_page, matching, named
from personal_bot.handlers.pasted_text import named as material_named
from personal_bot.models import Document
from personal_bot.telegram.buttons import DocumentsButton, read_button
from personal_bot.telegram.updates import mark_of, marked_document
from personal_bot.texts import say
from standins.telegram.client import Message
from support.bot_process import Scene


def document(number: int) -> Document:
    return Document(
        id=f"{number:064x}", name=f"{number}.pdf", mime_type="", size=2**20, chunks=3, added=datetime.now(UTC)
    )


@pytest.mark.parametrize("query", ["", "pdf", "очень длинный запрос, который не влезает в кнопку"])
def test_documents_are_listed_by_the_page_with_buttons_that_fit(query: str) -> None:
    documents = [document(number) for number in range(1, 21)]
    text, keyboard = documents_page(documents, DocumentsButton(page=1, query=query), "en")
    assert keyboard
    assert "9. 9.pdf — 1 MB" in text
    assert "8.pdf" not in text.replace("18.pdf", "")
    buttons = [button for row in keyboard.inline_keyboard for button in row]
    assert [button.text for button in buttons] == [*map(str, range(9, 17)), "◀", "▶", say("en", "docs_delete_all")]
    assert all(len((button.callback_data or "").encode()) <= 64 for button in buttons)
    back = read_button(buttons[0].callback_data or "")
    assert isinstance(back, DocumentsButton)
    assert back == DocumentsButton(action="card", document=documents[8].id[:16], page=1, query=back.query)
    assert query.startswith(back.query)


@pytest.mark.parametrize("value", ["0", "", "list", "list::x:", ":::::"])
def test_a_button_that_is_not_understood_shows_the_list(value: str) -> None:
    assert read_button(f"docs:{value}") == DocumentsButton()


def test_documents_are_found_by_words_of_their_names() -> None:
    documents = [document(1), document(12)]
    assert matching(documents, "1 PDF") == documents
    assert matching(documents, "12") == [documents[1]]
    assert matching(documents, "") == documents


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("lease", "lease.pdf"),
        (" lease.docx ", "lease.docx"),
        ("Договор 2024", "Договор 2024.pdf"),
        ("", ""),
        ("a\nb", ""),
        ("x" * 201, ""),
    ],
)
def test_a_new_name_keeps_the_ending(wanted: str, name: str) -> None:
    assert named(wanted, "a.pdf") == name


def test_only_the_question_for_a_name_carries_a_document() -> None:
    assert marked_document("Reply with the new name of a.pdf.\n\n#0123456789abcdef") == "0123456789abcdef"
    assert marked_document(f"Name?\n\n{mark_of('0123456789abcdef' * 4)}") == "0123456789abcdef"
    assert marked_document("The cat #1 is called Murka") is None


async def opened(scene: Scene, label: str = "1") -> Message:
    await scene.anna.send(scene.bot.username, "/docs")
    listed = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("📚"))
    await scene.anna.press(listed, label)
    return await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("📄"))


async def test_documents_are_listed_and_deleted_by_buttons(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.press(await opened(scene), say("en", "docs_delete"))
    sure = await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "docs_sure", name="pets.md"))
    assert list((scene.process.folder / "data" / "originals").iterdir())
    await scene.anna.press(sure, say("en", "docs_yes"))
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "docs_deleted", name="pets.md"))
    await scene.anna.send(scene.bot.username, "/docs")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "docs_empty"))
    assert not list((scene.process.folder / "data" / "originals").iterdir())


async def test_a_document_is_renamed_by_a_reply_even_after_a_restart(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.press(await opened(scene), say("en", "docs_rename"))
    asked = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✏️ Reply"))
    await scene.process.kill()
    await scene.process.start()
    await scene.anna.send(scene.bot.username, "Animals", reply_to=asked)
    done = say("en", "docs_renamed", old="pets.md", new="Animals.md")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == done, timeout=30)
    await scene.anna.send(scene.bot.username, "/docs ANIMALS md")
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("🔎") and "Animals.md" in m.text)
    await scene.anna.send(scene.bot.username, "/docs pets")
    none = say("en", "docs_found_none", query="pets")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == none)


async def test_a_document_comes_back_as_it_was_sent(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.press(await opened(scene), say("en", "docs_download"))
    back = await scene.anna.wait(scene.bot.username, lambda m: m.document is not None)
    assert back.document
    assert back.document["file_name"] == "pets.md"
    assert (await scene.anna.download(back)).startswith(b"# Pets")


async def test_all_documents_are_deleted_together_after_asking(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.send_file(scene.bot.username, "b.txt", b"butter")
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅ b.txt"))
    await scene.anna.send(scene.bot.username, "/docs")
    listed = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("📚"))
    await scene.anna.press(listed, say("en", "docs_delete_all"))
    sure = await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "docs_sure_all", count=2))
    await scene.anna.press(sure, say("en", "docs_yes"))
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "docs_deleted_all", count=2))
    await scene.process.until_status(lambda status: status["knowledge"]["documents"] == 0)


async def test_a_file_in_the_folder_on_the_volume_is_taken_in_and_the_owner_is_told(scene: Scene) -> None:
    await scene.process.start()
    await scene.anna.send(scene.bot.username, "/help")
    await scene.process.ready()
    (scene.process.folder / "data" / "inbox-documents" / "pets.txt").write_text("The cat is called Murka.")
    told = say("en", "inbox_taken", name="pets.txt")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == told, timeout=30)
    assert not list((scene.process.folder / "data" / "inbox-documents").iterdir())


ARTICLE = "The lighthouse of Rozewie\n\n" + "The keeper of the lighthouse is called Leon Wzorek. " * 180


async def test_a_pasted_text_is_asked_about_once_and_becomes_a_document(scene: Scene) -> None:
    await scene.process.start()
    await scene.anna.send(scene.bot.username, ARTICLE)
    asked = await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "material_ask"), timeout=30)
    (kept,) = (scene.process.folder / "data" / "material").glob("*.json")
    await scene.process.until(lambda: '"asked": true' in kept.read_text() and kept.read_text().count('"author"') == 3)
    await scene.process.kill()
    await scene.process.start()
    await scene.anna.press(asked, say("en", "material_add"))
    added = await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅"), timeout=30)
    assert "The lighthouse of Rozewie" in added.text
    originals = list((scene.process.folder / "data" / "originals").iterdir())
    assert [one.read_text().count("Leon Wzorek") for one in originals] == [180]
    await scene.process.until(lambda: not list((scene.process.folder / "data" / "material").iterdir()))
    asks = [m for m in await scene.anna.messages(scene.bot.username) if m.text == say("en", "material_ask")]
    assert asks == []


async def test_a_pasted_text_can_be_answered_instead(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.send(scene.bot.username, "Tell me about the cat of Anna. " * 40)
    asked = await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "material_ask"))
    await scene.anna.press(asked, say("en", "material_answer"))
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, timeout=30)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# The *lighthouse*: of Rozewie\nmore", "The lighthouse of Rozewie, 2024-05-01 12.03.00.txt"),
        ("word " * 30, "word word word word word word word word word word word word, 2024-05-01 12.03.00.txt"),
        ("***", "2024-05-01 12.03.00.txt"),
    ],
)
def test_a_text_is_called_by_its_first_words(text: str, name: str) -> None:
    assert material_named(text, datetime(2024, 5, 1, 12, 3, tzinfo=UTC)) == name

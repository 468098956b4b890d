"""What a bot knows goes into zips and comes out of them in another bot."""

import hashlib
import io
import json
import random
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from personal_bot.exporting import DOCUMENT, Item, Packer, read_manifest, unpack
from personal_bot.models import Turn
from personal_bot.texts import say
from support.bot_process import Scene

QUESTION = "What is the name of Anna's cat?"
CHAT = {
    "name": "Garden friends",
    "type": "private_supergroup",
    "id": 1234,
    "messages": [
        {"id": 1, "type": "message", "date": "2024-05-01T12:03:44", "from": "Anna", "from_id": "user1",
         "text": "Apples?"},
        {"id": 2, "type": "message", "date": "2024-05-02T09:00:00", "from": "Boris", "from_id": "user2",
         "text": "Python apples", "reply_to_message_id": 1, "forwarded_from": "Vera", "media_type": "sticker"},
    ],
}  # fmt: skip


def item(data: bytes, name: str) -> Item:
    return Item(kind=DOCUMENT, name=name, mime_type="", size=len(data), sha256=hashlib.sha256(data).hexdigest())


def test_an_export_is_cut_into_zips_that_are_whole_by_themselves(tmp_path: Path) -> None:
    packer = Packer(
        tmp_path / "out", "7", most=1000, settings={"length": "short"}, dialogue=(Turn(question="a", answer="b"),)
    )
    data = random.Random(7).randbytes(600)  # noqa: S311 - cannot be packed smaller
    (tmp_path / "a").write_bytes(data)
    for name in ("../../etc/passwd", "b.pdf", "c.pdf"):
        packer.add(tmp_path / "a", item(data, name))
    packer.close()
    assert [len(items) for _, items in packer.parts] == [1, 1, 1]
    for number, (path, _) in enumerate(packer.parts):
        manifest = read_manifest(path)
        assert manifest
        assert (manifest.settings, len(manifest.dialogue)) == ({"length": "short"}, 1)
        assert manifest.items[0].path == f"documents/1{'.pdf' if number else ''}"
        assert unpack(path, manifest.items[0], tmp_path / "b")
        assert (tmp_path / "b").read_bytes() == data
    packer.discard()
    assert not list((tmp_path / "out").iterdir())


def test_a_zip_that_lies_about_its_files_gives_nothing(tmp_path: Path) -> None:
    packer = Packer(tmp_path, "7", most=1000, settings={}, dialogue=())
    (tmp_path / "a").write_bytes(b"x" * 500)
    packer.add(tmp_path / "a", item(b"x" * 500, "a.txt"))
    packer.close()
    ((path, (listed,)),) = packer.parts
    for lie in (replace(listed, size=499), replace(listed, sha256="0" * 64), replace(listed, path="elsewhere")):
        assert not unpack(path, lie, tmp_path / "b")
        assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("manifest", ["{}", "[]", "no", '{"format": "personalbots-export", "version": 2}'])
def test_other_zips_are_no_exports(tmp_path: Path, manifest: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("manifest.json", manifest)
    assert read_manifest(tmp_path / "a.zip") is None
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 cut")
    assert read_manifest(tmp_path / "b.zip") is None


async def test_another_bot_takes_in_all_that_the_first_one_knew(scene: Scene) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    await scene.anna.send_file(scene.bot.username, "result.json", json.dumps(CHAT).encode())
    await scene.anna.wait(scene.bot.username, lambda m: "“Garden friends” is in" in m.text, timeout=60)
    await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text and not m.draft, timeout=60)
    await scene.anna.send(scene.bot.username, "/instructions Be brief")
    await scene.anna.wait(scene.bot.username, lambda m: m.text == say("en", "instructions_set"))
    await scene.anna.send(scene.bot.username, "/export")
    sent = await scene.anna.wait(scene.bot.username, lambda m: m.document is not None, timeout=60)
    assert "part 1 of 1. Documents: 1, chats: 1" in sent.text
    export = await scene.anna.download(sent)
    with zipfile.ZipFile(io.BytesIO(export)) as archive:
        assert sorted(archive.namelist()) == ["chats/2.json", "documents/1.md", "manifest.json"]
        everything = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (scene.bot.token, (scene.process.folder / "key").read_text()):
        assert secret.encode() not in everything
    await scene.process.kill()

    second = await scene.people.make_bot("second_docs_bot", owner_id=scene.anna.id)
    (scene.process.folder / "token").write_text(second.token)
    await scene.process.start(data_dir=str(scene.process.folder / "second"))
    await scene.anna.send_file(second.username, "export.zip", export)
    asked = await scene.anna.wait(second.username, lambda m: m.text.startswith("📦"), timeout=60)
    await scene.anna.press(asked, say("en", "import_yes"))
    await scene.anna.wait(
        second.username, lambda m: m.text == say("en", "import_done", documents=1, chats=1), timeout=60
    )
    status = await scene.process.until_status(lambda status: status["knowledge"]["documents"] == 2)
    assert status["knowledge"]["ready"]
    await scene.anna.send(second.username, "/search Python from Boris")
    found = await scene.anna.wait(second.username, lambda m: m.text.startswith("🔎 Python"), timeout=30)
    assert "Python apples" in found.text
    await scene.anna.send(second.username, "/settings")
    page = await scene.anna.wait(second.username, lambda m: m.text.startswith("⚙️"))
    assert "Be brief" in page.text
    kept = list((scene.process.folder / "second" / "dialogues").iterdir())
    assert QUESTION in kept[0].read_text()
    assert not list((scene.process.folder / "second" / "exports").iterdir())


async def test_a_guest_gets_what_is_theirs_and_no_documents(scene: Scene) -> None:
    boris = await scene.people.join("Boris", language_code="ru")
    await scene.process.start(access_mode="AllowList", allowed_user_id=str(boris.id))
    await scene.knows_the_pets()
    await boris.send(scene.bot.username, "/export")
    sent = await boris.wait(scene.bot.username, lambda m: m.document is not None, timeout=30)
    with zipfile.ZipFile(io.BytesIO(await boris.download(sent))) as archive:
        assert archive.namelist() == ["manifest.json"]
        assert json.loads(archive.read("manifest.json"))["items"] == []

"""What people choose, and the passages behind the numbers, on the bot's volume."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from personal_bot.handlers.scope import scope_page
from personal_bot.models import Document, Passage, Place
from personal_bot.state import json_files
from personal_bot.state.preferences import LONGEST_INSTRUCTIONS, Preferences, PreferencesStore, from_json
from personal_bot.state.shown_passages import ShownPassages


def document(name: str, identity: str) -> Document:
    return Document(id=identity, name=name, mime_type="", size=1, chunks=1, added=datetime.now(UTC))


def passage(text: str) -> Passage:
    return Passage(
        document_id="d", document_name="a.pdf", locator="page 3", position=0, text=text, score=1,
        place=Place(kind="page", value="3"),
    )  # fmt: skip


def test_choices_are_each_persons_own_and_survive(tmp_path: Path) -> None:
    PreferencesStore(tmp_path).change(1, documents=(("d1", "a.pdf"),), length="short")
    store = PreferencesStore(tmp_path)
    assert store.of(1) == Preferences(documents=(("d1", "a.pdf"),), length="short")
    assert store.of(2) == Preferences()
    store.forget_person(1)
    assert store.of(1) == Preferences()


def test_a_damaged_file_of_choices_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text('{"length": 7, "documents": [["d1"], 3, ["d2", "b.pdf"]], "newer": true')
    assert PreferencesStore(tmp_path).of(1) == Preferences()
    read = from_json({"length": 7, "documents": [["d1"], 3, ["d2", "b.pdf"]], "newer": True})
    assert read == Preferences(documents=(("d2", "b.pdf"),))


def test_a_newer_version_of_a_chosen_document_stays_chosen() -> None:
    chosen = Preferences(documents=(("d1", "a.pdf"),)).chosen
    assert chosen([document("a.pdf", "d9"), document("b.pdf", "d2")]) == {"d9"}
    assert chosen([document("renamed.pdf", "d1")]) == {"d1"}
    assert chosen([document("b.pdf", "d2")]) == frozenset()


def test_passages_are_shown_in_the_chat_of_their_answer_only_and_the_oldest_go(tmp_path: Path) -> None:
    shown = ShownPassages(tmp_path, most=2)
    for number in range(3):
        assert shown.keep(number, [passage(f"Text {number}")], user_id=7, chat_id=5)
    assert ShownPassages(tmp_path).passage(2, 1, chat_id=5) == passage("Text 2")
    assert shown.passage(2, 1, chat_id=6) is None
    assert shown.passage(2, 2, chat_id=5) is None
    assert shown.passage(2, 0, chat_id=5) is None
    assert len(list(tmp_path.iterdir())) == 2
    shown.forget_person(7)
    assert list(tmp_path.iterdir()) == []


def test_the_list_of_documents_to_choose_from_marks_the_chosen_and_has_pages() -> None:
    documents = [document(f"{number}.pdf", f"{number:064x}") for number in range(20)]
    text, keyboard = scope_page(documents, Preferences(documents=((documents[9].id, "9.pdf"),)), page=1, language="en")
    assert "1 of 20" in text
    assert keyboard
    labels = [[button.text for button in row] for row in keyboard.inline_keyboard]
    assert labels[1] == ["☑ 9.pdf"]
    assert labels[2] == ["☐ 10.pdf"]
    assert labels[-1] == ["◀", "📚 All", "▶"]
    assert all(len(str(b.callback_data).encode()) <= 64 for row in keyboard.inline_keyboard for b in row)


def test_settings_that_come_from_outside_keep_the_limits_of_the_commands() -> None:
    read = from_json(
        {"instructions": "x" * 5000, "language": "../ru", "length": "endless", "form": "exe", "model": "m"}
    )
    assert read == Preferences(instructions="x" * LONGEST_INSTRUCTIONS, model="m")


def test_a_small_file_is_on_the_disk_before_it_replaces_the_former_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, seen = tmp_path / "a.json", list[tuple[str, str]]()
    json_files.write(file, "old")
    monkeypatch.setattr(
        "os.fsync", lambda number: seen.append((str(Path(f"/proc/self/fd/{number}").readlink()), file.read_text()))
    )
    json_files.write(file, "new")
    assert seen == [(str(tmp_path / "a.new"), '"old"')]
    assert json_files.read(file) == "new"

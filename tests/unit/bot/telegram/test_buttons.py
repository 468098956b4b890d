"""Buttons on the wire: those of old messages still work."""

import pytest

from personal_bot.telegram.buttons import (
    AnswerFileButton,
    Button,
    CloseButton,
    DocumentsButton,
    ForgetButton,
    GroupButton,
    ImportButton,
    MenuButton,
    PastedTextButton,
    ScopeButton,
    SearchButton,
    SettingsButton,
    SourceButton,
    StopButton,
    read_button,
)

WIRE = {
    "stop:17": StopButton(request_id=17),
    "source:17:3": SourceButton(request_id=17, number=3),
    "close": CloseButton(),
    "file:17:md": AnswerFileButton(request_id=17, kind="md"),
    "file:17": AnswerFileButton(request_id=17),
    "docs:list::0:": DocumentsButton(),
    "docs:card:0123456789abcdef:2:a: b": DocumentsButton(
        action="card", document="0123456789abcdef", page=2, query="a: b"
    ),
    "scope:1:": ScopeButton(page=1),
    "scope:1:all": ScopeButton(page=1, change="all"),
    "scope:0:-0123456789abcdef": ScopeButton(change="-0123456789abcdef"),
    "find:17:page:2:0:": SearchButton(request_id=17, page=2),
    "find:17:author:0:5:2024-05": SearchButton(request_id=17, action="author", author=5, period="2024-05"),
    "menu:docs": MenuButton(command="docs"),
    "menu:ask:": MenuButton(command="ask", document=""),
    "menu:ask:0123456789abcdef": MenuButton(command="ask", document="0123456789abcdef"),
    "material:add:5": PastedTextButton(choice="add", first=5),
    "import:yes:17": ImportButton(choice="yes", update_id=17),
    "set:models": SettingsButton(name="models"),
    "set:language:": SettingsButton(name="language", choice=""),
    "set:model:llama3:8b": SettingsButton(name="model", choice="llama3:8b"),
    "forget:me": ForgetButton(choice="me"),
    "group:yes": GroupButton(choice="yes"),
    "group:everything:-1001234": GroupButton(choice="everything", id=-1001234),
}


@pytest.mark.parametrize(("data", "button"), WIRE.items())
def test_a_button_is_written_and_read_as_it_always_was(data: str, button: Button) -> None:
    assert button.data() == data
    assert read_button(data) == button


@pytest.mark.parametrize(
    ("data", "button"),
    [
        ("stop", StopButton()),
        ("stop:x", StopButton()),
        ("source:17", SourceButton()),
        ("material:add:", PastedTextButton()),
        ("group:own:x", GroupButton()),
        ("unknown:17", DocumentsButton()),
        ("", DocumentsButton()),
    ],
)
def test_data_that_cannot_be_read_is_a_button_about_nothing(data: str, button: Button) -> None:
    assert read_button(data) == button

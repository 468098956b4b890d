"""aiogram's models are built when they are first used, and all of them can be."""

import subprocess
import sys

BUILD_ALL = """
from personalbots_common.light_aiogram import aiogram_models, import_aiogram
assert import_aiogram() is True
from aiogram.types import Message, Update
assert not Message.__pydantic_complete__
update = Update.model_validate({"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "hi",
    "chat": {"id": 1, "type": "private"}, "from": {"id": 1, "is_bot": False, "first_name": "Anna"}}})
assert update.message.from_user.first_name == "Anna"
models = [model for model in aiogram_models() if not model.__pydantic_generic_metadata__["parameters"]]
for model in models:
    model.model_rebuild()
    assert model.__pydantic_complete__, model
print(len(models))
"""
UNTOUCHED = """
from pydantic import BaseModel
from personalbots_common.light_aiogram import import_aiogram
before = BaseModel.__dict__["model_rebuild"]
import_aiogram()
assert BaseModel.__dict__["model_rebuild"] is before
"""
STOCK = """
import aiogram
from aiogram.types import Message
from personalbots_common.light_aiogram import import_aiogram
assert import_aiogram() is False
assert Message.__pydantic_complete__
"""


def run(code: str) -> str:
    """In a process of its own: what is imported here already would hide what is imported there."""
    done = subprocess.run(  # noqa: S603 - the code above
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_model_of_aiogram_builds_when_it_is_needed() -> None:
    assert int(run(BUILD_ALL)) > 590


def test_an_aiogram_that_was_imported_before_stays_as_it_is() -> None:
    run(STOCK)


def test_model_rebuild_is_as_it_was_after_the_import() -> None:
    run(UNTOUCHED)

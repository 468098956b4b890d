"""A volume without a byte left: everybody is answered or told so, once, also by the process after a kill."""

import asyncio
import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from personal_bot.texts import say
from standins.telegram.client import Message
from support.bot_process import Scene

CARS = b"# Cars\n\nThe car of Boris is a green Lada.\n"
QUESTION = "What is the name of Anna's cat?"
SIZE = 256 * 2**20  # bytes of the volume


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own as the bot's volume."""
    folder = tmp_path / "data"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:  # noqa: S603 - fixed words
        pytest.skip("a file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607 - as above


def fill(volume: Path) -> Path:
    """Leave nothing free."""
    filler = volume / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (2**20, 2**12):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017 - the loop's only way out
    assert os.statvfs(volume).f_bavail == 0
    return filler


async def answers(scene: Scene, question: Message) -> list[str]:
    messages = await scene.anna.messages(scene.bot.username)
    return [m.text for m in messages if m.raw.get("reply_to_message", {}).get("message_id") == question.id]


async def test_on_a_full_volume_everybody_is_answered_or_told_once_and_nothing_is_damaged(
    scene: Scene, volume: Path
) -> None:
    await scene.process.start()
    await scene.knows_the_pets()
    filler = fill(volume)

    first = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text and not m.draft, after=first, timeout=60)
    sent = await scene.anna.send_file(scene.bot.username, "cars.md", CARS * 99)
    full = {say("en", "disk_full"), say("en", "store_full")}
    await scene.anna.wait(scene.bot.username, lambda m: m.text in full and not m.draft, after=sent, timeout=60)

    await scene.process.kill()
    second = await scene.anna.send(scene.bot.username, QUESTION)
    await scene.process.start()
    await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text and not m.draft, after=second, timeout=60)
    await scene.process.kill()
    await scene.process.start()
    await scene.process.ready()
    await scene.process.until_status(lambda status: status["activity"]["inFlight"] + status["activity"]["queued"] == 0)
    await asyncio.sleep(1)  # what came a second time would come now
    for question in (first, sent, second):
        assert len(await answers(scene, question)) == 1, question

    filler.unlink()
    sent = await scene.anna.send_file(scene.bot.username, "cars.md", CARS)
    await scene.anna.wait(scene.bot.username, lambda m: m.text.startswith("✅"), after=sent, timeout=60)
    third = await scene.anna.send(scene.bot.username, QUESTION)
    found = await scene.anna.wait(scene.bot.username, lambda m: "Sources" in m.text, after=third, timeout=60)
    assert "Murka" in found.text
    assert (await scene.process.statusz())["knowledge"]["documents"] == 2

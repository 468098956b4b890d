"""The folder on the volume: what appears in it is taken in once it is whole."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from personal_bot.knowledge.inbox_folder import InboxFolder
from personal_bot.knowledge.library import Library
from personal_bot.models import IncomingDocument, Ingested, IngestEvent, IngestProgress, RefusedError

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


class Told(list[tuple[str, str]]):
    """What the owner was told: the file, and the name of its document or the key of the refusal."""

    async def tell(self, name: str, outcome: Ingested | RefusedError) -> None:
        self.append((name, outcome.document.name if isinstance(outcome, Ingested) else outcome.key))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


async def test_a_file_is_taken_in_when_it_has_stopped_growing(library: Library, folder: Path) -> None:
    told = Told()
    inbox = InboxFolder(folder, owner_id=1, ingest=library.ingest, tell=told.tell)
    (folder / "sub").mkdir()
    (folder / "sub" / "a.txt").write_text("bread")
    (folder / ".part").write_text("half")
    await inbox.scan()
    assert told == []
    with (folder / "sub" / "a.txt").open("a") as file:
        file.write(" and butter")
    await inbox.scan()
    assert told == []
    await inbox.scan()
    assert told == [("sub/a.txt", "sub/a.txt")]
    [document] = await library.documents()
    assert document.size == len("bread and butter")
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [".part"]
    await inbox.scan()
    assert len(told) == 1


async def test_a_file_that_cannot_be_read_is_set_aside_and_the_next_one_is_taken_in(
    library: Library, folder: Path
) -> None:
    told = Told()
    inbox = InboxFolder(folder, owner_id=1, ingest=library.ingest, tell=told.tell)
    (folder / "a.pdf").write_text("%PDF-1.7 broken")
    (folder / "b.txt").write_text("butter")
    for _ in range(3):
        await inbox.scan()
    assert told == [("a.pdf", "document_corrupt"), ("b.txt", "b.txt")]
    assert (folder / "refused" / "a.pdf").exists()


async def test_while_the_llm_service_is_away_files_wait(folder: Path) -> None:
    asked: list[str] = []

    async def away(incoming: IncomingDocument) -> AsyncGenerator[IngestEvent]:
        asked.append(incoming.name)
        if incoming:
            raise RefusedError("llm_unreachable")
        yield IngestProgress(unit="pages", done=0, total=0)

    told = Told()
    inbox = InboxFolder(folder, owner_id=1, ingest=away, tell=told.tell)
    (folder / "a.txt").write_text("bread")
    for _ in range(3):
        await inbox.scan()
    assert (asked, told) == (["a.txt", "a.txt"], [])
    assert (folder / "a.txt").exists()


async def test_links_out_of_the_folder_are_not_followed(library: Library, folder: Path, tmp_path: Path) -> None:
    told = Told()
    inbox = InboxFolder(folder, owner_id=1, ingest=library.ingest, tell=told.tell)
    (tmp_path / "secret").write_text("secret")
    (folder / "a.txt").symlink_to(tmp_path / "secret")
    (folder / "b").symlink_to(tmp_path)
    for _ in range(2):
        await inbox.scan()
    assert told == []

"""SIGKILL in the middle of taking a document in: what was whole stays whole, what was not is never seen."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from llmock.pytest_plugin import LLMock

from personal_bot.knowledge.library import Library, LibraryConfig
from personal_bot.knowledge.stores.store_embedded import EmbeddedStore
from personal_bot.llm.client import LLM

# Takes in versions of one document for ever, and says so before and after each.
TAKE_IN_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from personal_bot.knowledge.library import Library, LibraryConfig
from personal_bot.llm.client import LLM, LLMConfig
from personal_bot.models import IncomingDocument, Ingested

async def main(data_dir, url):
    llm = LLM(LLMConfig(base_url=url, model="m", embedding_model="e", key_provider=lambda: "sk-x"))
    library = await Library.open(LibraryConfig(data_dir=data_dir, collection="c"), llm)
    await library.wait_open()
    for version in range(10_000):
        sent = data_dir / "sent.md"
        sent.write_text("".join(f"# Part {part}\\n" + f"version{version} " * 35 + "\\n" for part in range(40)))
        incoming = IncomingDocument(user_id=1, name="a.md", mime_type="", path=sent)
        async for event in library.ingest(incoming):
            if isinstance(event, Ingested):
                print(version, event.document.chunks, flush=True)

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
async def test_after_a_kill_one_whole_version_is_there(tmp_path: Path, llmock: LLMock, llm: LLM, delay: float) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", TAKE_IN_FOR_EVER, str(tmp_path), f"{llmock.url}/v1", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    said = [await process.stdout.readline()]
    await asyncio.sleep(delay)  # not for luck: where the blow falls is what is varied
    process.send_signal(signal.SIGKILL)
    said += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()

    version, chunks = map(int, said[-1].split())
    library = await Library.open(LibraryConfig(data_dir=tmp_path, collection="c"), llm)
    await library.wait_open()
    [document] = await library.documents()
    assert document.chunks == chunks
    texts = {p.text for n in (version, version + 1) for p in await library.search(f"version{n}", None)}
    found = {word for text in texts for word in text.split() if word.startswith("version")}
    assert found in ({f"version{version}"}, {f"version{version + 1}"})  # the next one may have been told to nobody
    await library.close()

    store = EmbeddedStore(tmp_path / "knowledge" / "c")
    await store.open()
    assert len(await store.records()) == 1
    await store.close()

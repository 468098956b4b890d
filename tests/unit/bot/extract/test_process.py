"""The extracting process, run for real, on documents made by real programs."""

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from personal_bot.knowledge.extraction import ExtractionLimits, extract
from personal_bot.models import IngestProgress, RefusedError
from support.documents import docx, pdf, zip_of

Read = Callable[..., Awaitable[list[list[str]]]]

LIMITS = ExtractionLimits(size=50 << 20, memory=160 << 20, seconds=30)


async def test_plain_text_becomes_a_chunk(read: Read) -> None:
    assert await read("a.txt", b"Bread is baked at dawn.") == [["Bread is baked at dawn.", "", ""]]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r", "cp866"]
)
async def test_russian_text_is_read_in_every_character_set(read: Read, encoding: str) -> None:
    text = "Договор аренды подписан вчера.\nСтороны довольны."
    assert await read("договор.txt", text.encode(encoding)) == [[text, "", ""]]


async def test_a_markdown_chunk_stands_under_its_headings(read: Read) -> None:
    text = f"# House\n{'walls ' * 90}\n\n## Kitchen\n{'stove ' * 90}\n```\n# no heading\n```\n# Garden\n{'roses ' * 90}"
    rows = await read("house.md", text.encode())
    assert [(kind, value) for _, kind, value in rows] == [
        ("heading", "House"),
        ("heading", "House › Kitchen"),
        ("heading", "Garden"),
    ]
    assert "# no heading" in rows[1][0]


async def test_a_pdf_chunk_stands_on_its_page(read: Read) -> None:
    rows = await read(
        "a.pdf", pdf(["\n".join(["one two three four five"] * 30), "\n".join(["six seven eight nine"] * 30)])
    )
    assert [(kind, value) for _, kind, value in rows] == [("page", "1"), ("page", "2")]
    assert "seven" in rows[1][0]


async def test_short_pages_are_put_together(read: Read) -> None:
    rows = await read("a.pdf", pdf(["alpha", "beta", "gamma"]))
    assert rows == [["alpha\n\nbeta\n\ngamma", "page", "1–3"]]


async def test_pages_are_counted_while_they_are_read(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(pdf(["one", "two", "three"]))
    events = [event async for event in extract(source, name="a.pdf", into=tmp_path / "out", limits=LIMITS)]
    assert events[:3] == [IngestProgress(unit="pages", done=done, total=3) for done in (1, 2, 3)]


async def test_a_docx_keeps_headings_and_tables_in_reading_order(read: Read) -> None:
    content = docx("# Prices", "before " * 90, "Bread|2 euro", "## Discounts", "after " * 90)
    rows = await read("a.docx", content)
    assert [(kind, value) for _, kind, value in rows] == [("heading", "Prices"), ("heading", "Prices › Discounts")]
    assert rows[0][0].endswith("Bread | 2 euro")


W = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'
BILLION_LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12))
    + b"]>"
    + W % b"<w:p><w:r><w:t>&m;</w:t></w:r></w:p>"
)


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.txt", b"", "document_empty"),
        ("a.txt", b" \n\t\n ", "document_empty"),
        ("a.txt", b"\xef\xbb\xbf", "document_empty"),
        ("a.pdf", b"%PDF-1.7 and then nothing that is a PDF", "document_corrupt"),
        ("a.docx", b"PK\x03\x04 and no zip", "document_corrupt"),
        ("a.docx", zip_of({"word/document": b""}), "document_mismatch"),
        ("a.docx", zip_of({"word/document.xml": b"<broken"}), "document_corrupt"),
        ("a.docx", zip_of({"word/document.xml": W % b""}), "document_empty"),
        ("a.docx", zip_of({"word/document.xml": BILLION_LAUGHS}), "document_corrupt"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "document_encrypted"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old document", "document_type_unsupported"),
        ("a.pdf", b"<html>404 not found</html>", "document_mismatch"),
        ("a.txt", b"%PDF-1.7 ...", "document_mismatch"),
        ("photo.txt", b"\x89PNG\r\n\x1a\n....", "document_mismatch"),
        ("photo.png", b"\x89PNG\r\n\x1a\n....", "document_type_unsupported"),
        ("noise", bytes(range(1, 32)) * 20, "document_type_unsupported"),
    ],
)
async def test_what_cannot_be_read_is_refused(read: Read, name: str, content: bytes, key: str) -> None:
    with pytest.raises(RefusedError) as refused:
        await read(name, content)
    assert refused.value.key == key


async def test_a_pdf_with_a_password_is_refused(read: Read) -> None:
    with pytest.raises(RefusedError) as refused:
        await read("a.pdf", pdf(["secret"], password="x"))  # noqa: S106
    assert refused.value.key == "document_encrypted"


async def test_a_scan_is_said_to_be_one(read: Read) -> None:
    with pytest.raises(RefusedError) as refused:
        await read("a.pdf", pdf(["", ""]))
    assert (refused.value.key, refused.value.values) == ("document_without_text", {"pages": 2})


async def test_the_refusal_of_a_wrong_name_says_what_it_is(read: Read) -> None:
    with pytest.raises(RefusedError) as refused:
        await read("a.pdf", docx("text"))
    assert refused.value.values == {"claimed": "PDF", "found": "DOCX"}


async def test_a_zip_bomb_is_refused_before_it_unpacks(read: Read) -> None:
    bomb = zip_of({"word/document.xml": b"0" * (257 << 20)})
    assert len(bomb) < 1 << 20
    with pytest.raises(RefusedError) as refused:
        await read("a.docx", bomb)
    assert refused.value.key == "document_unpacks_too_large"


async def test_a_document_that_needs_too_much_memory_is_refused(read: Read) -> None:
    limits = ExtractionLimits(memory=48 << 20, seconds=30)
    one_paragraph = zip_of(
        {"word/document.xml": W % (b"<w:p><w:r><w:t>%s</w:t></w:r></w:p>" % (b"word " * (20 << 20)))}
    )
    with pytest.raises(RefusedError) as refused:
        await read("a.docx", one_paragraph, limits)
    assert refused.value.key == "document_too_big_for_memory"


async def test_a_large_text_is_read_in_little_memory(read: Read) -> None:
    limits = ExtractionLimits(memory=48 << 20, seconds=60)
    rows = await read("a.md", "Слово за словом.\n".encode() * (1 << 20), limits)
    assert sum(len(text.split()) for text, _, _ in rows) == 3 << 20


@pytest.mark.parametrize(("pod", "child"), [(256, 128), (128, 64), (4096, 512), (None, 512)])
def test_the_extracting_process_gets_what_the_pod_can_spare(pod: int | None, child: int) -> None:
    limits = ExtractionLimits.within(pod * 1024 * 1024 if pod else None)
    assert limits.memory == child * 1024 * 1024


async def test_a_document_that_takes_too_long_is_refused(read: Read) -> None:
    limits = ExtractionLimits(seconds=0)
    with pytest.raises(RefusedError) as refused:
        await read("a.pdf", pdf(["text"] * 50), limits)
    assert refused.value.key == "document_took_too_long"


async def test_a_killed_extraction_is_a_refusal_and_no_crash(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(pdf(["some text"] * 400))
    events = extract(source, name="a.pdf", into=tmp_path / "out", limits=LIMITS)
    await anext(events)
    for child in children():
        os.kill(child, signal.SIGKILL)
    with pytest.raises(RefusedError) as refused:
        [event async for event in events]
    assert refused.value.key == "document_too_big_for_memory"


async def test_leaving_early_ends_the_process(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(pdf(["some text"] * 400))
    events = extract(source, name="a.pdf", into=tmp_path / "out", limits=LIMITS)
    await anext(events)
    assert children()
    await events.aclose()
    assert not children()


async def test_the_process_sees_nothing_of_the_bots_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERSONAL_BOT_BOT_TOKEN", "123:secret")
    source = tmp_path / "a.pdf"
    source.write_bytes(pdf(["some text"] * 400))
    events = extract(source, name="a.pdf", into=tmp_path / "out", limits=LIMITS)
    await anext(events)
    environment = environments()
    await events.aclose()
    assert environment
    assert not any(b"secret" in block for block in environment)


def environments() -> list[bytes]:
    return [Path(f"/proc/{child}/environ").read_bytes() for child in children()]


def children() -> list[int]:
    """The extracting processes of this one."""
    pids = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids}
    return [pid for pid, command in commands.items() if b"personal_bot.knowledge.extract" in command]

"""JSON, subtitles and contacts as programs really write them."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from personal_bot.knowledge.extraction import Extracted
from personal_bot.models import Loss
from support.documents import zip_of

CASES = Path(__file__).parents[3] / "cases" / "docs"
Read = Callable[..., Awaitable[list[list[str]]]]
Events = Callable[..., Awaitable[list[object]]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
async def test_json_is_read_in_every_encoding(read: Read, encoding: str) -> None:
    assert await read("a.json", '{"ворота": {"код": 5512}}'.encode(encoding)) == [
        ["ворота.код: 5512", "path", "$.ворота"]
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"a": NaN, "code": 5512}', "code: 5512"),
        (b'{"a": -Infinity, "b": [Infinity, 1], "code": 5512}', "b[1]: 1\ncode: 5512"),
        (b'{"a": None, "b": True, "code": "NaN"}', "b: True\ncode: NaN"),
        (b'{"name": "Anna \\ud83d", "code": 5512}', "name: Anna ?\ncode: 5512"),
        (b'{"text": "one\ntwo\tthree"}', "text: one\ntwo\tthree"),
        (b'{"text": "a\x01b"}', "text: a b"),
        (b'{"text": "a\\x0cb"}', "text: a\x0cb"),
        (b'{"path": "C:\\Users\\quick"}', "path: C:\\Users\\quick"),
        (b'{"text": "\xff"}', "text: \ufffd"),
        (b'{"a": "says \\"NaN\\"", "b": NaN}', 'a: says "NaN"'),
    ],
)
async def test_json_that_no_parser_takes_is_repaired(read: Read, content: bytes, told: str) -> None:
    assert [row[0] for row in await read("a.json", content)] == [told]


async def test_strings_and_words_are_repaired_over_all_blocks(read: Read) -> None:
    items = ",".join(f'{{"n": {n}, "v": NaN, "text": "line\n{n}"}}' for n in range(20_000))
    rows = await read("a.json", f"[{items}]".encode())
    assert sum(row[0].count("].n: ") for row in rows) == 20_000
    assert rows[-1][0].endswith("line\n19999")


async def test_json_that_breaks_off_is_read_as_far_as_it_goes(events: Events) -> None:
    found = (await events("a.json", b'{"gate": {"code": 5512}, "next": {"pin": '))[-1]
    assert isinstance(found, Extracted)
    assert found.losses == (Loss(kind="lost_cut", count=1),)


SRT = "1\n00:00:01,000 --> 00:00:04,000\n<i>The code</i>\nis 5512.\n\n2\n00:01:01,000 --> 00:01:04,000\nYes.\n"
VTT = (
    "WEBVTT\n\nNOTE hidden\nand more\n\nintro\n00:01.000 --> 00:04.000 align:start\nThe code\nis 5512.\n\n"
    "01:01.000 --> 01:04.000\nYes.\n"
)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.srt", SRT, "00:00:01 The code is 5512.\n00:01:01 Yes."),
        ("a.srt", SRT.replace("\n", "\r\n"), "00:00:01 The code is 5512.\n00:01:01 Yes."),
        ("a.vtt", VTT, "00:01 The code is 5512.\n01:01 Yes."),
        ("noext", VTT, "00:01 The code is 5512.\n01:01 Yes."),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_subtitles_are_told_with_their_times(read: Read, name: str, text: str, told: str, encoding: str) -> None:
    assert await read(name, text.encode(encoding)) == [[told, "", ""]]


@pytest.mark.parametrize(
    ("card", "told"),
    [
        ("VERSION:3.0\nFN:Bo X\nTEL;TYPE=cell:+1\nNOTE:gate\\, code\\n5512", "Bo X\nPhone: +1\nNote: gate, code\n5512"),
        ("VERSION:4.0\nFN:Анна\nitem1.TEL;VALUE=uri:tel:+7900\nitem1.X-ABLabel:mobile\nREV:2024", "Анна\nPhone: +7900"),
        ("VERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=A2=\n=D0=B5;=D0=90\nTEL:12", "А Те\nPhone: 12"),
        ("VERSION:3.0\nN:X;Bo;M.;;\nADR:;;Main st 5;Oslo;;0001;NO", "Bo M. X\nAddress: Main st 5, Oslo, 0001, NO"),
        ("VERSION:3.0\nFN:Bo\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\n SkZJRgAB\nTEL:1", "Bo\nPhone: 1"),
    ],
)  # fmt: skip
async def test_a_contact_is_told_in_a_few_lines(read: Read, card: str, told: str) -> None:
    content = f"BEGIN:VCARD\n{card}\nEND:VCARD\n"
    assert await read("a.vcf", content.encode()) == [[told, "", ""]]
    assert await read("noext", content.replace("\n", "\r\n").encode()) == [[told, "", ""]]


async def test_names_of_files_in_a_zip_are_read(read: Read) -> None:
    for name, raw in (("für.txt", "für.txt".encode("cp437")), ("Договор.txt", "Договор.txt".encode("cp866"))):
        placeholder = "x" * len(raw)
        content = zip_of({placeholder: "text"}).replace(placeholder.encode(), raw)
        assert await read("a.zip", content) == [["text", "", "", "", name]]
    assert await read("a.zip", zip_of({"folder\\notes.txt": "text"})) == [["text", "", "", "", "folder/notes.txt"]]

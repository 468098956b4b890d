"""Files as people sent them: the words that should be there are there, and what is not is named."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from personal_bot.knowledge.extraction import Extracted
from personal_bot.models import RefusedError

CASES = Path(__file__).parents[3] / "cases" / "docs"
Read = Callable[..., Awaitable[list[list[str]]]]
Events = Callable[..., Awaitable[list[object]]]

GATE = "The code of the gate is 5512."
KEEPER = "Смотритель маяка держал серого кота"
WORDS = {
    "backslashes.zip": [GATE, "folder/notes.txt"],
    "bom.json": ["gate.code: 5512"],
    "book.fb2": ["Иван Тестов", "Глава первая", "кота по имени Маркиз"],
    "book.fb2.zip": ["Глава первая", "кота по имени Маркиз"],
    "broken_xref.pdf": [GATE],
    "chart.pptx": ["Oslo; Sales 2024: 340", "Grouped: the target is 500.", "Note: tell about Bergen."],
    "chartsheet.xlsx": ["Month: June; Sales: 340", "Value: 4711"],
    "commas_in_text.csv": ["Text: Shop, bread, milk; Amount: -12,40"],
    "contact.vcf": ["Bo Example", "+1555000", "The code of the gate is 5512"],
    "cp1251.epub": [KEEPER],
    "cp866.txt": [KEEPER],
    "empty_password.pdf": [GATE],
    "entity.epub": ["The keeper has a cat."],
    "european.csv": ["Имя: Анна; Телефон: +7 900 000-00-00; Сумма: 1 200,50"],
    "filled_form.pdf": ["tenant: TN-77412", "name: Greta Example", "pets: Yes"],
    "footnote_header_comment.docx": ["Contract No. 55-AB", "[Footnote: the fine is 77 euros.]", "Bo: ask the lawyer"],
    "formats.xlsx": ["VAT [Bo: The rate was 18% before]; Value: 20%", "Value: 27:30", "Value: 09:30", "Value: 01067"],
    "forwarded_as_attachment.eml": ["See the message below.", "Please pay 310 euros by Friday."],
    "german_latin1.txt": ["Der Schlüssel für die Tür hängt über dem Kühlschrank. Größe: 5 m²."],
    "german_names.zip": ["für.txt", GATE],
    "header.docx": ["Contract No. 55-AB of 1 May 2024", "The parties agree."],
    "hebrew_visual.pdf": ["שלום עולם"],
    "html_as.xls": ["Дата: 01.05.2024; Сумма: 1 500,00"],
    "junk_before.pdf": [GATE],
    "koi8r.txt": [KEEPER],
    "letterspaced.pdf": ["ПРИКАЗ", "о назначении Тестова А. Б."],
    "ligatures_hyphens.pdf": ["The office file is in the flat", "The document is in the safe."],
    "many_pages.pdf": [GATE],
    "nan.json": ["gate code: 5512"],
    "nested.html": ["Код ворот | 5512", "Пин 22"],
    "nested_table.docx": ["Inner 1 | Inner 2"],
    "noext": [GATE],
    "notes.rtf": [GATE],
    "numbered_contract.docx": ["1.2. It is due on the 3rd.", "2.1. Notice is three months."],
    "odd_headers.eml": ["Subject: café", GATE],
    "one_word.docx": ["Hi"],
    "pipe_md.csv": ["a: 1; b: x|y"],
    "polish_cp1250.txt": ["Kot nazywa się Łatek, ma siedem lat i śpi na łóżku."],
    "quoted_charset.eml": [GATE, "ноты.txt", "The pin is 22"],
    "raw_cp1251_headers.eml": ["Subject: Счёт за май", "From: Анна", "К оплате 900 рублей до пятницы."],
    "rotated.pdf": ["Sideways: the code of the gate is 5512.", "Upside down: the pin is 22."],
    "spaces.epub": ["The lighthouse keeper has a grey cat named Marquis."],
    "spreadsheetml.xls": ["Total | 1500"],
    "strict_ooxml.docx": ["The deposit for the flat is 1450 euros."],
    "subs.srt": [GATE],
    "surrogate.json": ["name: Anna", "gate code: 5512"],
    "table.pdf": ["Bolt M8 12 3.40"],
    "textbox.docx": ["Box: the wifi password is tulip99."],
    "title_rows_1c.xlsx": ["Товар: Лампа модель 59; Цена, руб.: 159; Остаток: 59"],
    "tsv_as.xls": ["Date: 01.05.2024; Sum: 1500"],
    "turkish_cp1254.txt": ["Kedinin adı Şeker, yaşı yedi."],
    "two_columns.pdf": ["Marquis. It sleeps all day.", "for two hundred crowns"],
    "ukrainian_cp1251.txt": ["Ключ від дверей висить біля ґанку. Євген живе в Києві."],
    "utf16.epub": ["The lighthouse keeper has a grey cat."],
    "utf16.json": ["gate.code: 5512"],
    "utf16_excel.csv": ["Имя: Пётр; Город: Казань"],
    "utf16le_nobom.txt": [KEEPER],
    "word_online_document2.docx": ["The deposit for the flat is 1450 euros."],
}
LOST = {"broken_xref.pdf": "lost_cut", "formats.xlsx": "lost_formulas"}
REFUSED = {
    "camscanner.pdf": "document_without_text",
    "empty_body.html": "document_empty",
    "no_tounicode.pdf": "document_without_text",
    "only_picture.docx": "document_without_text",
    "scan.pdf": "document_without_text",
}


def test_every_file_is_accounted_for() -> None:
    assert {path.name for path in CASES.iterdir()} == WORDS.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", WORDS)
async def test_what_a_file_says_is_found_once(read: Read, name: str) -> None:
    rows = await read(name, (CASES / name).read_bytes())
    told = "\n".join("\n".join(row) for row in rows)
    for words in WORDS[name]:
        assert words in told
    if name != "many_pages.pdf":
        assert all(told.count(words) == 1 for words in WORDS[name] if len(words) > 20)


@pytest.mark.parametrize("name", WORDS)
async def test_only_what_is_lost_is_named(events: Events, name: str) -> None:
    found = (await events(name, (CASES / name).read_bytes()))[-1]
    assert isinstance(found, Extracted)
    assert [loss.kind for loss in found.losses] == ([LOST[name]] if name in LOST else [])
    assert found.skipped == ()


@pytest.mark.parametrize("name", REFUSED)
async def test_a_file_without_text_is_refused(read: Read, name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        await read(name, (CASES / name).read_bytes())
    assert refused.value.key == REFUSED[name]

"""Tables: the names of columns are found where programs put them, and no cell loses what it shows."""

import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

from personal_bot.knowledge.extraction import Extracted
from personal_bot.models import Loss
from support.documents import workbook

CASES = Path(__file__).parents[3] / "cases" / "docs"
Read = Callable[..., Awaitable[list[list[str]]]]
Events = Callable[..., Awaitable[list[object]]]


async def lines(read: Read, name: str, content: bytes) -> list[str]:
    return "\n".join(row[0] for row in await read(name, content)).splitlines()


async def test_names_below_the_titles_of_a_price_list_are_found(read: Read) -> None:
    rows = await read("a.xlsx", (CASES / "title_rows_1c.xlsx").read_bytes())
    assert rows[0][0].startswith("ООО «Ромашка»\nПрайс-лист на 01.05.2024\nТовар | Цена, руб. | Остаток\nТовар: Лампа")
    assert all(line.startswith("Товар: Лампа") for row in rows[1:] for line in row[0].splitlines())


TITLED = [["ООО «Ромашка»", None, None], ["Период: май"], []]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([["Region", 2022, 2023], ["Oslo", 12, 15]], "Region: Oslo; 2022: 12; 2023: 15"),
        ([[None, "01.2024", "02.2024"], ["Oslo", 12.5, 15]], "Oslo; 01.2024: 12.5; 02.2024: 15"),
        ([["Region", "1 кв. 2024", "2 кв. 2024"], ["Омск", 12, 15]], "Region: Омск; 1 кв. 2024: 12; 2 кв. 2024: 15"),
        ([["Name", "Sum", "Sum"], ["rye", 1, 2]], "Name: rye; Sum: 1; Sum (2): 2"),
        ([*TITLED, ["Товар", "Цена", "Остаток"], ["Лампа", 5, 7]], "Товар: Лампа; Цена: 5; Остаток: 7"),
        ([*TITLED, ["№", "Имя", "Сумма"], [1, "Анна", 5], [2, "Бо", 6]], "№: 2; Имя: Бо; Сумма: 6"),
        (
            [["", "План", "", "Факт", ""], ["Город", "шт", "руб", "шт", "руб"], ["Омск", 1, 2, 3, 4]],
            "Город: Омск; План / шт: 1; План / руб: 2; Факт / шт: 3; Факт / руб: 4",
        ),
        (
            [["Город", "План", "", "Факт"], ["", "шт", "руб", "шт"], ["Омск", 1, 2, 3]],
            "Город: Омск; План / шт: 1; План / руб: 2; Факт / шт: 3",
        ),
        ([["2024-05-01", "bread", 3], ["2024-05-02", "milk", 2]], "2024-05-02; milk; 2"),
        ([[1, 2], [3, 4]], "3; 4"),
        ([["Anna", "Riga"], ["Boris", "Oslo"]], "Anna: Boris; Riga: Oslo"),
        ([["yes", "yes", "no"], ["no", "yes", "no"]], "no; yes; no"),
    ],
)
async def test_a_row_is_told_with_the_names_of_its_columns(read: Read, rows: list[list[object]], line: str) -> None:
    assert (await lines(read, "a.xlsx", workbook(S=rows)))[-1] == line


FORMATS = (
    ("0%", 0.2, "20%"), ("0.00%", 0.1234, "12.34%"), ("0.0%;[Red]-0.0%", -0.5, "-50%"), ('0" %"', 5, "5"),
    ("[h]:mm", timedelta(hours=27, minutes=30), "27:30"), ("[h]:mm:ss", timedelta(seconds=5), "0:00:05"),
)  # fmt: skip


async def test_cells_are_told_as_they_are_shown(read: Read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for number, (code, value, _) in enumerate(FORMATS, start=1):
        sheet.cell(number, 1, f"row {number}")
        sheet.cell(number, 2, value).number_format = code
    assert await lines(read, "a.xlsx", saved(book)) == [
        f"row {number}{' | ' if number == 1 else '; '}{shown}" for number, (_, _, shown) in enumerate(FORMATS, start=1)
    ]


async def test_comments_stand_in_their_cell(read: Read) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Name", "Price"])
    book.active.append(["rye", 2])
    book.active["B2"].comment = Comment("check it", "Bo")
    book.active["D2"].comment = Comment("Bo: beside", "Bo")
    assert await lines(read, "a.xlsx", saved(book)) == [
        "Name | Price", "Name: rye; Price: 2 [Bo: check it]; [Bo: beside]",
    ]  # fmt: skip


async def test_titles_of_charts_are_read(read: Read) -> None:
    book = openpyxl.Workbook()
    for row in (["Month", "Sum"], ["May", 5], ["June", 7]):
        book.active.append(row)
    chart = BarChart()
    chart.title = "Sales of Bergen"
    chart.add_data(Reference(book.active, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    book.active.add_chart(chart, "D2")
    rows = await read("a.xlsx", saved(book))
    assert [(row[0], row[2]) for row in rows][1:] == [("Sales of Bergen", "Sheet")]


async def test_formulas_that_nobody_computed_are_named(events: Events) -> None:
    found = (await events("a.xlsx", workbook(S=[["Name", "Sum"], ["all", "=1+1"], ["none", "=B2"]])))[-1]
    assert isinstance(found, Extracted)
    assert found.losses == (Loss(kind="lost_formulas", count=2),)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("sep=;\nName;Sum\nrye;1,5\n", "Name: rye; Sum: 1,5"),
        ("Name;Sum\nrye, white;1,50\nbun, roll;2,50\n", "Name: bun, roll; Sum: 2,50"),
        ("Name\tSum\nrye, white\t1,50\n", "Name: rye, white; Sum: 1,50"),
        ('"Name","Note"\n"rye","said ""no"", twice"\n', 'Name: rye; Note: said "no", twice'),
        ("Прайс\n\nТовар;Цена\nЛампа;5\n", "Товар: Лампа; Цена: 5"),
        ("Region;2022;2023\nOslo;12;15\n", "Region: Oslo; 2022: 12; 2023: 15"),
        ('Name;Inch\n12" pipe;5\n"13" pipe;6\nlast;7\n', "Name: last; Inch: 7"),
        ("one column\nonly\n", "only"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
async def test_csv_of_all_programs_is_read(read: Read, text: str, last: str, encoding: str) -> None:
    assert (await lines(read, "a.csv", text.encode(encoding)))[-1] == last


async def test_a_quotation_mark_that_nobody_closed_loses_no_row(read: Read) -> None:
    content = 'Name;Note\na;1\nb;"open\n' + "".join(f"row {n};{n}\n" for n in range(5000))
    told = await lines(read, "a.csv", content.encode())
    assert told[1:3] == ["Name: a; Note: 1", 'Name: b; Note: "open']
    assert told[-1] == "Name: row 4999; Note: 4999"


HTML = "<table><tr><th>Дата<th>Сумма</tr><tr><td>01.05.2024<td>1 500,00</td></tr></table>"
IN_HTML = "Дата: 01.05.2024; Сумма: 1 500,00"
XML = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table><Row><Cell><Data '
    'ss:Type="String">Дата</Data></Cell><Cell><Data ss:Type="String">Сумма</Data></Cell></Row><Row ss:Index="5"><Cell>'
    '<Data ss:Type="DateTime">2024-05-01T00:00:00.000</Data></Cell><Cell><Data ss:Type="Number">1500</Data></Cell>'
    "</Row></Table></Worksheet></Workbook>"
)


@pytest.mark.parametrize(
    ("text", "told", "place"),
    [
        (f"<html><head><meta charset=windows-1251></head><body>{HTML}</body></html>", IN_HTML, "1–2"),
        (HTML, IN_HTML, "1–2"),
        (f"<h1>Отчёт</h1>{HTML}", IN_HTML, "1–3"),
        ("Дата\tСумма\n01.05.2024\t1500\n", "Дата: 01.05.2024; Сумма: 1500", "1–2"),
        ("Дата;Сумма\n01.05.2024;1500\n", "Дата: 01.05.2024; Сумма: 1500", "1–2"),
        (XML.replace('"1.0"', '"1.0" encoding="windows-1251"', 1), "Дата: 2024-05-01; Сумма: 1500", "S!1:5"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
async def test_a_table_of_text_under_the_name_of_excel_is_read(
    read: Read, name: str, text: str, told: str, place: str
) -> None:
    rows = await read(name, text.encode("cp1251"))
    assert rows[0][0].splitlines()[-1] == told
    assert rows[0][2] == place

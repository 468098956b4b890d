"""Answers as files: what they hold, and when a PDF becomes Markdown."""

import json
from pathlib import Path

import pypdfium2
import pytest

from personal_bot.answer_files.contents import Paper, file_name, markdown
from personal_bot.answer_files.files import AnswerFiles
from personal_bot.knowledge.extraction import ExtractionLimits
from personal_bot.models import Answer
from personal_bot.requests.answers import AnswerResults
from personal_bot.requests.results import Result
from personal_bot.state.preferences import PreferencesStore
from personal_bot.state.shown_passages import ShownPassages
from personal_bot.telegram.intents import Sender
from personal_bot.telegram.markup import units
from personal_bot.texts import say
from support.pdf_text import words_of

PAPER = Paper(
    title="Что в договоре?",
    note="Ответ, 2026-11-24",
    text=(
        "## Условия\n\nПлата — **45 000 ₽** → до 5-го [1]. `RATE` ≥ 4 % 😀 List<int>\n\n"
        "| Месяц | Сумма |\n|---|---:|\n| Январь | 45 000 |\n\n1. Акт\n   - ключи\n\n> Цитата\n\n"
        "```python\ndef fee(days):  # пеня\n    return days < 3\n```\n\n---\n\nКонец [2]."
    ),
    heading="Источники",
    sources=(("Договор.pdf, стр. 3", ""), ("Чат, Анна, #17", "https://t.me/c/1/17?a=1&b=2")),
    language="ru",
)


async def test_a_pdf_has_headings_tables_code_and_sources_in_russian(tmp_path: Path) -> None:
    path, why = await AnswerFiles(tmp_path, ExtractionLimits()).make(PAPER, kind="pdf", request_id=7)
    assert (path.name, why) == ("7.pdf", None)
    words = words_of(path)
    for told in (
        "Что в договоре?",
        "Условия",
        "45 000 ₽ → до 5-го [1]",
        "RATE ≥ 4 % List<int>",
        "Январь 45 000",
        "1. Акт",
    ):
        assert told in words
    for told in ("def fee(days): # пеня return days < 3", "Источники [1] Договор.pdf, стр. 3 [2] Чат, Анна, #17"):
        assert told in words
    with pypdfium2.PdfDocument(path) as document:
        assert [one.get_title() for one in document.get_toc()] == ["Что в договоре?", "Условия", "Источники"]
        assert document.get_metadata_dict()["Title"] == "Что в договоре?"


async def test_whatever_a_model_writes_becomes_a_pdf(tmp_path: Path) -> None:
    files = AnswerFiles(tmp_path, ExtractionLimits())
    wild = [
        "| a |\n|---|\n" + "| " + "слово " * 3000 + "|",
        "- \n- a\n\n  b\n\n      code\n",
        "```\n" + "x" * 5000,
        "|" + "a|" * 30 + "\n|" + "-|" * 30 + "\n|" + "bbbbbbbbbb|" * 30,
        "<script>alert(1)</script> <b>", '[a](javascript:x "</a>") ![i](u)', "***", "> > > deep\n>\n> - x",
        "5. five\n6. six", "# \n\n## ", "\x00\x0b &amp; &nbsp; \u200d\ufe0f", "a  \nb\\\nc", "[1][2][99]",
        "<a name='x'>", "$x_1$ \\(y\\)", "a" * 3000,
    ]  # fmt: skip
    paper = Paper(title="<b>&", note="n", text="\n\n".join(wild), heading="h", sources=PAPER.sources, language="en")
    path, why = await files.make(paper, kind="pdf", request_id=1)
    assert (path.suffix, why) == (".pdf", None)
    assert "five" in words_of(path)


async def test_a_script_without_a_typeface_comes_as_markdown_and_is_said_to(tmp_path: Path) -> None:
    paper = Paper(
        title="東京", note="n", text="東京は日本の首都です [1].", heading="Sources", sources=(("a", ""),), language="en"
    )
    path, why = await AnswerFiles(tmp_path, ExtractionLimits()).make(paper, kind="pdf", request_id=1)
    assert path.read_text() == "# 東京\n\n*n*\n\n東京は日本の首都です [1].\n\n## Sources\n\n1. a\n"
    assert why
    assert say("en", why).startswith("I have no typeface")
    assert [left.name for left in tmp_path.iterdir()] == ["1.md"]


def test_markdown_links_the_sources_that_have_an_address() -> None:
    assert markdown(PAPER).endswith(
        "Конец [2].\n\n## Источники\n\n1. Договор.pdf, стр. 3\n2. [Чат, Анна, #17](https://t.me/c/1/17?a=1&b=2)\n"
    )


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Что в договоре?", "Что в договоре.pdf"),
        ("a/b: c\nsecond", "a b c.pdf"),
        ("???", "answer.pdf"),
        ("word " * 40, ("word " * 12).strip() + ".pdf"),
    ],
)
def test_a_file_is_named_by_the_question(title: str, name: str) -> None:
    assert file_name(title, "pdf") == name


async def test_an_answer_over_three_messages_comes_as_a_pdf(tmp_path: Path) -> None:
    replies = AnswerResults(
        preferences=PreferencesStore(tmp_path / "preferences"),
        shown=ShownPassages(tmp_path / "passages"),
        files=AnswerFiles(tmp_path / "files", ExtractionLimits()),
    )
    sender = Sender(user_id=7, chat_id=7, message_id=1, language="en", private=True)
    long = "\n\n".join(f"Paragraph {number}. " + "word " * 100 for number in range(30))
    short = await replies.result(Answer(text=long[:9000], sources=()), question="?", sender=sender, request_id=1)
    assert (len(short.pieces), short.attachments) == (3, ())
    result = await replies.result(Answer(text=long, sources=()), question="?", sender=sender, request_id=2)
    (caption,) = result.pieces
    assert caption.text.startswith("Paragraph 0. word word")
    assert caption.text.endswith(say("en", "file_whole"))
    assert units(caption.text) <= 1024
    (file,) = result.attachments
    assert "Paragraph 29. word" in words_of(Path(file.path))
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result

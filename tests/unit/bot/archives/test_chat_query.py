"""What people write becomes a query about chats, or stays a question."""

import time
from datetime import date

import pytest

from personal_bot.archives.chat_query import ChatQuery, Choose, Digest, Dossier, Search, Top, of_command, of_words
from personal_bot.archives.periods import Period, find

TODAY = date(2024, 6, 15)
MAY = Period(since=date(2024, 5, 1), until=date(2024, 6, 1))
WEEK = Period(days=7)


@pytest.mark.parametrize(
    ("text", "period", "rest"),
    [
        ("сводка за май", MAY, "сводка"),
        ("сводка за май 2023", Period(since=date(2023, 5, 1), until=date(2023, 6, 1)), "сводка"),
        ("digest of May 2024", MAY, "digest"),
        ("топ за 2023 год", Period(since=date(2023, 1, 1), until=date(2024, 1, 1)), "топ"),
        ("за декабрь", Period(since=date(2023, 12, 1), until=date(2024, 1, 1)), ""),
        ("x since 2024-02 until 2024-03-05", Period(since=date(2024, 2, 1), until=date(2024, 3, 6)), "x"),
        ("x с 01.02.2024 по 05.03.2024", Period(since=date(2024, 2, 1), until=date(2024, 3, 6)), "x"),
        ("x с 1 по 7 мая", Period(since=date(2024, 5, 1), until=date(2024, 5, 8)), "x"),
        ("x on May 9, 2024", Period(since=date(2024, 5, 9), until=date(2024, 5, 10)), "x"),
        ("x за 9 мая 2024", Period(since=date(2024, 5, 9), until=date(2024, 5, 10)), "x"),
        ("x с мая", Period(since=date(2024, 5, 1)), "x"),
        ("x before 2024", Period(until=date(2024, 1, 1)), "x"),
        ("x до 2023", Period(until=date(2024, 1, 1)), "x"),
        ("за неделю", WEEK, ""),
        ("за последние 3 дня", Period(days=3), ""),
        ("last 2 weeks", Period(days=14), ""),
        ("of the last month", Period(days=30), ""),
        ("за вчера", Period(days=1, ago=1), ""),
        ("что было сегодня", Period(days=1), "что было"),
        ("x с 30.02.2024", None, "x с 30.02.2024"),
        ("Python 3.12", None, "Python 3.12"),
        ("в чате", None, "в чате"),
    ],
)
def test_periods_are_understood(text: str, period: Period | None, rest: str) -> None:
    assert find(text, today=TODAY) == (period, rest)


def test_the_last_days_count_back_from_the_last_day_that_there_is_anything_from() -> None:
    assert WEEK.resolved(date(2024, 5, 7)) == Period(since=date(2024, 5, 1), until=date(2024, 5, 8))
    assert Period(days=1, ago=1).resolved(date(2024, 5, 7)) == Period(since=date(2024, 5, 6), until=date(2024, 5, 7))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("топ участников", Top()),
        ("Топ 5 участников чата за май", Top(period=MAY, count=5)),
        ("топ-20", Top(count=20)),
        ("Кто больше всех пишет?", Top()),
        ("самые активные участники за неделю", Top(period=WEEK)),
        ("top participants", Top()),
        ("Top 3 members of the chat last week", Top(period=WEEK, count=3)),
        ("who writes the most?", Top()),
        ("chat stats", Top()),
        ("поиск Python", Search(words="Python", whole="Python")),
        ("Поиск: Python 3.12", Search(words="Python 3.12", whole="Python 3.12")),
        ("поиск договор от Анны за май", Search(words="договор", author="Анны", whole="договор от Анны", period=MAY)),
        (
            "search deploy from Anna Petrova",
            Search(words="deploy", author="Anna Petrova", whole="deploy from Anna Petrova"),
        ),
        (
            "search for deploy from:@anna since 2024-05 until 2024-05",
            Search(words="deploy", author="@anna", whole="deploy from:@anna", period=MAY),
        ),
        ("поиск @anna логи", Search(words="логи", author="@anna", whole="@anna логи")),
        ("найди сообщения про отпуск", Search(words="отпуск", whole="отпуск")),
        ("find messages about holidays", Search(words="holidays", whole="holidays")),
        ("досье на @anna", Dossier(name="@anna")),
        ("Досье на Анну Петрову за май", Dossier(name="Анну Петрову", period=MAY)),
        ("dossier on @x", Dossier(name="@x")),
        ("who is @x?", Dossier(name="@x")),
        ("дайджест", Digest()),
        ("дайджест за май", Digest(period=MAY)),
        ("что обсуждали в чате вчера?", Digest(period=Period(days=1, ago=1))),
        ("what was discussed last week?", Digest(period=WEEK)),
        ("digest for yesterday", Digest(period=Period(days=1, ago=1))),
        ("чаты", Choose()),
        ("выбери чат Python RU", Choose(name="Python RU")),
        ("choose chat family", Choose(name="family")),
        ("all chats", Choose(name="*")),
    ],
)
def test_words_become_queries(text: str, query: ChatQuery) -> None:
    assert of_words(text, today=TODAY) == query


@pytest.mark.parametrize(
    "text",
    [
        "Как зовут кошку Анны?",
        "найди в договоре срок аренды",
        "search",
        "топ цен на квартиры в отчёте",
        "top selling products in the report",
        "summary of the contract",
        "что было в договоре?",
        "who is the landlord?",
        "Кто такой арендодатель?",
        "chat with me",
        "сводка продаж за май",
        "What happened to the cat?",
        "",
    ],
)
def test_questions_stay_questions(text: str) -> None:
    assert of_words(text, today=TODAY) is None


@pytest.mark.parametrize(
    ("name", "arguments", "query"),
    [
        ("top", "", Top()),
        ("top", "5 за май", Top(period=MAY, count=5)),
        ("top", "2024-05", Top(period=MAY)),
        ("search", "Python", Search(words="Python", whole="Python")),
        ("search", "", Search(words="")),
        ("dossier", "@anna", Dossier(name="@anna")),
        ("dossier", "", Dossier(name="")),
        ("digest", "", Digest()),
        ("digest", "май", Digest(period=MAY)),
        ("digest", "неделя", Digest(period=WEEK)),
        ("digest", "yesterday", Digest(period=Period(days=1, ago=1))),
        ("chat", "family", Choose(name="family")),
        ("chat", "", Choose()),
    ],
)
def test_commands_become_queries(name: str, arguments: str, query: ChatQuery) -> None:
    assert of_command(name, arguments, today=TODAY) == query


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\u00a0"])
def test_rows_of_blanks_take_no_time(blank: str) -> None:
    row = f"hose{blank * 4000}shed"
    began = time.process_time()
    assert of_command("search", row, today=TODAY) == of_command("search", "hose shed", today=TODAY)
    of_words(row, today=TODAY)
    assert time.process_time() - began < 0.1

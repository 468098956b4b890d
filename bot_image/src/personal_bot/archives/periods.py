"""Periods of time in words, Russian and English: "за неделю", "с 1 по 7 мая", "since 2024-02", "last 3 days"."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

_MONTHS: Final = (
    ("янв", "jan"),
    ("фев", "feb"),
    ("мар", "mar"),
    ("апр", "apr"),
    ("ма[йея]", "may"),
    ("июн", "jun"),
    ("июл", "jul"),
    ("авг", "aug"),
    ("сен", "sep"),
    ("окт", "oct"),
    ("ноя", "nov"),
    ("дек", "dec"),
)
_MONTH: Final = "|".join(f"{ru}[а-я]*|{en}[a-z]*" for ru, en in _MONTHS)
_UNITS: Final = {"д": 1, "с": 1, "н": 7, "м": 30, "г": 365, "л": 365, "d": 1, "w": 7, "m": 30, "y": 365}
_UNIT: Final = r"дн[яейь]+|день|сутки|суток|недел[юяьи]|месяц(?:а|ев)?|год(?:а)?|лет|days?|weeks?|months?|years?"
_DATE: Final = re.compile(
    rf"(?P<iso>\d{{4}}-\d{{1,2}}(?:-\d{{1,2}})?)"
    rf"|(?P<dotted>(?:\d{{1,2}}\.)?\d{{1,2}}\.\d{{4}})"
    rf"|(?:(?P<day>\d{{1,2}})\s+)?(?P<month>\b(?:{_MONTH})\b)(?:\s+(?P<after>\d{{1,2}})\b(?!\d),?)?(?:\s+(?P<year>\d{{4}}))?"
    rf"|(?P<only>(?:19[7-9]|20)\d\d)\b(?:\s*(?:год\w*|г\.))?",
    re.IGNORECASE,
)
_FLAGS: Final = re.IGNORECASE
_DAYS_OF_MONTH: Final = re.compile(
    rf"\b(?:с|from)\s+(\d{{1,2}})\s+(?:по|до|to|till|until)\s+(\d{{1,2}})\s+((?:{_MONTH})\b)(?:\s+(\d{{4}}))?", _FLAGS
)
_BETWEEN: Final = re.compile(
    rf"\b(?:с|со|since|from|after)[:\s]\s*(?P<start>{_DATE.pattern.replace('?P<', '?P<a_')})"
    rf"(?:\s*(?:по|до|to|till|until|[–—-])[:\s]\s*(?P<end>{_DATE.pattern.replace('?P<', '?P<b_')}))?",
    _FLAGS,
)
_UNTIL: Final = re.compile(rf"\b(?P<word>по|до|till|until|before)[:\s]\s*(?P<end>{_DATE.pattern})", _FLAGS)
_WITHIN: Final = re.compile(rf"\b(?:за|в|во|на|for|in|of|on|during)\s+(?P<in>{_DATE.pattern})", _FLAGS)
_LAST: Final = re.compile(
    rf"\b(?:(?:за|в|на|of|for|in|over|during)\s+)?(?:(?:the\s+)?(?:последн|прошл|эт|текущ|last|past|this)\w*\s+)"
    rf"(?:(?P<count>\d{{1,3}})\s+)?(?P<unit>{_UNIT})(?!\w)"
    rf"|\b(?:за|for)\s+(?:(?P<count2>\d{{1,3}})\s+)?(?P<unit2>{_UNIT})(?!\w)",
    _FLAGS,
)
_DAY_WORDS: Final = re.compile(
    r"\b(?:за\s+|of\s+|for\s+|на\s+)?(сегодня|вчера|today|yesterday)(?:шний день)?\b", _FLAGS
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From a day to a day, the latter not included; or the last `days` up to the day `ago` days back (0: today)."""

    since: date | None = None
    until: date | None = None
    days: int = 0
    ago: int = 0

    def resolved(self, today: date) -> Self:
        """Give it as days of the calendar; `today` is the last day that there is anything from."""
        if not self.days:
            return self

        until = today - timedelta(days=self.ago) + timedelta(days=1)
        return type(self)(since=until - timedelta(days=self.days), until=until)


def find(text: str, *, today: date) -> tuple[Period | None, str]:
    """Find the period that a text names; gives it and the text without it."""
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            try:
                period = read(match, today)
            except ValueError:  # 31 February
                continue
            return period, " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())

    return None, text


def _days_of_month(match: re.Match[str], today: date) -> Period:
    first, last, month, year = match.groups()
    start = _day(int(first), _month(month), int(year) if year else None, today)
    return Period(since=start, until=date(start.year, start.month, int(last)) + timedelta(days=1))


def _between(match: re.Match[str], today: date) -> Period:
    end = match["end"]
    return Period(since=_range(match["start"], today)[0], until=_range(end, today)[1] if end else None)


def _until(match: re.Match[str], today: date) -> Period:
    start, end = _range(match["end"], today)
    return Period(until=start if match["word"].casefold() == "before" else end)


def _within(match: re.Match[str], today: date) -> Period:
    start, end = _range(match["in"], today)
    return Period(since=start, until=end)


def _last(match: re.Match[str], _: date) -> Period:
    unit = match["unit"] or match["unit2"]
    return Period(days=int(match["count"] or match["count2"] or 1) * _UNITS[unit[0].casefold()])


def _day_word(match: re.Match[str], _: date) -> Period:
    return Period(days=1, ago=int(match[1].casefold() in {"вчера", "yesterday"}))


_READERS: Final = (
    (_DAYS_OF_MONTH, _days_of_month),
    (_BETWEEN, _between),
    (_LAST, _last),
    (_DAY_WORDS, _day_word),
    (_WITHIN, _within),
    (_UNTIL, _until),
)


def _range(text: str, today: date) -> tuple[date, date]:
    """Give the days of a date, a month or a year: the first, and the one after the last."""
    match = _DATE.match(text)
    if match is None:
        raise ValueError(text)
    if match["only"]:
        return date(int(match["only"]), 1, 1), date(int(match["only"]) + 1, 1, 1)

    if match["iso"] or match["dotted"]:
        numbers = [int(part) for part in re.split(r"[.-]", match["iso"] or match["dotted"])]
        year, month, *rest = numbers if match["iso"] else numbers[::-1]
        return _span(year, month, rest[0] if rest else None)

    month = _month(match["month"])
    day = match["day"] or match["after"]
    start = _day(int(day or 1), month, int(match["year"]) if match["year"] else None, today)

    return _span(start.year, month, int(day) if day else None)


def _span(year: int, month: int, day: int | None) -> tuple[date, date]:
    if day is None:
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, day), date(year, month, day) + timedelta(days=1)


def _day(day: int, month: int, year: int | None, today: date) -> date:
    """Give a day; without a year the last such day up to today."""
    if year:
        return date(year, month, day)

    this_year = date(today.year, month, day)
    return this_year if this_year <= today else date(today.year - 1, month, day)


def _month(name: str) -> int:
    return next(n for n, (ru, en) in enumerate(_MONTHS, start=1) if re.match(f"{ru}|{en}", name, _FLAGS))

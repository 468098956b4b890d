"""What the bot used the LLM service for: requests, tokens and money by day, person and model; one file a month.

A context variable knows for whom a task spends tokens, so nothing between a request and the LLM client has to pass it
on. Prices come from the configuration; a model without a price costs nothing here.
"""

import contextlib
import contextvars
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from personal_bot.models import RefusedError
from personal_bot.state import json_files

NOBODY: Final = 0
"""In place of the id of people whom the bot forgot; what they spent stays spent."""

_WARN_AT: Final = 0.8  # of the budget
_MILLION: Final = 1_000_000  # tokens

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model costs for a million tokens."""

    prompt: float
    completion: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The price list and the budget of a month, all in one currency.

    Attributes:
        models: by model, or by the beginning of its name: "gpt-5-mini" also prices "gpt-5-mini-2025-08-07".
        budget: money a month after which the bot does not ask the LLM service any more; None: no limit.
    """

    models: Mapping[str, Price]
    currency: str = "USD"
    budget: float | None = None

    def cost(self, model: str, *, prompt: int, completion: int) -> float:
        """What these tokens cost; 0 for a model without a price."""
        named = [name for name in self.models if model.startswith(name)]
        if not named:
            return 0.0
        price = self.models[max(named, key=len)]
        return (prompt * price.prompt + completion * price.completion) / _MILLION


@dataclass(slots=True, kw_only=True)
class Spent:
    """What something cost so far."""

    requests: int = 0
    prompt: int = 0
    completion: int = 0
    cost: float = 0.0

    def add(self, other: Self) -> None:
        """Count that in, too."""
        self.requests += other.requests
        self.prompt += other.prompt
        self.completion += other.completion
        self.cost += other.cost


_Row = tuple[str, int, str]  # day as YYYY-MM-DD, person, model ("" for the requests themselves)


class Usage:
    """Counts what the bot spends, and knows when the month's budget is spent."""

    def __init__(
        self, directory: Path, prices: Prices, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Keep the months in `directory`, which is made when needed."""
        self._directory = directory
        self.prices = prices
        self._now = now
        self._person: contextvars.ContextVar[tuple[int, Spent] | None] = contextvars.ContextVar("person", default=None)
        self._month = ""
        self._rows: dict[_Row, Spent] = {}
        self._warned = False
        self._load()

    @contextlib.contextmanager
    def spending(self, user_id: int) -> Iterator[Spent]:
        """A person's request: what the block spends, and tasks that it makes, counts as theirs."""
        spent = Spent(requests=1)
        token = self._person.set((user_id, spent))
        try:
            yield spent
        finally:
            self._person.reset(token)
            self._count(user_id, "", Spent(requests=1))

    def tokens(self, model: str, *, prompt: int, completion: int) -> float:
        """Count tokens for the person of this request; returns their cost."""
        cost = self.prices.cost(model, prompt=prompt, completion=completion)
        user_id, spent = self._person.get() or (NOBODY, Spent())
        spent.add(Spent(prompt=prompt, completion=completion, cost=cost))
        self._count(user_id, model, Spent(prompt=prompt, completion=completion, cost=cost))
        return cost

    def require_budget(self) -> None:
        """Stop requests to the LLM service when there is no money left.

        Raises:
            RefusedError: the month's budget is spent.
        """
        self._load()
        budget = self.prices.budget
        if budget is not None and self.total().cost >= budget:
            raise RefusedError("budget_spent", budget=money(budget, self.prices.currency))

    def used_percent(self) -> int | None:
        """How much of the month's budget is spent, in percent, rounded down; None without a budget."""
        budget = self.prices.budget
        return None if budget is None else int(100 * self.total().cost / budget)

    def warning_due(self) -> bool:
        """Whether the budget is nearly spent and nobody knows; the next call says no."""
        budget = self.prices.budget
        if self._warned or budget is None or self.total().cost < _WARN_AT * budget:
            return False
        self._warned = True
        self._save()
        return True

    def total(self, *, user_id: int | None = None, day: str | None = None) -> Spent:
        """What this month cost so far: of everybody or one person, on all days or one."""
        self._load()
        total = Spent()
        for (of_day, of_user, _), spent in self._rows.items():
            if user_id in {None, of_user} and day in {None, of_day}:
                total.add(spent)
        return total

    def days(self, *, user_id: int | None = None) -> dict[str, Spent]:
        """This month's days with any spending, the newest first."""
        days = sorted({day for day, user, _ in self._rows if user_id in {None, user}}, reverse=True)
        return {day: self.total(user_id=user_id, day=day) for day in days}

    def people(self) -> dict[int, Spent]:
        """Everybody who spent something this month, the most first; `NOBODY` for people whom the bot forgot."""
        totals = {user: self.total(user_id=user) for user in {user for _, user, _ in self._rows}}
        return dict(sorted(totals.items(), key=lambda item: (-item[1].cost, -item[1].prompt, -item[1].requests)))

    def forget_person(self, user_id: int) -> None:
        """Keep what a person spent, in every month, and forget who it was.

        Raises:
            OSError: the volume cannot be written.
        """
        for file in self._directory.glob("*.json"):
            rows, warned = _rows_of(json_files.read(file))
            if any(user == user_id for _, user, _ in rows):
                json_files.write(file, _document(_without(rows, user_id), warned=warned))
        self._rows = _without(self._rows, user_id)

    def _count(self, user_id: int, model: str, spent: Spent) -> None:
        self._load()
        row = (self._now().date().isoformat(), user_id, model)
        self._rows.setdefault(row, Spent()).add(spent)
        self._save()

    def _load(self) -> None:
        month = self._now().strftime("%Y-%m")
        if month != self._month:
            self._month = month
            self._rows, self._warned = _rows_of(json_files.read(self._file()))

    def _save(self) -> None:
        try:
            json_files.write(self._file(), _document(self._rows, warned=self._warned))
        except OSError as error:
            logger.warning("What was used cannot be written: %s", error.strerror)

    def _file(self) -> Path:
        return self._directory / f"{self._month}.json"


def money(amount: float, currency: str) -> str:
    """An amount as people read it, with cents, and more of them when it is less than one."""
    digits = 2 if amount >= 0.1 or not amount else 4  # noqa: PLR2004 - ten cents
    return f"{amount:.{digits}f} {currency}"


def _document(rows: Mapping[_Row, Spent], *, warned: bool) -> dict[str, Any]:
    lines = [[*row, spent.requests, spent.prompt, spent.completion, spent.cost] for row, spent in rows.items()]
    return {"warned": warned, "rows": lines}


def _rows_of(document: Any) -> tuple[dict[_Row, Spent], bool]:  # noqa: ANN401 - JSON
    try:
        rows = {
            (str(day), int(user), str(model)): Spent(requests=requests, prompt=prompt, completion=completion, cost=cost)
            for day, user, model, requests, prompt, completion, cost in document["rows"]
        }
        return rows, bool(document["warned"])
    except (TypeError, KeyError, ValueError):
        return {}, False


def _without(rows: Mapping[_Row, Spent], user_id: int) -> dict[_Row, Spent]:
    kept: dict[_Row, Spent] = {}
    for (day, user, model), spent in rows.items():
        kept.setdefault((day, NOBODY if user == user_id else user, model), Spent()).add(spent)
    return kept

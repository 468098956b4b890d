"""`/usage`: what this month cost."""

from typing import Final

from personal_bot.state.usage import NOBODY, Spent, Usage, money
from personal_bot.telegram.buttons import Page
from personal_bot.telegram.intents import Command
from personal_bot.texts import say

_DAYS: Final = 10  # listed
_PEOPLE: Final = 10  # listed


class UsageReport:
    """Shows people what they used, and the owner what everybody used."""

    def __init__(self, usage: Usage, *, owner_id: int) -> None:
        self._usage = usage
        self._owner_id = owner_id

    async def command(self, command: Command, _: int) -> Page:
        """Show the report."""
        user_id = command.sender.user_id
        everybody = user_id == self._owner_id
        return Page(usage_report(self._usage, user_id, command.sender.language, everybody=everybody))


def usage_report(usage: Usage, user_id: int, language: str, *, everybody: bool) -> str:
    """This month by day, and for the owner by person and against the budget."""
    of = None if everybody else user_id
    lines = [say(language, "usage_title"), _line(usage.total(user_id=of), language, usage)]
    if everybody:
        lines += _budget(usage, language)

    if days := usage.days(user_id=of):
        lines += ["", say(language, "usage_by_day")]
        lines += [f"{day} — {_line(spent, language, usage)}" for day, spent in list(days.items())[:_DAYS]]

    if everybody:
        lines += _people(usage, user_id, language)
        if not usage.prices.models:
            lines += ["", say(language, "usage_no_prices")]
    return "\n".join(lines)


def _budget(usage: Usage, language: str) -> list[str]:
    prices = usage.prices
    if prices.budget is None:
        return []
    left = max(0.0, prices.budget - usage.total().cost)
    return [
        say(
            language,
            "usage_budget",
            budget=money(prices.budget, prices.currency),
            left=money(left, prices.currency),
        )
    ]


def _people(usage: Usage, user_id: int, language: str) -> list[str]:
    people = usage.people()
    if len(people) <= 1:
        return []
    names = {user_id: say(language, "usage_you"), NOBODY: say(language, "usage_others")}
    lines = ["", say(language, "usage_by_person")]
    for person, spent in list(people.items())[:_PEOPLE]:
        lines.append(f"{names.get(person, person)} — {_line(spent, language, usage)}")
    return lines


def _line(spent: Spent, language: str, usage: Usage) -> str:
    numbers = {"requests": spent.requests, "prompt": f"{spent.prompt:,}", "completion": f"{spent.completion:,}"}
    line = say(language, "usage_line", **numbers).replace(",", "\u202f")
    return f"{line} · {money(spent.cost, usage.prices.currency)}" if usage.prices.models else line

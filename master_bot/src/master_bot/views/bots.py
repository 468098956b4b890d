"""What people are shown of their bots: pure functions from what is known to Telegram's HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from master_bot.kubernetes.annotations import LANGUAGE_ANNOTATION, title
from master_bot.kubernetes.personal_bots import handle
from master_bot.settings import Settings
from master_bot.texts import Texts, fill, texts_for
from master_bot.views.diagnosis import Diagnosis, diagnose
from master_bot.views.log_lines import is_log, readable_line
from master_bot.views.units import monthly, plain
from personalbots_api.models import PersonalBot
from personalbots_common.secrets_mask import mask

MESSAGE_LIMIT: Final = 4096
"""Characters of a message after its markup is read (Bot API, sendMessage); counted here with the markup."""
PAGE: Final = 8
_SERVICES: Final = {
    "api.openai.com": ("OpenAI", "https://platform.openai.com/api-keys"),
    "api.mistral.ai": ("Mistral", "https://console.mistral.ai/api-keys"),
    "openrouter.ai": ("OpenRouter", "https://openrouter.ai/settings/keys"),
}
"""What a service is called and where its keys are made, by the host of its API."""


def ago(since: datetime | None, now: datetime, texts: Texts) -> str:
    """How long ago, in the largest whole unit."""
    if since is None:
        return "?"
    return span(max(now - since, timedelta(0)), texts)


def span(passed: timedelta, texts: Texts) -> str:
    """A length of time in the largest whole unit."""
    for unit, word in ((86400, texts.day), (3600, texts.hour), (60, texts.minute)):
        if passed.total_seconds() >= unit:
            return f"{int(passed.total_seconds() // unit)} {word}"
    return f"{int(passed.total_seconds())} {texts.second}"


def facts(diagnosis: Diagnosis, texts: Texts) -> Mapping[str, str]:
    """What the sentences about a cause name, as people read it."""
    return {**asdict(diagnosis.facts), "memory": plain(diagnosis.facts.memory, texts)}


def owner_texts(bot: PersonalBot) -> Texts:
    """What the bot's owner is told unasked, in the language that they chose for this bot."""
    return texts_for(bot.metadata.annotations.get(LANGUAGE_ANNOTATION))


def key_facts(service: str, settings: Settings, texts: Texts) -> Mapping[str, str]:
    """`service`, what the LLM service at this address is called, and `where` its keys are made.

    The address itself is of no use to people: it may be known in the cluster alone. The configured name and page are
    those of the configured service, not of another that an administrator gave to one bot.
    """
    name, page = _SERVICES.get(urlsplit(service).hostname or "", ("", ""))
    if service == settings.llm_base_url:
        name, page = settings.llm_name or name, settings.llm_key_url or page

    return {
        "service": texts.ai_service_named.format(name=name) if name else texts.ai_service,
        "where": texts.key_page.format(page=page) if page else texts.key_website,
    }


def line(bot: PersonalBot, diagnosis: Diagnosis, texts: Texts) -> str:
    """One bot in one line."""
    state = texts.causes[diagnosis.reason].state
    called = f"{handle(bot)} «{title(bot)}»" if title(bot) else handle(bot)
    return fill(texts.bot_line, light=diagnosis.light, bot=called, state=state)


def bot_list(  # noqa: PLR0913 - all that is known, by keyword
    bots: Sequence[PersonalBot], *, admin: bool, page: int, now: datetime, texts: Texts, most: int = 0
) -> str:
    """A page of the list. `most`: how many bots the person may have; 0: any number."""
    title = fill(texts.your_bots_of, count=len(bots), most=most) if most else texts.your_bots
    if admin:
        title = fill(texts.all_bots, count=len(bots))

    shown = bots[page * PAGE : (page + 1) * PAGE]
    lines = []

    for bot in shown:
        details = [*_usage(bot, now, texts), *([fill(texts.owned_by, owner=bot.spec.owner_id)] if admin else [])]
        head = line(bot, diagnose(bot, None, (), now), texts)
        lines.append(f"{head}\n<i>{' · '.join(details)}</i>" if details else head)

    return "\n\n".join([title, *lines])


def status(bot: PersonalBot, diagnosis: Diagnosis, now: datetime, texts: Texts) -> str:
    """How one bot is, and what to do when something is wrong."""
    words, known = texts.causes[diagnosis.reason], facts(diagnosis, texts)
    parts = [line(bot, diagnosis, texts)]

    if diagnosis.reason not in ("Polling", "KeyAccepted", "Opened"):  # the line has said that it works
        parts.append(fill(words.cause, **known))
        parts.append(fill(texts.what_to_do, remedy=words.remedy.format_map(known)))
    if usage := _usage(bot, now, texts):
        parts.append(f"<i>{' · '.join(usage)}</i>")

    return mask("\n".join(parts))


def _usage(bot: PersonalBot, now: datetime, texts: Texts) -> list[str]:
    found = []
    if bot.status.knowledge:
        found.append(fill(texts.documents, count=bot.status.knowledge.documents))
    if bot.status.last_activity_time:
        found.append(fill(texts.last_active, ago=ago(bot.status.last_activity_time, now, texts)))
    if bot.spec.llm.budget:
        found.append(budget_line(bot, texts))

    return found


def budget_line(bot: PersonalBot, texts: Texts) -> str:
    """What the bot may spend in a month, and how much of it is spent; empty for a bot without a limit."""
    budget = bot.spec.llm.budget
    if budget is None:
        return ""
    return fill(texts.budget, money=monthly(budget, texts), used=bot.status.budget_used_percent or 0)


def logs(bot: PersonalBot, log: str | None, texts: Texts, *, title: str = "", footer: str = "") -> str:
    """The end of the log, as much as a message holds beside a `footer`; `title` is HTML."""
    if log is None:
        return fill(texts.no_log, bot=handle(bot))
    heading = f"<b>{title or fill(texts.log_title, bot=handle(bot))}</b>"
    shown = tail(log, MESSAGE_LIMIT - len(heading) - len(footer) - 40)
    return f"{heading}\n<pre>{shown}</pre>" if shown else f"{heading}\n{texts.empty_log}"


def tail(log: str, room: int) -> str:
    """The last whole lines of `log`, readable, masked, escaped, that fit into `room` characters (or the last's end)."""
    kept: list[str] = []
    for raw in reversed([line for line in mask(log).splitlines() if is_log(line)]):
        entry = readable_line(raw)
        escaped = fill("{entry}", entry=entry)

        room -= len(escaped) + 1
        if room < 0:
            if not kept:
                kept.append(fill("{entry}", entry=entry[: max(0, (room + len(escaped)) // 5)]))
            break

        kept.append(escaped)

    return "\n".join(reversed(kept))

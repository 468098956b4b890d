"""What people are shown of their bots: pure functions from what is known to Telegram's HTML."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from master_bot.diagnose import Diagnosis, diagnose
from master_bot.log_lines import readable
from master_bot.logs import mask
from master_bot.models import Event, Pod, Usage, handle, title
from master_bot.sizes import monthly, plain
from master_bot.texts import Texts, fill
from personalbots_api.models import PersonalBot
from personalbots_api.quantities import parse_quantity

MESSAGE_LIMIT: Final = 4096
"""Characters of a message after its markup is read (Bot API, sendMessage); counted here with the markup."""
PAGE: Final = 8
_EVENTS: Final = 8
_MESSAGE: Final = 220


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
    return {**vars(diagnosis.facts), "memory": plain(diagnosis.facts.memory, texts)}


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
        said = line(bot, diagnose(bot, None, (), now), texts)
        lines.append(f"{said}\n<i>{' · '.join(details)}</i>" if details else said)
    return "\n\n".join([title, *lines])


def status(bot: PersonalBot, diagnosis: Diagnosis, now: datetime, texts: Texts) -> str:
    """How one bot is, and what to do when something is wrong."""
    said, known = texts.causes[diagnosis.reason], facts(diagnosis, texts)
    parts = [line(bot, diagnosis, texts), fill(said.cause, **known)]
    if diagnosis.reason not in ("Polling", "KeyAccepted", "Opened"):
        parts.append(fill(texts.what_to_do, remedy=said.remedy.format_map(known)))
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


def debug(  # noqa: PLR0913 - all that is known, by keyword
    *,
    bot: PersonalBot,
    pod: Pod | None,
    events: Sequence[Event],
    log: str | None,
    previous_log: str | None,
    now: datetime,
    texts: Texts,
    limit: int | None = None,
    usage: Usage | None = None,
) -> str:
    """Cause and remedy first, then everything that Kubernetes says, within one message, or `limit` characters."""
    diagnosis = diagnose(bot, pod, events, now)
    head = "\n\n".join(
        [status(bot, diagnosis, now, texts), _resource(bot, now, texts), _pod(bot, pod, usage, now, texts)]
    )
    text = f"{head}\n\n<b>{texts.debug_events}</b>\n{_events(events if limit else events[:_EVENTS], now, texts)}"
    logs = [(texts.debug_log, log), (texts.debug_previous_log, previous_log)]
    present = [(heading, content) for heading, content in logs if content and content.strip()]
    for left, (heading, content) in zip(range(len(present), 0, -1), present, strict=True):
        room = ((limit or MESSAGE_LIMIT) - len(text)) // left - len(heading) - 30
        text += f"\n\n<b>{heading}</b>\n<pre>{tail(content, room)}</pre>" if room > 0 else ""
    return mask(text)


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
    for raw in reversed(mask(log).splitlines()):
        entry = readable(raw)
        escaped = fill("{entry}", entry=entry)
        room -= len(escaped) + 1
        if room < 0:
            if not kept:
                kept.append(fill("{entry}", entry=entry[: max(0, (room + len(escaped)) // 5)]))
            break
        kept.append(escaped)
    return "\n".join(reversed(kept))


def _resource(bot: PersonalBot, now: datetime, texts: Texts) -> str:
    lines = [
        f"<b>{texts.debug_phase}</b>: {bot.status.phase or '?'}",
        fill(texts.debug_restarts, count=bot.status.restarts),
    ]
    if ended := bot.status.last_termination:
        said = fill(
            texts.debug_death,
            code=ended.exit_code,
            reason=ended.reason or "?",
            ago=ago(ended.finished_at, now, texts),
        )
        lines.append(said + (fill("\n<i>{message}</i>", message=_short(ended.message)) if ended.message else ""))
    lines.append(f"<b>{texts.debug_conditions}</b>")
    signs = {"True": "✅", "False": "❌", "Unknown": "❔"}
    lines += [
        fill(
            "{sign} {type}: {reason} ({ago}) <i>{message}</i>",
            sign=signs[entry.status],
            type=entry.type,
            reason=entry.reason,
            ago=ago(entry.last_transition_time, now, texts),
            message=_short(entry.message),
        )
        for entry in bot.status.conditions
    ]
    return "\n".join(lines)


def _pod(bot: PersonalBot, pod: Pod | None, usage: Usage | None, now: datetime, texts: Texts) -> str:
    if pod is None:
        return texts.debug_no_pod
    ready = texts.debug_ready if pod.ready else texts.debug_not_ready
    lines = [
        fill("<b>{title}</b> <code>{name}</code>: {phase}, {ready}", title=texts.debug_pod, name=pod.name,
             phase=pod.phase, ready=ready),
        fill(texts.debug_node, node=pod.node or "–", image=pod.image),
    ]  # fmt: skip
    if usage:
        lines.append(_used(bot, usage, texts))
    if pod.waiting or pod.unscheduled:
        reason = f"{pod.waiting or 'Unschedulable'} {_short(pod.waiting_message or pod.unscheduled)}".strip()
        lines.append(fill(texts.debug_waiting, reason=reason))
    if pod.restarts != bot.status.restarts:
        lines.append(fill(texts.debug_restarts, count=pod.restarts))
    if pod.ended and not bot.status.last_termination:
        said = fill(
            texts.debug_death,
            code=pod.ended.exit_code,
            reason=pod.ended.reason,
            ago=ago(pod.ended.finished_at, now, texts),
        )
        lines.append(said)
    return "\n".join(lines)


def _used(bot: PersonalBot, usage: Usage, texts: Texts) -> str:
    limits = bot.spec.resources.limits
    return fill(
        texts.debug_usage,
        memory=plain(str(int(usage.memory)), texts),
        memory_limit=plain(limits.memory, texts),
        percent=int(100 * usage.memory / float(parse_quantity(limits.memory))),
        cpu=f"{usage.cpu:.2f}".replace(".", texts.decimal),
        cpu_limit=f"{parse_quantity(limits.cpu).normalize():f}".replace(".", texts.decimal),
    )


def _events(events: Sequence[Event], now: datetime, texts: Texts) -> str:
    shown = [
        fill(
            "{sign}{ago} {kind} {reason}{times}: {message}",
            sign="⚠️ " if event.warning else "",
            ago=ago(event.at, now, texts),
            kind=event.kind,
            reason=event.reason,
            times=f" ×{event.count}" if event.count > 1 else "",
            message=_short(event.message),
        )
        for event in events
    ]
    return "\n".join(shown) or texts.debug_no_events


def _short(message: str) -> str:
    return message if len(message) <= _MESSAGE else f"{message[: _MESSAGE - 1]}…"

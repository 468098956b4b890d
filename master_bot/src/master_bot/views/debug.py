"""What /debug shows of a bot: pure functions from what Kubernetes says to Telegram's HTML.

The chat shows it in words for people who never heard of a pod; the file has it in Kubernetes' words too.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from master_bot.kubernetes.objects import Event, Pod, Usage
from master_bot.texts import Texts, fill
from master_bot.views.bots import MESSAGE_LIMIT, ago, status, tail
from master_bot.views.diagnosis import Light, diagnose, light
from master_bot.views.units import plain
from personalbots_api.models import Condition, LastTermination, PersonalBot
from personalbots_api.quantities import parse_quantity
from personalbots_common.secrets_mask import mask

_EVENTS: Final = 8
_MESSAGE: Final = 220  # characters of an Event's message


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
    """Cause and remedy first, then how it is, within one message; with a `limit`, a file of so many characters."""
    words = texts.details
    sections = [
        (words.how, _state(bot, pod, now, texts)),
        (words.where, _where(bot, pod, usage, texts)),
        (words.events, [_event(event, now, texts) for event in _shown(pod, events, all_of_them=limit is not None)]),
        *([(words.technical, [fill("{fact}", fact=fact) for fact in _technical(bot, pod, events)])] if limit else []),
    ]
    text = status(bot, diagnose(bot, pod, events, now), now, texts)

    for heading, lines in sections:
        text += f"\n\n<b>{heading}</b>\n" + ("\n".join(lines) or words.no_events)

    logs = [(words.log, log), (words.previous_log, previous_log)]
    present = [(heading, content) for heading, content in logs if content and content.strip()]
    for left, (heading, content) in zip(range(len(present), 0, -1), present, strict=True):
        room = ((limit or MESSAGE_LIMIT) - len(text)) // left - len(heading) - 30
        text += f"\n\n<b>{heading}</b>\n<pre>{tail(content, room)}</pre>" if room > 0 else ""

    return mask(text)


def _state(bot: PersonalBot, pod: Pod | None, now: datetime, texts: Texts) -> list[str]:
    words = texts.details
    lines = [
        fill(words.stage, stage=words.stages[bot.status.phase or ""]),
        *(_condition(entry, now, texts) for entry in bot.status.conditions),
        fill(words.restarts, count=_restarts(bot, pod)),
    ]

    if ended := _ended(bot, pod):
        why = words.ends.get(ended.reason or "?") or words.ends.get(str(ended.exit_code)) or words.ends[""]
        known = {"code": ended.exit_code, "reason": ended.reason or "?"}
        lines.append(fill(words.end, ago=ago(ended.finished_at, now, texts), why=why, **known))

    return lines


def _condition(entry: Condition, now: datetime, texts: Texts) -> str:
    reason = entry.reason if entry.reason in texts.causes else "Other"
    sign = {"True": Light.WORKS, "Unknown": Light.RESTS}.get(entry.status) or light(reason)
    known, kind = texts.details.conditions, entry.type
    sentence = known.get(f"{kind}.{reason}") or known.get(f"{kind}.{entry.status}", f"{kind}: {{state}}.")
    lasts = fill(texts.details.lasts, ago=ago(entry.last_transition_time, now, texts))

    return f"{sign} {fill(sentence, state=texts.causes[reason].state)} <i>{lasts}</i>"


def _where(bot: PersonalBot, pod: Pod | None, usage: Usage | None, texts: Texts) -> list[str]:
    words = texts.details
    if pod is None:
        return [words.nowhere]

    lines = [words.ready if pod.ready else words.not_ready]
    if waiting := pod.waiting or ("Unschedulable" if pod.unscheduled else ""):
        lines = [fill(words.waits, why=words.waiting.get(waiting, waiting))]

    lines.append(fill(words.server, node=pod.node or "–", image=pod.image))
    if usage:
        lines.append(_used(bot, usage, texts))

    return lines


def _used(bot: PersonalBot, usage: Usage, texts: Texts) -> str:
    limits = bot.spec.resources.limits
    return fill(
        texts.details.usage,
        memory=plain(str(int(usage.memory)), texts),
        memory_limit=plain(limits.memory, texts),
        percent=int(100 * usage.memory / float(parse_quantity(limits.memory))),
        cpu=f"{usage.cpu:.2f}".replace(".", texts.decimal),
        cpu_limit=f"{parse_quantity(limits.cpu).normalize():f}".replace(".", texts.decimal),
    )


def _shown(pod: Pod | None, events: Sequence[Event], *, all_of_them: bool) -> Sequence[Event]:
    """The events that are told: every healthy start has a check or two that come too early, which worries people."""
    if all_of_them:
        return events

    ready = pod is not None and pod.ready
    return [event for event in events if not (ready and _is_early_check(event))][:_EVENTS]


def _is_early_check(event: Event) -> bool:
    return event.reason == "Unhealthy" and event.message.lower().startswith(("startup probe", "readiness probe"))


def _event(event: Event, now: datetime, texts: Texts) -> str:
    known = texts.causes.get(event.reason)
    what = known.state if known else texts.details.happened.get(event.reason)
    return fill(
        texts.details.event,
        sign="⚠️ " if event.warning else "",
        ago=ago(event.at, now, texts),
        what=what or _short(f"{event.reason}: {event.message}"),
        times=_times(event),
    )


def _technical(bot: PersonalBot, pod: Pod | None, events: Sequence[Event]) -> Iterator[str]:
    """All of it in Kubernetes' words, whole."""
    meta, known = bot.metadata, bot.status
    yield f"PersonalBot {meta.namespace}/{meta.name}: phase {known.phase}, restarts {known.restarts}"

    for entry in known.conditions:
        since = _at(entry.last_transition_time)
        yield f"{entry.type}={entry.status} {entry.reason} since {since}: {entry.message}"

    if pod:
        ready = "ready" if pod.ready else "not ready"
        yield f"Pod {pod.name}: {pod.phase}, {ready}, restarts {pod.restarts}, node {pod.node}, image {pod.image}"
        if pod.waiting or pod.unscheduled:
            yield f"waiting: {pod.waiting or 'Unschedulable'} {pod.waiting_message or pod.unscheduled}"

    for who, ended in (("PersonalBot", known.last_termination), ("Pod", pod.ended if pod else None)):
        if ended:
            at = _at(ended.finished_at)
            yield f"last termination ({who}) at {at}: exit code {ended.exit_code}, {ended.reason}: {ended.message}"

    for event in events:
        sign = "Warning " if event.warning else ""
        yield f"{_at(event.at)} {sign}{event.kind} {event.reason}{_times(event)}: {event.message}"


def _restarts(bot: PersonalBot, pod: Pod | None) -> int:
    return max(bot.status.restarts, pod.restarts if pod else 0)


def _ended(bot: PersonalBot, pod: Pod | None) -> LastTermination | None:
    return bot.status.last_termination or (pod.ended if pod else None)


def _times(event: Event) -> str:
    return f" ×{event.count}" if event.count > 1 else ""


def _at(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else "?"


def _short(message: str) -> str:
    return message if len(message) <= _MESSAGE else f"{message[: _MESSAGE - 1]}…"

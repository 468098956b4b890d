"""What administrators are shown: all bots at a glance, and the health of what they depend on. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from master_bot.kubernetes.annotations import LANGUAGE_ANNOTATION
from master_bot.kubernetes.objects import Node
from master_bot.kubernetes.personal_bots import handle
from master_bot.texts import Texts, fill
from master_bot.views.diagnosis import Light, diagnose
from personalbots_api.models import PersonalBot

_TOP: Final = 5
_MOST_NODES: Final = 20
_REASON: Final = 150
"""Characters of what a node says of itself."""


def owners(bots: Sequence[PersonalBot]) -> Mapping[int, str | None]:
    """Each owner once, by number, with the language in which they are told something unasked."""
    found = {bot.spec.owner_id: bot.metadata.annotations.get(LANGUAGE_ANNOTATION) for bot in bots}
    return {owner: found[owner] for owner in sorted(found)}


def summary(bots: Sequence[PersonalBot], now: datetime, texts: Texts) -> str:
    """How many bots there are, by state; and the largest."""
    words = texts.admin
    found = Counter((diagnosis.light, diagnosis.reason) for diagnosis in (diagnose(bot, None, (), now) for bot in bots))
    states = [
        fill(words.state_line, light=light, count=count, state=texts.causes[reason].state)
        for (light, reason), count in found.most_common()
    ]
    head = "\n".join([fill(words.summary, count=len(bots), owners=len(owners(bots))), *states])

    documents = {bot.metadata.name: bot.status.knowledge.documents if bot.status.knowledge else 0 for bot in bots}
    restarts = {bot.metadata.name: bot.status.restarts for bot in bots}
    tops = [_top(bots, words.most_documents, documents, texts), _top(bots, words.most_restarts, restarts, texts)]

    return "\n\n".join([head, *filter(None, tops), words.summary_help])


def _top(bots: Sequence[PersonalBot], heading: str, numbers: Mapping[str, int], texts: Texts) -> str:
    """The bots with the largest numbers; empty when all are 0."""
    ranked = sorted(bots, key=lambda bot: -numbers[bot.metadata.name])
    lines = [
        fill(texts.admin.top_line, bot=handle(bot), count=numbers[bot.metadata.name], owner=bot.spec.owner_id)
        for bot in ranked[:_TOP]
        if numbers[bot.metadata.name]
    ]
    return "\n".join([heading, *lines]) if lines else ""


def servers(nodes: Sequence[Node], texts: Texts) -> str:
    """How many nodes are ready, and what is wrong with each of the others."""
    words, ready = texts.admin, sum(node.ready for node in nodes)
    troubled = [node for node in nodes if node.troubles]
    only_closed = all(node.troubles == ("Cordoned",) for node in troubled)
    sign = Light.WORKS if not troubled else Light.WAITS if only_closed else Light.FAILS

    count = fill(words.nodes_ready, ready=ready, count=len(nodes))
    lines = [
        fill(words.node_troubles[trouble], node=node.name, message=node.message[:_REASON].rstrip(". "))
        for node in troubled[:_MOST_NODES]
        for trouble in node.troubles
    ]

    return "\n".join([fill(words.health_line, sign=sign, part=words.part_nodes, said=count), *lines])


def health_line(part: str, well: str | None, texts: Texts) -> str:
    """One part: how well it answers, or that it does not."""
    words = texts.admin
    return fill(words.health_line, sign="🟢" if well else "🔴", part=part, said=well or words.silent)


def answer_time(seconds: float | None, texts: Texts) -> str | None:
    """How fast a part answers; None when it does not."""
    return None if seconds is None else fill(texts.admin.answers, milliseconds=int(seconds * 1000))

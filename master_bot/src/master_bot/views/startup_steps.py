"""How far the start of a bot has come: a pure function over what Kubernetes says."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from master_bot.kubernetes.objects import Event, Pod
from master_bot.kubernetes.personal_bots import condition, is_polling
from master_bot.models import StartupStep
from personalbots_api.models import PersonalBot


def progress(
    bot: PersonalBot, pod: Pod | None, events: Sequence[Event], *, since: datetime, former_pod: str
) -> Mapping[StartupStep, datetime | None]:
    """When each step was done; None for one that is not.

    The pod with the uid `former_pod` is being replaced and does not count: uids tell that, clocks of different machines
    do not. A later step implies the earlier ones, because not every step leaves a trace (an image that is there, a
    volume from before).
    """
    if pod and (pod.terminating or pod.uid == former_pod):
        pod = None

    ready = condition(bot, "Ready")
    done: dict[StartupStep, datetime | None] = dict.fromkeys(StartupStep)
    done[StartupStep.ORDERED] = since

    if pod:
        done[StartupStep.VOLUME] = _event("ProvisioningSucceeded", events, bot.metadata.creation_timestamp)
        done[StartupStep.PLACED] = pod.scheduled
        done[StartupStep.IMAGE] = _event("Pulled", events, pod.created)
        done[StartupStep.STARTED] = pod.running_since

        if pod.ready and pod.running_since and ready and is_polling(bot):
            done[StartupStep.POLLS] = max(ready.last_transition_time, pod.running_since)

    later: datetime | None = None
    for step in reversed(StartupStep):
        done[step] = min(filter(None, (done[step], later)), default=None)
        later = done[step]

    if bot.spec.knowledge.qdrant and not bot.spec.knowledge.storage:
        del done[StartupStep.VOLUME]

    return done


def _event(reason: str, events: Sequence[Event], after: datetime | None) -> datetime | None:
    """When an event with this reason first came, of those that are not from an earlier object of the same name."""
    times = [event.first or event.at for event in events if event.reason == reason]
    return min((at for at in times if at and (after is None or at >= after)), default=None)

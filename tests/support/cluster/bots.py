"""Ways to look at bots on the cluster: their pods, their Events, their reasons."""

from typing import Final

from cluster import deploy
from personalbots_api import names
from support.cluster.installation import Installation, Json, Setup
from support.cluster.recording import Recording

NO_VOLUME: Final = {"collection": "c", "qdrant": {"url": "http://qdrant.invalid:6333"}}
"""Knowledge on a Qdrant server that is away: a bot without a volume comes up sooner."""


def pods_at_once(record: Recording, bot: str) -> int:
    """Give the largest number of pods, by UID, that carried a bot's label at the same time."""
    there: set[str] = set()
    most = 0
    for change in record.changes("pods", deploy.BOTS):
        pod = change["object"]["metadata"]
        if pod.get("labels", {}).get(names.BOT_LABEL) == bot:
            (there.discard if change["type"] == "DELETED" else there.add)(pod["uid"])
            most = max(most, len(there))
    return most


def pod_of(installed: Installation, name: str) -> Json:
    """Give a bot's pod; one without UID and annotations while there is none."""
    return installed.get("pod", names.pod_name(name)) or {"metadata": {"uid": "", "annotations": {}}}


def restarts(installed: Installation, bots: list[Setup]) -> dict[str, tuple[str, int]]:
    """Give each bot's pod by its UID, and how often its container was started again."""
    wanted = {names.pod_name(setup.name) for setup in bots}
    return {
        item["metadata"]["name"]: (item["metadata"]["uid"], sum(one["restartCount"] for one in statuses))
        for item in installed.items("pods")
        if item["metadata"]["name"] in wanted
        for statuses in [item["status"].get("containerStatuses", [])]
    }


def condition_of(installed: Installation, name: str, kind: str) -> Json:
    """Give a condition of a bot; {} while there is none."""
    conditions = installed.status(name).get("conditions") or []
    return next((item for item in conditions if item["type"] == kind), {})


def recorded_reasons(record: Recording, name: str) -> set[str]:
    """Give all reasons that a bot's conditions ever had."""
    return {
        item["reason"]
        for change in record.changes("personalbots", deploy.BOTS)
        if change["object"]["metadata"]["name"] == name
        for item in (change["object"].get("status") or {}).get("conditions") or ()
    }


def event_reasons(installed: Installation, name: str) -> set[str]:
    """Give the reasons of the Events about a bot."""
    about = f"--field-selector=involvedObject.kind={names.KIND},involvedObject.name={name}"
    return {event["reason"] for event in installed.items("events", about)}


async def fails(installed: Installation, name: str, reason: str, phase: str, *words: str, timeout: float = 90) -> None:
    """Wait for a reason of Ready, and check its sentence, its phase, its Event, and what /debug tells the owner."""
    ready = await installed.reason(name, reason, phase=phase, timeout=timeout)
    assert ready["status"] == "False"
    assert all(word in ready["message"] for word in words), ready["message"]

    await installed.until(lambda: reason in event_reasons(installed, name), f"an Event {reason}")
    await installed.owner_reads(name, reason)

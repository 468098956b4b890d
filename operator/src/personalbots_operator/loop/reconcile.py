"""The thin shell around the decision: gathers what is known of a bot, carries out what is decided, says it.

What may go wrong in the middle of a call is no failure: an object that is gone is forgotten, one that changed is
looked at again when the watch has shown it, an API server that is away is tried again.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from personalbots_api import names
from personalbots_operator.cache.cache import Slot, View
from personalbots_operator.cache.observed import Bot, Key, Pod, PodEvent, Volume
from personalbots_operator.decision.actions import (
    Action,
    CreatePod,
    CreateVolume,
    DeletePod,
    GrowVolume,
    Notice,
    ResizePod,
    SetFinalizers,
    SetVolumeOwners,
)
from personalbots_operator.decision.decide import STATUSZ_SECONDS, Decision, Trouble, World, decide
from personalbots_operator.decision.status import changes
from personalbots_operator.kube.client import (
    AlreadyExists,
    Cluster,
    Conflict,
    Kind,
    NotFound,
    Refused,
    Unavailable,
)
from personalbots_operator.loop.event_recorder import Recorder
from personalbots_operator.loop.fleet import Fleet
from personalbots_operator.loop.pod_events import PodEvents
from personalbots_operator.loop.queue import Retry
from personalbots_operator.loop.statusz import Reader
from personalbots_operator.metrics import Metrics
from personalbots_operator.settings import Settings

logger = logging.getLogger(__name__)

SPAWN = "[SPAWN]"
"""Begins the lines of a bot's start-up: starting, already running, pod created, alive, died and why."""
_ROUNDS = 5
_LONGEST_REMAKE = 300.0
_LONGEST_REFUSAL = 60.0
_FORGIVEN_SECONDS = 900.0
_GROW_AGAIN_SECONDS = 600.0
_SAID_AFTER_SECONDS = 1.0
_UNSAID_SECONDS = 30.0
_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Tries:
    """Failed pods or refusals of one bot: how many lately, when the last was, what was said."""

    count: int
    at: float
    refusal: str = ""

    def trouble(self) -> Trouble:
        longest = _LONGEST_REFUSAL if self.refusal else _LONGEST_REMAKE
        pause = 0.0 if self.count == 1 and not self.refusal else min(longest, 2.0 ** min(self.count, 16))
        return Trouble(refusal=self.refusal, next_try=self.at + pause)


@dataclass(frozen=True, slots=True)
class _Ungrowable:
    """A size that a volume's class refused, and when."""

    size: str
    at: float


class Reconciler:
    """Brings one bot after another to what its resource says."""

    def __init__(  # noqa: PLR0913 - by keyword
        self,
        *,
        cluster: Cluster,
        view: View,
        reader: Reader,
        recorder: Recorder,
        settings: Settings,
        metrics: Metrics,
        fleet: Fleet,
        look: Callable[[Key], None],
        busy: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`look` is given the bots that are to be reconciled because of what was found out about another.

        `busy` tells whether many bots wait to be reconciled.
        """
        self._cluster = cluster
        self._pod_events = PodEvents(cluster)
        self._view = view
        self._reader = reader
        self._recorder = recorder
        self._settings = settings
        self._metrics = metrics
        self._fleet = fleet
        self._look = look
        self._busy = busy
        self._clock = clock
        self._tries: dict[Key, _Tries] = {}
        self._ungrowable: dict[Key, _Ungrowable] = {}

    async def __call__(self, key: Key) -> float | None:
        """Reconcile one bot; the seconds after which to look again without any event, or None.

        Raises:
            Retry: something changed in the middle, or the API server is away.
        """
        bot = self._view.bots.get(key)
        if bot is None:
            self._reader.forget(key)
            self._tries.pop(key, None)
            self._ungrowable.pop(key, None)
            return None
        try:
            return await self._reconcile(bot)
        except Unavailable as away:
            raise Retry(away.message, after=away.after) from away
        except (Conflict, NotFound) as changed:
            raise Retry(changed.message) from changed
        except Refused as refused:
            logger.warning("%s cannot be looked after, and is tried again: %s", key, refused.message)
            raise Retry(refused.message) from refused

    async def _reconcile(self, bot: Bot) -> float | None:
        world = self._world(bot)
        for _ in range(_ROUNDS):
            decision = decide(world, self._settings)
            if decision.wants_events:
                world = replace(world, events=await self._events(world))
                continue
            other = await self._carry_out(decision, world)
            if other is None:
                if wait := self._can_wait(world, decision):
                    return wait
                await self._say(world, decision)
                if decision.wants_statusz:
                    self._reader.refresh(bot.key)
                return decision.look_after
            world = other
        raise Retry("the cluster changes faster than it can be looked at")

    def _can_wait(self, world: World, decision: Decision) -> float:
        """How long it can wait that the bot is on its way, if that is the first thing to say: it is soon outdated.

        Seconds; 0 when something is to be said now. What becomes of a pod is worth saying, not that it was made just
        now; of a busy cluster, that the bot runs.
        """
        if world.bot.reason or not decision.status or decision.status["conditions"][0]["reason"] != "Starting":
            return 0.0
        if any(isinstance(action, CreatePod) for action in decision.actions):
            return _SAID_AFTER_SECONDS
        return _LOOK_SECONDS if self._busy() and world.now - world.bot.created < _UNSAID_SECONDS else 0.0

    def _world(self, bot: Bot) -> World:
        key, pod, now = bot.key, self._view.pods.get(bot.key), self._clock()
        ours = pod if pod is not None and pod.owner_uid == bot.uid else None
        reading = self._reader.reading(key, ours)
        return World(
            bot=bot,
            pod=pod,
            volume=self._view.volumes.get(key),
            cleanup=self._view.cleanups.get(key),
            rival=self._view.rival(bot),
            reading=reading,
            reading_for=time.monotonic() - reading.asked_at if reading else 0.0,
            reading_late=self._reader.behind > STATUSZ_SECONDS,
            turn=key in self._fleet.turns,
            many_deaf=self._fleet.many_deaf,
            over_quota=self._over_quota(bot),
            trouble=self._trouble(key),
            now=now,
        )

    def _over_quota(self, bot: Bot) -> int | None:
        limit = self._settings.bots_of(bot.owner_id) if bot.owner_id is not None else 0
        return limit if limit and self._view.older_bots(bot) >= limit else None

    def _trouble(self, key: Key) -> Trouble:
        tries, ungrowable = self._tries.get(key), self._ungrowable.get(key)
        trouble = tries.trouble() if tries else Trouble()
        if ungrowable and self._clock() - ungrowable.at < _GROW_AGAIN_SECONDS:
            return replace(trouble, ungrowable=ungrowable.size)
        return trouble

    async def _events(self, world: World) -> tuple[PodEvent, ...]:
        """What the kubelet, the scheduler and the provisioner say of the pod and of its volume."""
        uids = (about.uid for about in (world.pod, world.volume) if about)
        try:
            return await self._pod_events.about(world.bot.key.namespace, *uids)
        except Refused as refused:  # the pod itself tells enough to go on
            logger.warning("the Events about %s's pod cannot be read: %s", world.bot.key, refused.message)
            return ()

    async def _carry_out(self, decision: Decision, world: World) -> World | None:
        """Do it; None when it is done, else the world as it turned out to be."""
        for action in decision.actions:
            try:
                await self._do(action, world.bot)
            except AlreadyExists:
                return await self._what_is_there(action, world)
            except NotFound:
                if isinstance(action, CreatePod | CreateVolume):
                    raise  # the namespace is gone, and the resource with it in a moment
                if isinstance(action, ResizePod):  # the pod is gone, or the cluster knows no resizing
                    return _not_resizable(action, world)
                self._forget(action, world.bot)
            except Refused as refused:
                return await self._refused(action, world, refused)
            self._metrics.acted(type(action).__name__)
        return None

    async def _refused(self, action: Action, world: World, refused: Refused) -> World:
        """It is not allowed: the world with that in it, for another decision."""
        match action:
            case CreatePod() | CreateVolume():
                self._failed(world.bot, refused.message)
            case GrowVolume(volume, size):
                before = self._ungrowable.get(world.bot.key)
                self._ungrowable[world.bot.key] = _Ungrowable(size, self._clock())
                if before is None or before.size != size:
                    message = f"The volume {volume.name} cannot be made {size} large: {refused.message}"
                    self._recorder.tell(world.bot, Notice("Warning", "VolumeNotGrown", message), now=world.now)
            case ResizePod():
                _log(world.bot, "its pod is replaced, as it cannot be resized: %s", refused.message)
                return _not_resizable(action, world)
            case _:
                raise refused
        return replace(world, trouble=self._trouble(world.bot.key))

    async def _do(self, action: Action, bot: Bot) -> None:
        namespace, name = bot.key
        match action:
            case CreateVolume(body):
                self._view.see(Kind.VOLUME, await self._cluster.create(Kind.VOLUME, namespace, body))
            case CreatePod(body):
                await self._create_pod(bot, body)
            case DeletePod(pod, why, remade):
                await self._cluster.delete(Kind.POD, namespace, pod.name, uid=pod.uid)
                _log(bot, "pod deleted: %s", why)
                if remade:
                    self._failed(bot)
            case ResizePod(pod, resources):
                raw = await self._cluster.resize(
                    namespace, pod.name, uid=pod.uid, container=names.CONTAINER, resources=resources
                )
                self._view.see(Kind.POD, raw)
                _log(bot, "resources changed while it runs: %s", resources)
            case GrowVolume(volume, size):
                body = {"metadata": {"uid": volume.uid}, "spec": {"resources": {"requests": {"storage": size}}}}
                self._view.see(Kind.VOLUME, await self._cluster.patch(Kind.VOLUME, namespace, volume.name, body))
            case SetVolumeOwners(volume, owners):
                meta = {"ownerReferences": owners, "resourceVersion": volume.resource_version}
                raw = await self._cluster.patch(Kind.VOLUME, namespace, volume.name, {"metadata": meta})
                self._view.see(Kind.VOLUME, raw)
            case SetFinalizers(finalizers):
                meta = {"finalizers": list(finalizers), "resourceVersion": bot.resource_version}
                self._seen(bot, await self._cluster.patch(Kind.BOT, namespace, name, {"metadata": meta}))

    async def _create_pod(self, bot: Bot, body: dict[str, object]) -> None:
        raw = await self._cluster.create(Kind.POD, bot.key.namespace, body)
        self._view.see(Kind.POD, raw)
        tries = self._tries.get(bot.key)
        if tries and tries.refusal:
            del self._tries[bot.key]
        if not bot.reason:
            self._metrics.pod_created(max(0.0, self._clock() - bot.created))
        _log(bot, "pod created: %s", raw["metadata"]["name"])

    def _failed(self, bot: Bot, refusal: str = "") -> _Tries:
        before, now = self._tries.get(bot.key), self._clock()
        lately = before is not None and now - before.at < _FORGIVEN_SECONDS
        tries = self._tries[bot.key] = _Tries(before.count + 1 if before and lately else 1, now, refusal)
        return tries

    async def _what_is_there(self, action: Action, world: World) -> World:
        """Something has the name already: ours, which the watch has not shown yet, or a stranger's."""
        namespace = world.bot.key.namespace
        if isinstance(action, CreateVolume):
            raw = await self._cluster.get(Kind.VOLUME, namespace, world.bot.pod_name)
            self._view.see(Kind.VOLUME, raw)
            return replace(world, volume=Volume.from_raw(raw))
        if isinstance(action, CreatePod):
            raw = await self._cluster.get(Kind.POD, namespace, str(action.body["metadata"]["name"]))
            pod = Pod.from_raw(raw)
            if pod.owner_uid == world.bot.uid:
                self._view.see(Kind.POD, raw)
            return replace(world, cleanup=pod) if world.bot.deleting else replace(world, pod=pod)
        raise Retry("it is there already")

    def _forget(self, action: Action, bot: Bot) -> None:
        match action:
            case DeletePod(pod, _, _):
                self._view.lost(Slot(Kind.POD, bot.key), pod.uid)
            case SetVolumeOwners(volume, _) | GrowVolume(volume, _):
                self._view.lost(Slot(Kind.VOLUME, bot.key), volume.uid)
            case _:
                self._view.lost(Slot(Kind.BOT, bot.key), bot.uid)

    async def _say(self, world: World, decision: Decision) -> None:
        bot = world.bot
        changed = {} if decision.status is None else changes(bot.status, decision.status)
        if changed:
            try:
                raw = await self._cluster.patch(
                    Kind.BOT, bot.key.namespace, bot.key.name, {"status": changed}, subresource="status"
                )
            except NotFound:
                self._view.lost(Slot(Kind.BOT, bot.key), bot.uid)
                return
            self._seen(bot, raw)
            self._tell(world, changed)
        for notice in decision.notices:
            self._recorder.tell(bot, notice, now=world.now)

    def _seen(self, bot: Bot, raw: dict[str, object]) -> None:
        """Take in the answer to a write: its own event will be no news, so whom it concerns is looked at now."""
        touched = self._view.see(Kind.BOT, raw)
        after = self._view.bots.get(bot.key)
        if after and after.wish == bot.wish:
            touched.discard(bot.key)
        for key in touched:
            self._look(key)

    def _tell(self, world: World, changed: dict[str, object]) -> None:
        bot, pod = world.bot, world.pod
        after = self._view.bots.get(bot.key) or bot
        if changed.get("lastTermination") and pod and (last := pod.container.termination):
            _log(after, "died: exit code %d %s %s", last.exit_code, last.reason, last.message)
        if after.reason == bot.reason:
            return
        if after.reason == "Polling":
            _log(after, "alive")
            if pod is not None:
                self._metrics.pod_ready(max(0.0, world.now - pod.created))
        else:
            logger.info("%s: %s", bot.key, after.reason, extra=_about(after))


def _not_resizable(action: ResizePod, world: World) -> World:
    return replace(world, trouble=replace(world.trouble, unresizable=action.pod.uid))


def _about(bot: Bot) -> dict[str, object]:
    """What a log line about the bot carries."""
    return {"bot": str(bot.key), "owner": bot.owner_id, "reason": bot.reason}


def _log(bot: Bot, message: str, *facts: object) -> None:
    logger.info(f"{SPAWN} %s {message}", bot.key, *facts, extra=_about(bot))  # noqa: G004 - the prefix is a constant

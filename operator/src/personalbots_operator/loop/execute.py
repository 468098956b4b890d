"""Carries out the actions of a decision, one call to the API server each."""

from collections.abc import Callable
from dataclasses import replace

from personalbots_api import names
from personalbots_operator.cache.bot import Bot, Key
from personalbots_operator.cache.cache import Cache, Slot
from personalbots_operator.cache.pod import Pod, Volume
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
from personalbots_operator.decision.world import World
from personalbots_operator.kube.client import AlreadyExistsError, Cluster, Kind, NotFoundError, Raw, RefusedError
from personalbots_operator.loop.backoffs import Backoffs
from personalbots_operator.loop.bot_log import log_start
from personalbots_operator.loop.event_recorder import EventRecorder
from personalbots_operator.loop.queue import RetryError
from personalbots_operator.metrics import Metrics


class Executor:
    """Carries out actions, and puts the API server's answers into the cache."""

    def __init__(  # noqa: PLR0913 - by keyword
        self,
        *,
        cluster: Cluster,
        cache: Cache,
        recorder: EventRecorder,
        backoffs: Backoffs,
        metrics: Metrics,
        enqueue: Callable[[Key], None],
        clock: Callable[[], float],
    ) -> None:
        """`enqueue` is given bots to reconcile because of what an answer showed about another."""
        self._cluster = cluster
        self._cache = cache
        self._recorder = recorder
        self._backoffs = backoffs
        self._metrics = metrics
        self._enqueue = enqueue
        self._clock = clock

    async def carry_out(self, actions: tuple[Action, ...], world: World) -> World | None:
        """Carry out the actions in their order. Returns None when all are done, else the world as it turned out to be.

        Raises:
            RetryError: it cannot be told what is there.
            ApiError: a call failed in a way that another decision does not help.
        """
        for action in actions:
            try:
                await self._do(action, world.bot)
            except AlreadyExistsError:
                return await self._with_what_is_there(action, world)
            except NotFoundError:
                match action:
                    case CreatePod() | CreateVolume():
                        raise  # the namespace is gone, and the resource will be in a moment
                    case ResizePod():
                        return _not_resizable(action, world)  # the pod is gone, or the cluster does not resize
                    case _:
                        self._forget(action, world.bot)
            except RefusedError as refused:
                return self._after_refusal(action, world, refused)
            self._metrics.acted(type(action).__name__)
        return None

    async def _do(self, action: Action, bot: Bot) -> None:
        match action:
            case CreateVolume(body):
                self._cache.put(Kind.VOLUME, await self._cluster.create(Kind.VOLUME, bot.key.namespace, body))
            case SetVolumeOwners(volume, owners):
                # Owners that somebody else added meanwhile must not be lost: hence the resourceVersion.
                metadata = {"ownerReferences": owners, "resourceVersion": volume.resource_version}
                await self._patch_volume(bot, volume, {"metadata": metadata})
            case GrowVolume(volume, size):
                spec = {"resources": {"requests": {"storage": size}}}
                await self._patch_volume(bot, volume, {"metadata": {"uid": volume.uid}, "spec": spec})
            case CreatePod(body):
                await self._create_pod(bot, body)
            case ResizePod(pod, resources):
                await self._resize_pod(bot, pod, resources)
            case DeletePod():
                await self._delete_pod(bot, action)
            case SetFinalizers(finalizers):
                await self._set_finalizers(bot, finalizers)

    async def _patch_volume(self, bot: Bot, volume: Volume, body: Raw) -> None:
        self._cache.put(Kind.VOLUME, await self._cluster.patch(Kind.VOLUME, bot.key.namespace, volume.name, body))

    async def _create_pod(self, bot: Bot, body: Raw) -> None:
        raw = await self._cluster.create(Kind.POD, bot.key.namespace, body)
        self._cache.put(Kind.POD, raw)
        self._backoffs.clear_refusal(bot.key)

        if not bot.reason:
            self._metrics.pod_created(max(0.0, self._clock() - bot.created))
        log_start(bot, "pod created: %s", raw["metadata"]["name"])

    async def _resize_pod(self, bot: Bot, pod: Pod, resources: Raw) -> None:
        raw = await self._cluster.resize(
            bot.key.namespace, pod.name, uid=pod.uid, container=names.CONTAINER, resources=resources
        )
        self._cache.put(Kind.POD, raw)
        log_start(bot, "resources changed while it runs: %s", resources)

    async def _delete_pod(self, bot: Bot, action: DeletePod) -> None:
        await self._cluster.delete(Kind.POD, bot.key.namespace, action.pod.name, uid=action.pod.uid)
        log_start(bot, "pod deleted: %s", action.why)
        if action.failed:
            self._backoffs.add_failure(bot.key)

    async def _set_finalizers(self, bot: Bot, finalizers: tuple[str, ...]) -> None:
        # Others put finalizers on resources too: the resourceVersion keeps theirs from being lost.
        metadata = {"finalizers": list(finalizers), "resourceVersion": bot.resource_version}
        raw = await self._cluster.patch(Kind.BOT, bot.key.namespace, bot.key.name, {"metadata": metadata})
        for key in self._cache.put_answer(bot, raw):
            self._enqueue(key)

    def _after_refusal(self, action: Action, world: World, refused: RefusedError) -> World:
        """The action is not allowed: the world with that in it, for another decision.

        Raises:
            RefusedError: another decision would not help.
        """
        bot = world.bot
        match action:
            case CreatePod() | CreateVolume():
                self._backoffs.add_failure(bot.key, refusal=refused.message)
            case GrowVolume(volume, size):
                if self._backoffs.add_refused_size(bot.key, size):
                    message = f"The volume {volume.name} cannot be made {size} large: {refused.message}"
                    self._recorder.record(bot, Notice("Warning", "VolumeNotGrown", message), now=world.now)
            case ResizePod():
                log_start(bot, "its pod is replaced, as it cannot be resized: %s", refused.message)
                return _not_resizable(action, world)
            case _:
                raise refused
        return replace(world, backoff=self._backoffs.of(bot.key))

    async def _with_what_is_there(self, action: Action, world: World) -> World:
        """The name is taken: by our own object, which the watch has not shown yet, or by a stranger's.

        Raises:
            RetryError: the action creates nothing.
        """
        namespace = world.bot.key.namespace
        match action:
            case CreateVolume():
                raw = await self._cluster.get(Kind.VOLUME, namespace, world.bot.pod_name)
                self._cache.put(Kind.VOLUME, raw)
                return replace(world, volume=Volume.from_raw(raw))
            case CreatePod(body):
                raw = await self._cluster.get(Kind.POD, namespace, str(body["metadata"]["name"]))
                pod = Pod.from_raw(raw)
                if pod.owner_uid == world.bot.uid:
                    self._cache.put(Kind.POD, raw)
                return replace(world, cleanup=pod) if world.bot.deleting else replace(world, pod=pod)
            case _:
                raise RetryError("it is there already")

    def _forget(self, action: Action, bot: Bot) -> None:
        """Drop the object of the action from the cache: it is gone, and the watch has not shown it yet."""
        match action:
            case DeletePod(pod, _, _):
                self._cache.forget(Slot(Kind.POD, bot.key), pod.uid)
            case SetVolumeOwners(volume, _) | GrowVolume(volume, _):
                self._cache.forget(Slot(Kind.VOLUME, bot.key), volume.uid)
            case _:
                self._cache.forget(Slot(Kind.BOT, bot.key), bot.uid)


def _not_resizable(action: ResizePod, world: World) -> World:
    return replace(world, backoff=replace(world.backoff, unresizable=action.pod.uid))

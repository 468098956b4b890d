"""What the watches have shown: the bots, and the pods and volume claims with names of bots.

The cache holds facts only, and forgets what is deleted. An older version of an object never replaces a newer one, so
the answers to the operator's own writes go in too: the next decision sees what the last one did before the watch
shows it.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, Generic, NamedTuple, TypeVar

from personalbots_api import names
from personalbots_operator.cache.bot import CLEANUP_PREFIX, Bot, Key, SecretKey
from personalbots_operator.cache.pod import Pod, Volume
from personalbots_operator.cache.values import newer
from personalbots_operator.kube.client import Kind

Raw = dict[str, Any]
Object = TypeVar("Object", Bot, Pod, Volume)

SELECTOR: Final = names.BOT_LABEL
"""The label selector of the pods and volume claims to watch: any value of this label."""


class Slot(NamedTuple):
    """Where an object belongs: to which bot, and as what."""

    kind: Kind
    key: Key
    cleanup: bool = False


class Store(Generic[Object]):
    """The newest version of each object of one kind."""

    def __init__(self) -> None:
        self._items: dict[Key, Object] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Object]:
        return iter(self._items.values())

    def get(self, key: Key) -> Object | None:
        """The object of this bot, None when it is not known."""
        return self._items.get(key)

    def items(self) -> Iterable[tuple[Key, Object]]:
        """Every object with its key."""
        return self._items.items()

    def put(self, key: Key, new: Object) -> Object | None:
        """Keep `new`, unless a newer version is there. Returns the version before, or `new` itself when it is stale."""
        there = self._items.get(key)
        if there is not None and not newer(new.resource_version, there.resource_version):
            return new
        self._items[key] = new
        return there

    def forget(self, key: Key, uid: str) -> Object | None:
        """Drop the object, if it still is the one with this UID, and return it."""
        there = self._items.get(key)
        return self._items.pop(key) if there is not None and there.uid == uid else None


class Cache:
    """Everything that is known of the cluster."""

    def __init__(self) -> None:
        self.bots: Store[Bot] = Store()
        self.pods: Store[Pod] = Store()
        self.cleanups: Store[Pod] = Store()
        self.volumes: Store[Volume] = Store()
        self._holders: dict[SecretKey | int, set[Key]] = {}
        self._owned: dict[int, set[Key]] = {}

    @property
    def size(self) -> int:
        """How many objects are known."""
        return len(self.bots) + len(self.pods) + len(self.cleanups) + len(self.volumes)

    def put(self, kind: Kind, raw: Raw, *, deleted: bool = False) -> set[Key]:
        """Take in an object as the API server showed it. Returns the bots to reconcile because of it."""
        slot = slot_of(kind, raw["metadata"])
        if slot is None:
            return set()
        if deleted:
            touched = self.forget(slot, raw["metadata"]["uid"])
            # The deletion of a pod or claim is news even if it was never seen.
            return touched if kind is Kind.BOT else {slot.key}

        match kind:
            case Kind.BOT:
                return self._put_bot(slot.key, Bot.from_raw(raw))
            case Kind.VOLUME:
                volume = Volume.from_raw(raw)
                stale = self.volumes.put(slot.key, volume) is volume
            case _:
                pod = Pod.from_raw(raw)
                stale = self._store(slot).put(slot.key, pod) is pod
        return set() if stale else {slot.key}

    def put_answer(self, bot: Bot, raw: Raw) -> set[Key]:
        """Take in the API server's answer to a write to `bot`'s resource. Returns the bots to reconcile because of it.

        The watch event of the write will be no news, so they have to be reconciled now; `bot` itself only if somebody
        else changed it meanwhile.
        """
        touched = self.put(Kind.BOT, raw)
        after = self.bots.get(bot.key)
        return touched - {bot.key} if after and after.requested == bot.requested else touched

    def forget(self, slot: Slot, uid: str) -> set[Key]:
        """Drop an object that no longer exists. Returns the bots to reconcile because of it."""
        gone = self._store(slot).forget(slot.key, uid)
        if gone is None:
            return set()
        if slot.kind is Kind.BOT:
            return {slot.key} | self._index_holders(gone, None) | self._index_owner(gone, None)
        return {slot.key}

    def versions(self, kind: Kind) -> dict[str, tuple[Slot, str]]:
        """For each object of a kind, by UID: where it belongs, and its resourceVersion."""
        slots = [Slot(kind, Key("", "")), *([Slot(kind, Key("", ""), cleanup=True)] if kind is Kind.POD else [])]
        return {
            known.uid: (Slot(kind, key, slot.cleanup), known.resource_version)
            for slot in slots
            for key, known in self._store(slot).items()
        }

    def rival(self, bot: Bot) -> str | None:
        """The oldest other resource that holds the same Telegram bot and is older than `bot`."""
        others = (self.bots.get(key) for hold in _holds(bot) for key in self._holders.get(hold, ()) if key != bot.key)
        older = [other for other in others if other is not None and other.age_order < bot.age_order]
        return _name_for(min(older, key=lambda other: other.age_order), bot) if older else None

    def owner(self, key: Key) -> int | None:
        """The Telegram user id of the bot's owner; None when it is not known."""
        bot = self.bots.get(key)
        return bot.owner_id if bot else None

    def lacks_pod(self, key: Key) -> bool:
        """Whether there is a bot without a pod: somebody waits for it."""
        return self.pods.get(key) is None and self.bots.get(key) is not None

    def older_bots(self, bot: Bot) -> int:
        """How many bots of the same owner are older than `bot` and not being deleted."""
        keys = self._owned.get(bot.owner_id, ()) if bot.owner_id is not None else ()
        others = (self.bots.get(key) for key in keys if key != bot.key)
        return sum(other is not None and other.age_order < bot.age_order for other in others)

    def _store(self, slot: Slot) -> Store[Any]:
        if slot.kind is Kind.POD:
            return self.cleanups if slot.cleanup else self.pods
        return self.volumes if slot.kind is Kind.VOLUME else self.bots

    def _put_bot(self, key: Key, bot: Bot) -> set[Key]:
        before = self.bots.put(key, bot)
        if before is bot:
            return set()
        return {key} | self._index_holders(before, bot) | self._index_owner(before, bot)

    def _index_owner(self, before: Bot | None, after: Bot | None) -> set[Key]:
        """Note who owns the bot. When it goes, return the owner's bots that wait for its place."""
        if after is not None and after.owner_id is not None and after.deleting is None:
            self._owned.setdefault(after.owner_id, set()).add(after.key)
            return set()
        if before is None or before.owner_id is None or before.key not in self._owned.get(before.owner_id, ()):
            return set()

        keys = self._owned[before.owner_id]
        keys.discard(before.key)
        if not keys:
            del self._owned[before.owner_id]
        others = (self.bots.get(key) for key in keys)
        return {other.key for other in others if other is not None and other.reason == "QuotaExceeded"}

    def _index_holders(self, before: Bot | None, after: Bot | None) -> set[Key]:
        """Note which Telegram bot the resource holds. Returns the other holders of what it lost or gained."""
        old, new = _holds(before), _holds(after)
        touched: set[Key] = set()

        for hold in old - new:
            holders = self._holders[hold]
            holders.discard(before.key if before else Key("", ""))
            touched |= holders
            if not holders:
                del self._holders[hold]

        for hold in new - old:
            holders = self._holders.setdefault(hold, set())
            touched |= holders
            holders.add(after.key if after else Key("", ""))
        return touched


def _holds(bot: Bot | None) -> set[SecretKey | int]:
    """What stands for the Telegram bot that the resource holds: its token's place, and its id once it is known."""
    return set() if bot is None else {hold for hold in (bot.token, bot.bot_id) if hold is not None}


def _name_for(other: Bot, bot: Bot) -> str:
    """How a message about `bot` names `other`: with the namespace only where it differs."""
    return other.key.name if other.key.namespace == bot.key.namespace else str(other.key)


def slot_of(kind: Kind, metadata: Raw) -> Slot | None:
    """Where the object with this metadata belongs; None when its name is none of a bot's."""
    namespace, name = metadata.get("namespace", ""), metadata["name"]
    if kind is Kind.BOT:
        return Slot(kind, Key(namespace, name))
    if kind is Kind.POD and name.startswith(CLEANUP_PREFIX):
        return Slot(kind, Key(namespace, name.removeprefix(CLEANUP_PREFIX)), cleanup=True)
    bot = names.bot_name(name)
    return Slot(kind, Key(namespace, bot)) if bot else None

"""What the watches have shown: the bots, and the pods and volumes that are called as theirs are.

It holds facts only, and forgets what is deleted. An older version of an object never replaces a newer one, so the
answers to our own writes go in too: the next decision sees what the last one did, before the watch tells of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from personalbots_api import names
from personalbots_operator.cache.observed import Bot, Key, Pod, SecretKey, Volume, newer
from personalbots_operator.decision import build
from personalbots_operator.kube.client import Kind

Raw = dict[str, Any]
Seen = TypeVar("Seen", Bot, Pod, Volume)

SELECTOR: Final = names.BOT_LABEL
"""The label selector of pods and volumes that concern us: any value of this label."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where an object belongs: which bot's, and as what."""

    kind: Kind
    key: Key
    cleanup: bool = False


class Shelf(Generic[Seen]):
    """The newest version of each object of one kind."""

    def __init__(self) -> None:
        self._items: dict[Key, Seen] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Seen]:
        return iter(self._items.values())

    def get(self, key: Key) -> Seen | None:
        return self._items.get(key)

    def items(self) -> Iterable[tuple[Key, Seen]]:
        return self._items.items()

    def put(self, key: Key, seen: Seen) -> Seen | None:
        """Keep `seen`, unless a newer version is there; the version before, or `seen` itself when it is no news."""
        there = self._items.get(key)
        if there is not None and not newer(seen.resource_version, there.resource_version):
            return seen
        self._items[key] = seen
        return there

    def drop(self, key: Key, uid: str) -> Seen | None:
        """Forget the object if it still is the one with this UID."""
        there = self._items.get(key)
        return self._items.pop(key) if there is not None and there.uid == uid else None


class View:
    """Everything that is known of the cluster."""

    def __init__(self) -> None:
        self.bots: Shelf[Bot] = Shelf()
        self.pods: Shelf[Pod] = Shelf()
        self.cleanups: Shelf[Pod] = Shelf()
        self.volumes: Shelf[Volume] = Shelf()
        self._holders: dict[SecretKey | int, set[Key]] = {}
        self._owned: dict[int, set[Key]] = {}

    @property
    def size(self) -> int:
        """How many objects are known."""
        return len(self.bots) + len(self.pods) + len(self.cleanups) + len(self.volumes)

    def see(self, kind: Kind, raw: Raw, *, deleted: bool = False) -> set[Key]:
        """Take in an object as the API server showed it; the bots that are to be looked at again."""
        slot = place(kind, raw["metadata"])
        if slot is None:
            return set()
        if kind is Kind.BOT:
            return self._see_bot(slot.key, raw, deleted=deleted)
        if deleted:
            self.lost(slot, raw["metadata"]["uid"])
            return {slot.key}
        if kind is Kind.VOLUME:
            volume = Volume.from_raw(raw)
            return {slot.key} if self.volumes.put(slot.key, volume) is not volume else set()
        pod = Pod.from_raw(raw)
        pods = self.cleanups if slot.cleanup else self.pods
        return {slot.key} if pods.put(slot.key, pod) is not pod else set()

    def lost(self, slot: Slot, uid: str) -> set[Key]:
        """Forget an object that is no longer there; the bots that are to be looked at again."""
        if slot.kind is Kind.BOT:
            bot = self.bots.drop(slot.key, uid)
            return {slot.key} | self._index(bot, None) | self._own(bot, None) if bot else set()
        shelf = self._shelf(slot)
        return {slot.key} if shelf.drop(slot.key, uid) else set()

    def versions(self, kind: Kind) -> dict[str, tuple[Slot, str]]:
        """Of each object of a kind, by UID: where it belongs, and its resourceVersion."""
        slots = [Slot(kind, Key("", "")), *([Slot(kind, Key("", ""), cleanup=True)] if kind is Kind.POD else [])]
        return {
            seen.uid: (Slot(kind, key, slot.cleanup), seen.resource_version)
            for slot in slots
            for key, seen in self._shelf(slot).items()
        }

    def rival(self, bot: Bot) -> str | None:
        """The oldest other resource that holds the same Telegram bot and is older than `bot`."""
        others = (self.bots.get(key) for hold in _holds(bot) for key in self._holders.get(hold, ()) if key != bot.key)
        older = [other for other in others if other is not None and other.older < bot.older]
        return _called(min(older, key=lambda other: other.older), bot) if older else None

    def owner(self, key: Key) -> int | None:
        """Whose bot it is, by Telegram user id; None when that is not known."""
        bot = self.bots.get(key)
        return bot.owner_id if bot else None

    def lacks_pod(self, key: Key) -> bool:
        """Whether there is a bot without a pod: somebody waits for it."""
        return self.pods.get(key) is None and self.bots.get(key) is not None

    def older_bots(self, bot: Bot) -> int:
        """How many bots the owner has that are older than `bot` and stay."""
        keys = self._owned.get(bot.owner_id, ()) if bot.owner_id is not None else ()
        others = (self.bots.get(key) for key in keys if key != bot.key)
        return sum(other is not None and other.older < bot.older for other in others)

    def _shelf(self, slot: Slot) -> Shelf[Any]:
        if slot.kind is Kind.POD:
            return self.cleanups if slot.cleanup else self.pods
        return self.volumes if slot.kind is Kind.VOLUME else self.bots

    def _see_bot(self, key: Key, raw: Raw, *, deleted: bool) -> set[Key]:
        if deleted:
            return self.lost(Slot(Kind.BOT, key), raw["metadata"]["uid"])
        bot = Bot.from_raw(raw)
        before = self.bots.put(key, bot)
        return set() if before is bot else {key} | self._index(before, bot) | self._own(before, bot)

    def _own(self, before: Bot | None, after: Bot | None) -> set[Key]:
        """Note whose bot it is; when it goes, the owner's bots that wait for its place."""
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

    def _index(self, before: Bot | None, after: Bot | None) -> set[Key]:
        """Note who holds which bot; the other holders of what changed hands."""
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
    return set() if bot is None else {hold for hold in (bot.token, bot.bot_id) if hold is not None}


def _called(other: Bot, bot: Bot) -> str:
    return other.key.name if other.key.namespace == bot.key.namespace else str(other.key)


def place(kind: Kind, metadata: Raw) -> Slot | None:
    """Where the object with this metadata belongs; None when it is not called as a bot's is."""
    namespace, name = metadata.get("namespace", ""), metadata["name"]
    if kind is Kind.BOT:
        return Slot(kind, Key(namespace, name))
    if kind is Kind.POD and name.startswith(build.CLEANUP_PREFIX):
        return Slot(kind, Key(namespace, name.removeprefix(build.CLEANUP_PREFIX)), cleanup=True)
    bot = names.bot_name(name)
    return Slot(kind, Key(namespace, bot)) if bot else None

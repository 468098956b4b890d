# ruff: noqa: ANN401 - what varies a JSON object is any

from collections.abc import Callable
from typing import Any

from personalbots_operator.cache.bot import Key
from personalbots_operator.cache.cache import Cache, Slot
from personalbots_operator.kube.client import Kind

Make = Callable[..., dict[str, Any]]
ANNA, BOB = Key("bots", "anna"), Key("bots", "bob")


def named(raw: Make, name: str, **change: Any) -> dict[str, Any]:
    metadata = {"name": name, "uid": f"{name}-uid", **change.pop("metadata", {})}
    return raw(metadata=metadata, **change)


def test_an_older_version_never_replaces_a_newer_one(raw_bot: Make) -> None:
    cache = Cache()
    assert cache.put(Kind.BOT, raw_bot(metadata={"resourceVersion": "1000"})) == {ANNA}
    assert cache.put(Kind.BOT, raw_bot(metadata={"resourceVersion": "999"}, spec={"state": "Stopped"})) == set()
    bot = cache.bots.get(ANNA)
    assert bot is not None
    assert bot.resource_version == "1000"


def test_a_deletion_of_an_earlier_object_does_not_drop_the_later_one(raw_pod: Make) -> None:
    cache = Cache()
    cache.put(Kind.POD, raw_pod(metadata={"uid": "new", "resourceVersion": "300"}))
    cache.put(Kind.POD, raw_pod(metadata={"uid": "old", "resourceVersion": "250"}), deleted=True)
    assert cache.pods.get(ANNA) is not None
    cache.put(Kind.POD, raw_pod(metadata={"uid": "new", "resourceVersion": "301"}), deleted=True)
    assert cache.pods.get(ANNA) is None


def test_objects_without_the_name_of_a_bots_are_not_kept(raw_pod: Make) -> None:
    cache = Cache()
    assert cache.put(Kind.POD, raw_pod(metadata={"name": "web-1"})) == set()
    assert len(cache.pods) == 0


def test_the_pod_that_cleans_up_is_not_the_bots_pod(raw_pod: Make) -> None:
    cache = Cache()
    assert cache.put(Kind.POD, raw_pod(metadata={"name": "drop-anna"})) == {ANNA}
    assert cache.pods.get(ANNA) is None
    assert cache.cleanups.get(ANNA) is not None
    assert cache.versions(Kind.POD) == {"pod-uid": (Slot(Kind.POD, ANNA, cleanup=True), "200")}


def test_the_older_of_two_with_one_secret_is_the_rival_of_the_newer_until_it_is_deleted(raw_bot: Make) -> None:
    cache = Cache()
    cache.put(Kind.BOT, raw_bot())
    later = named(raw_bot, "bob", metadata={"creationTimestamp": "2027-01-15T08:00:00Z"})
    assert cache.put(Kind.BOT, later) == {ANNA, BOB}
    anna, bob = cache.bots.get(ANNA), cache.bots.get(BOB)
    assert anna is not None
    assert bob is not None
    assert (cache.rival(anna), cache.rival(bob)) == (None, "anna")
    assert cache.put(Kind.BOT, raw_bot(), deleted=True) == {ANNA, BOB}
    assert cache.rival(bob) is None


def test_two_secrets_with_one_bot_are_recognised_by_its_telegram_id_even_across_namespaces(raw_bot: Make) -> None:
    cache = Cache()
    status = {"bot": {"id": 7}}
    cache.put(Kind.BOT, raw_bot(status=status))
    other = raw_bot(
        metadata={"namespace": "team", "uid": "zzz", "creationTimestamp": "2027-01-15T08:00:00Z"}, status=status
    )
    cache.put(Kind.BOT, other)
    bot = cache.bots.get(Key("team", "anna"))
    assert bot is not None
    assert cache.rival(bot) == "bots/anna"


def test_nothing_is_kept_of_deleted_objects(raw_bot: Make, raw_pod: Make) -> None:
    cache = Cache()
    cache.put(Kind.BOT, raw_bot(status={"bot": {"id": 7}}))
    cache.put(Kind.POD, raw_pod())
    cache.put(Kind.BOT, raw_bot(), deleted=True)
    cache.put(Kind.POD, raw_pod(), deleted=True)
    assert (len(cache.bots), len(cache.pods), cache._holders, cache._owned) == (0, 0, {}, {})  # noqa: SLF001 - that is the promise


def test_an_owners_older_bots_are_counted_and_those_that_wait_for_their_place_are_reconciled(raw_bot: Make) -> None:
    cache = Cache()
    waiting = {"conditions": [{"type": "Ready", "status": "False", "reason": "QuotaExceeded"}]}
    own = {"telegram": {"tokenSecretRef": {"name": "own"}}}
    later = named(raw_bot, "bob", metadata={"creationTimestamp": "2027-01-15T08:00:00Z"}, spec=own, status=waiting)
    cache.put(Kind.BOT, raw_bot())
    assert cache.put(Kind.BOT, later) == {BOB}
    anna, bob = cache.bots.get(ANNA), cache.bots.get(BOB)
    assert anna is not None
    assert bob is not None
    assert (cache.older_bots(anna), cache.older_bots(bob)) == (0, 1)
    going = raw_bot(metadata={"deletionTimestamp": "2027-01-15T08:01:00Z", "resourceVersion": "900"})
    assert cache.put(Kind.BOT, going) == {ANNA, BOB}
    assert cache.older_bots(bob) == 0

"""The rules of retries and of connections, as tables."""

import pytest

from standins.telegram.update_queue import UpdateQueue, queue_of
from standins.telegram.webhook.connections import Connections
from standins.telegram.webhook.deliveries import Deliveries, Delivery

NOW = 1_800_000_000.0


def message(chat: int, text: str = "x") -> dict[str, object]:
    return {"chat": {"id": chat}, "text": text}


def loaded(*chats: int, most: int = 100) -> Deliveries:
    updates = UpdateQueue()
    for chat in chats:
        updates.add("message", message(chat), now=NOW)

    deliveries = Deliveries(most=most, longest_delay=lambda: 60)
    deliveries.load(updates, now=NOW)
    return deliveries


def take(deliveries: Deliveries, now: float = NOW) -> Delivery:
    delivery = deliveries.take(now=now)
    assert delivery
    return delivery


@pytest.mark.parametrize(
    ("retry_after", "waits"),
    [
        ((0,) * 9, (0, 2, 4, 8, 16, 32, 60, 60, 60)),
        ((7,) * 4, (7, 7, 7, 7)),
        ((4000, -1), (3600, 2)),
        ((0, 5, 0, 0), (0, 5, 2, 4)),  # Retry-After does not count as a step of the backoff
    ],
)
def test_a_failed_update_waits_as_telegram_makes_it_wait(
    retry_after: tuple[int, ...], waits: tuple[float, ...]
) -> None:
    deliveries, now = loaded(1), NOW
    seen = []
    for asked in retry_after:
        delivery = take(deliveries, now)
        assert deliveries.failed(delivery, now=now, retry_after=asked)
        due = deliveries.next_due()
        assert due is not None
        seen.append(due - now)
        now = due

    assert tuple(seen) == waits


def test_an_update_that_would_be_too_old_at_the_next_attempt_is_given_up() -> None:
    deliveries = loaded(1)
    delivery = take(deliveries)
    assert not deliveries.failed(delivery, now=NOW + 86_400 - 10, retry_after=11)
    assert deliveries.failed(delivery, now=NOW + 86_400 - 10, retry_after=10)


def test_a_chat_waits_for_its_first_update_and_the_others_do_not() -> None:
    deliveries = loaded(1, 1, 2)
    first, other = take(deliveries), take(deliveries)
    assert [first.update.queue, other.update.queue] == [1, 2]
    assert deliveries.take(now=NOW) is None

    deliveries.failed(first, now=NOW, retry_after=30)
    deliveries.done(other)
    assert deliveries.take(now=NOW + 29) is None
    assert take(deliveries, NOW + 30) is first

    deliveries.done(first)
    assert take(deliveries, NOW + 30).update.id == 2


def test_no_more_updates_are_taken_than_there_is_room_for() -> None:
    deliveries = loaded(1, 2, 3, most=2)
    assert deliveries.chats == 2


@pytest.mark.parametrize(
    ("kind", "content", "queue"),
    [
        ("message", {"chat": {"id": -7}}, -7),
        ("edited_message", {"chat": {"id": 7}}, 7),
        ("callback_query", {"from": {"id": 7}, "message": {"chat": {"id": 9}}}, 7 + (3 << 33)),
        ("my_chat_member", {"chat": {"id": 7}}, 7 + (5 << 33)),
        ("managed_bot", {"user": {"id": 7}}, 7 + (13 << 33)),
    ],
)
def test_updates_are_in_order_within_their_queue(kind: str, content: dict[str, object], queue: int) -> None:
    assert queue_of(kind, content) == queue


def test_pressed_buttons_are_forgotten_sooner_than_messages() -> None:
    updates = UpdateQueue()
    updates.add("callback_query", {"from": {"id": 7}}, now=NOW)
    updates.add("message", message(7), now=NOW)
    updates.forget_old(NOW + 151)
    assert [update.kind for update in updates] == ["message"]


def test_a_webhook_that_never_answered_well_gets_one_connection_and_then_as_many_as_it_may_have() -> None:
    connections = Connections(most=3)
    assert connections.take(now=NOW, chats=5)
    assert not connections.take(now=NOW, chats=5)
    assert connections.free_at(now=NOW, chats=5) is None, "only the end of the request frees one"

    connections.give_back(now=NOW, succeeded=True, keep=True)
    assert [connections.take(now=NOW, chats=5) for _ in range(4)] == [True, True, True, False]


def test_new_connections_to_a_webhook_that_fails_are_two_seconds_apart() -> None:
    connections = Connections(most=3)
    assert connections.take(now=NOW, chats=1)
    connections.give_back(now=NOW, succeeded=False, keep=False)
    assert not connections.take(now=NOW + 1.9, chats=1)
    assert connections.free_at(now=NOW + 1.9, chats=1) == NOW + 2
    assert connections.take(now=NOW + 2, chats=1)


def test_an_open_connection_is_used_again_for_a_minute() -> None:
    connections = Connections(most=3)
    assert connections.take(now=NOW, chats=1)
    connections.give_back(now=NOW, succeeded=False, keep=True)
    assert connections.take(now=NOW + 0.1, chats=1)

    connections.give_back(now=NOW + 0.1, succeeded=False, keep=True)
    assert connections.free_at(now=NOW + 50, chats=1) is None
    assert connections.take(now=NOW + 61, chats=1), "a new one"

"""Updates are got one poller at a time, and none is lost."""

import pytest
from aiogram.exceptions import ClientDecodeError, TelegramConflictError, TelegramNetworkError
from aiogram.methods import GetUpdates

from master_bot.telegram.polling import _pause, _readable
from support.master_world import Talk, World


def test_a_second_poller_is_waited_out_and_a_passing_fault_is_not() -> None:
    get = GetUpdates()
    conflict = TelegramConflictError(method=get, message="Conflict: terminated by other getUpdates request")
    passing = TelegramNetworkError(method=get, message="reset")
    assert [_pause(conflict, failures) for failures in range(6)] == [5, 10, 15, 30, 30, 30]
    assert [_pause(passing, failures) for failures in range(4)] == [1, 1, 5, 10]


async def test_an_update_that_cannot_be_read_does_not_block_the_others(world: World) -> None:
    user = {"id": 1, "is_bot": False, "first_name": "A"}
    message = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "from": user, "text": "hi"}
    data = {"ok": True, "result": [{"update_id": 1, "message": {"text": 5}}, {"update_id": 2, "message": message}]}
    first, second = _readable(ClientDecodeError("no", ValueError(), data), world.app.clients.telegram)
    assert (first.update_id, first.message) == (1, None)
    assert second.message is not None
    with pytest.raises(ClientDecodeError):
        _readable(ClientDecodeError("no", ValueError(), "<html>"), world.app.clients.telegram)


async def test_a_conflict_is_not_ready_and_passes(world: World, anna: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("master_bot.telegram.polling._PAUSES", (0.1,))
    await world.telegram.client.fault(method="getUpdates", code=409, times=3)
    await anna.say("/help", "I make bots")
    assert world.app.unready() == ""
    monkeypatch.setattr("master_bot.app._POLL_OVERDUE", 0)
    assert world.app.unready() == "getUpdates has not come back lately"

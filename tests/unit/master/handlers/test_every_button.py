"""Every button that people can come to does something and none fails: found by pressing all of them."""

from collections import deque
from collections.abc import Awaitable, Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

from master_bot.kubernetes.personal_bots import parse_bot
from master_bot.views.keyboards import Act
from standins.telegram import Message
from support.master_world import KEY, SIZES, Talk, World, make_bot_here, make_managed_bot, make_world
from support.memory_cluster import MemoryCluster

Root = Callable[[], Awaitable[Message]]
Path = tuple[str, ...]
"""The labels of the buttons to press one after the other, from a root on."""


def buttons(message: Message) -> dict[str, str]:
    """What each button under a message carries, by what stands on it; links carry nothing."""
    rows: list[list[dict[str, Any]]] = message.raw.get("reply_markup", {}).get("inline_keyboard", [])
    return {button["text"]: button["callback_data"] for row in rows for button in row if "callback_data" in button}


def kind(data: str) -> str:
    """What the button does, whichever bot it does it with."""
    return ":".join(data.split(":")[: {"b": 2, "o": 3}.get(data[0])])


async def press(talk: Talk, message: Message, label: str) -> list[Message]:
    """Press it, and give all that is in the chat when the bot has done what it does; the newest comes first."""
    before = (await talk.person.view(talk.with_))["seq"]
    answer = await talk.person.press(message, label, answer_within=5)
    assert not (answer or {}).get("show_alert"), f"{label}: {answer}"
    view = await talk.person.view(talk.with_, after=before, timeout=8)
    assert view["seq"] > before or label == "🔄 Refresh", f"nothing happens: {label}"
    while (later := await talk.person.view(talk.with_, after=view["seq"], timeout=0.2))["seq"] > view["seq"]:
        view = later
    shown = [found for found in await talk.person.messages(talk.with_) if found.from_bot]
    assert not [found.text for found in shown if "this number" in found.text], f"{label} fails"
    return sorted(shown, key=lambda found: (found.raw.get("edit_date", found.raw["date"]), found.id), reverse=True)


async def roots(world: World, anna: Talk, own: str, others: list[str]) -> list[Root]:
    """Where people find their first buttons: what commands answer, the last step of making a bot, and news."""

    async def last_step() -> Message:
        new = await world.telegram.client.make_bot(f"new{len(world.telegram.world.bots)}_bot")
        await anna.say("/start", "Step 1")
        await anna.say(new.token, "Step 2")
        return await anna.say(KEY, "Step 3")

    async def news() -> Message:
        return next(m for m in await anna.person.messages(anna.with_) if "📈 More memory" in buttons(m))

    def answer(command: str) -> Root:
        return lambda: anna.say(command, "")

    of_each = [f"/{command} {name}" for command in ("status", "settings") for name in (own, *others)]
    commands = ["/bots", "/stop", f"/debug {own}", *of_each]
    return [*map(answer, commands), last_step, news]


async def test_every_button_does_something_and_none_fails(cluster: MemoryCluster) -> None:
    async with make_world(
        cluster, can_manage_bots=True, sizes=SIZES, llm_models=("gpt-5",), requests_per_half_minute=100_000
    ) as world:
        await world.start()
        anna = await world.join()
        _, own = await make_bot_here(world, anna)
        number, _ = await make_managed_bot(anna)
        await anna.create("is on its way")
        cluster.come_up(f"bot-{number}")
        cluster.put("asleep", anna.id, state="Stopped")
        cluster.bots["asleep"]["metadata"]["annotations"] = {"personalbots.io/muted": "true"}
        for other in range(10):
            cluster.put(f"other-{other}", anna.id)
        cluster.logs[own, False] = cluster.logs[own, True] = '{"message": "polling"}'
        cluster.bots[own]["spec"]["access"] = {"mode": "AllowList", "allowedUserIds": [4711]}
        cluster.report(own, identity=(1, "anna_docs_bot"), Ready=("False", "OutOfMemory", "ended"))
        await world.until(lambda: "OutOfMemory" in str(world.app.services.notifications._observed))  # noqa: SLF001
        world.passed += timedelta(seconds=30)
        await anna.hear("needed more memory", "💡")
        before = deepcopy(cluster.bots)

        done: set[str] = set()
        waiting: deque[tuple[Root, Path, str]] = deque()
        for root in await roots(world, anna, own, [f"bot-{number}", "asleep"]):
            waiting.extend((root, (label,), kind(data)) for label, data in buttons(await root()).items())
        while waiting:
            root, path, does = waiting.popleft()
            if does in done:
                continue
            done.add(does)
            cluster.restore(before)
            await world.until(lambda: world.app.clients.cache.get(own) == parse_bot(cluster.bots[own]))
            shown = [await root()]
            for label in path:
                with_it = [found for found in shown if label in buttons(found)]
                assert with_it, f"{path}: no {label} under {[found.text for found in shown[:2]]}"
                shown = await press(anna, with_it[0], label)
            for found in shown[:2]:
                waiting.extend((root, (*path, label), kind(data)) for label, data in buttons(found).items())
        assert {act.name for act in Act if f"b:{act}" not in done} == set()

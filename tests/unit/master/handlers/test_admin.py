"""Running it for many: what administrators see and do, and what they have limited."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiogram.types import BotCommandScopeChat, CallbackQuery, Chat, Message, Update, User

from master_bot.handlers.admin import SendButton
from master_bot.kubernetes.objects import Node
from master_bot.services.invitations import invitation, is_valid
from support.master_world import WORKS, Talk, make_world, until_known
from support.memory_cluster import MemoryCluster

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def root(cluster: MemoryCluster) -> AsyncIterator[Talk]:
    """An administrator, in a world where more is limited than by default."""
    async with make_world(cluster) as world:
        talk = await world.join("Root")
        world.settings = replace(world.settings, admin_ids=frozenset({talk.id}), bots_per_owner=1, invitations="code")
        await world.start()
        yield talk


def node(name: str, *, closed: bool = False, **conditions: tuple[str, str]) -> Node:
    """As the API server has it."""
    told = {"Ready": ("True", "kubelet is posting ready status"), "MemoryPressure": ("False", ""), **conditions}
    return Node.from_raw(
        {
            "metadata": {"name": name},
            "spec": {"unschedulable": True} if closed else {},
            "status": {
                "conditions": [
                    {"type": kind, "status": status, "message": said} for kind, (status, said) in told.items()
                ]
            },
        }
    )


async def test_five_hundred_bots_are_told_at_a_glance_and_found(root: Talk, cluster: MemoryCluster) -> None:
    for number in range(500):
        name = f"bot-{10_000 + number}"
        cluster.put(name, 700_000 + number // 2)
        refused = number % 50 == 0
        cluster.report(
            name,
            identity=(10_000 + number, f"person{number}_bot"),
            Ready=("False", "TokenRefused", "") if refused else WORKS,
        )
    cluster.bots["bot-10007"]["status"]["restarts"] = 12
    cluster.report("bot-10007", identity=(10_007, "person7_bot"), Ready=WORKS)
    await until_known(root.world, "bot-10499")
    await root.world.until(lambda: (bot := root.world.app.clients.cache.get("bot-10007")) and bot.status.restarts == 12)
    told = await root.say("/admin", "All bots: 500, of 250 people", "🟢 490 × works")
    assert "🔴 10 × Telegram refuses the token" in told.text
    assert "@person7_bot: 12 (owner 700003)" in told.text
    found = await root.say("/find person49", "Found: 11", "@person49_bot", "@person499_bot")
    assert len(found.buttons) == 11
    by_owner = await root.say("/find 700003", "Found: 2", "@person6_bot", "@person7_bot")
    await root.press(by_owner, "@person7_bot")
    await root.hear("@person7_bot – works")
    await root.say("/stop @person7_bot", "is being stopped")
    assert cluster.bots["bot-10007"]["spec"]["state"] == "Stopped"
    await root.say("/find nobody-at-all", "no bot like that")
    await root.say("/bots", "All bots (500)")


async def test_health_says_what_answers(root: Talk, cluster: MemoryCluster) -> None:
    told = await root.say("/health", "🟢 Telegram", "🟢 Kubernetes", "🟢 AI service", "🟢 operator")
    assert "🔴" not in told.text
    cluster.put("one", 7)
    await root.world.until(lambda: root.world.app.clients.cache.get("one"))
    root.world.passed += timedelta(minutes=2)
    await root.say("/health", "🔴 operator: not looked after: 1")
    root.world.settings = replace(root.world.settings, llm_base_url="http://127.0.0.1:9/v1")
    await root.world.stop()
    await root.world.start()
    await root.say("/health", "🔴 AI service: does not answer")


async def test_health_says_which_nodes_are_not_ready_and_why(root: Talk, cluster: MemoryCluster) -> None:
    unseen = await root.say("/health", "⚪️ servers: I may not look")
    assert "value masterBot.seesNodes: true allows it" in unseen.text  # as code, not with its tags
    cluster.nodes_there = [node("n1"), node("n2")]
    await root.say("/health", "🟢 servers: 2 of 2 ready")
    cluster.nodes_there = [node("n1"), node("n2", closed=True)]
    closed = await root.say("/health", "🟡 servers: 2 of 2 ready", "n2 takes no new bots")
    assert "kubectl uncordon n2" in closed.text
    cluster.nodes_there = [
        node("n1", Ready=("False", "container runtime is down.")),
        node("n2", Ready=("Unknown", "Kubelet stopped posting node status."), MemoryPressure=("Unknown", "")),
        node("n3", MemoryPressure=("True", "")),
        node("n4", DiskPressure=("True", ""), closed=True),
    ]
    told = await root.say("/health", "🔴 servers: 2 of 4 ready")
    assert told.text.partition("ready\n")[2].splitlines() == [
        "• n1 is not ready (NotReady): container runtime is down.",
        "• n2 has not reported for a while: it is off, or cut off from the network.",
        "• n3 is short of memory (MemoryPressure); bots may be moved away from it.",
        "• n4 is short of disk space (DiskPressure); bots may be moved away from it.",
        "• n4 takes no new bots until somebody opens it: kubectl uncordon n4.",
    ]


async def test_for_everybody_else_these_commands_do_not_exist(root: Talk) -> None:
    anna = await root.world.join()
    for command in ("admin", "find x", "health", "invite", "broadcast hello"):
        await anna.say(f"/{command}", "I did not understand")
    user = User(id=anna.id, is_bot=False, first_name="Anna", language_code="en")
    message = Message(message_id=1, date=root.world.now(), chat=Chat(id=anna.id, type="private"), text="x")
    query = CallbackQuery(id="1", from_user=user, chat_instance="1", message=message, data=SendButton().pack())
    app = root.world.app
    await app.dispatcher.feed_update(app.clients.telegram, Update(update_id=1, callback_query=query))


async def test_a_broadcast_reaches_every_owner_once_in_their_language(root: Talk, cluster: MemoryCluster) -> None:
    anna, boris = await root.world.join(), await root.world.join("Борис", "ru")
    for talk in (anna, boris):
        await talk.say("/help")
    for name, owner in (("one", anna.id), ("two", anna.id), ("three", boris.id), ("four", 4711)):
        cluster.put(name, owner)
    cluster.bots["three"]["metadata"]["annotations"] = {"personalbots.io/language": "ru"}
    cluster.report("three", Ready=WORKS)
    await root.world.until(lambda: (bot := root.world.app.clients.cache.get("three")) and bot.metadata.annotations)
    asked = await root.say("/broadcast We update <b> tonight.", "Send this to 3 people?", "We update <b> tonight.")
    assert not [m for m in await anna.person.messages(anna.with_) if "We update" in m.text]
    await root.press(asked, "📣 Send it")
    await root.hear("Sent to 2 of 3 people; 1 cannot be reached")
    await boris.hear("От администратора", "We update <b> tonight.")
    heard = [m for m in await anna.person.messages(anna.with_) if "We update <b> tonight." in m.text]
    assert len(heard) == 1


async def test_a_broadcast_can_be_written_after_the_command_and_dropped(root: Talk, cluster: MemoryCluster) -> None:
    anna = await root.world.join()
    await anna.say("/help")
    cluster.put("one", anna.id)
    await root.world.until(lambda: root.world.app.clients.cache.get("one"))
    await root.say("/broadcast", "What shall I send")
    asked = await root.say("We update tonight.", "Send this to 1 people?")
    await root.press(asked, "Cancel")
    dropped = await root.hear("I sent nothing")
    assert (dropped.id, dropped.buttons) == (asked.id, ())
    assert not [m for m in await anna.person.messages(anna.with_) if "We update" in m.text]
    assert not cluster.kept
    await root.say("/broadcast", "What shall I send")
    await root.say("/cancel", "I dropped it")
    await root.say("We update tonight.", "I did not understand")


async def test_an_administrator_finds_the_commands_in_help_start_and_menu_and_nobody_else_does(root: Talk) -> None:
    anna = await root.world.join()
    assert "/broadcast" in (await root.say("/help", "I make bots")).text
    assert "/broadcast" not in (await anna.say("/help", "I make bots")).text
    await root.say("/start", "/admin shows all bots")
    await root.world.app._set_menus()  # noqa: SLF001 - Telegram knows the chat only now
    menus = {}
    for who in (root, anna):
        scope = BotCommandScopeChat(chat_id=who.id)
        menus[who.id] = [entry.command for entry in await root.world.app.clients.telegram.get_my_commands(scope)]
    assert {"start", "admin", "broadcast"} <= set(menus[root.id])
    assert not menus[anna.id]


async def test_who_was_not_invited_gets_no_bot_and_who_was_gets_as_many_as_allowed(
    root: Talk, cluster: MemoryCluster
) -> None:
    anna = await root.world.join()
    await anna.say("/start", "by invitation only")
    await anna.say("/start abc", "no longer valid")
    link = (await root.say("/invite", "https://t.me/master_bot?start=")).text
    code = link.partition("start=")[2].split()[0]
    await anna.say(f"/start {code}", "Step 1 of 3")
    new = await root.world.telegram.client.make_bot("anna_docs_bot")
    await anna.say(new.token, "Step 2 of 3")
    await anna.create("is on its way")
    await anna.say(f"/start {code}", "as many bots as are allowed here: 1")
    assert len(cluster.bots) == 1
    await root.say("/start", "Step 1 of 3")


@pytest.mark.parametrize("invitations", ["open", "closed"])
async def test_where_nobody_is_invited_everybody_or_nobody_gets_a_bot(cluster: MemoryCluster, invitations: str) -> None:
    async with make_world(cluster, invitations=invitations) as world:
        anna, root = await world.join(), await world.join("Root")
        world.settings = replace(world.settings, admin_ids=frozenset({root.id}))
        await world.start()
        code = invitation(world.master.token, world.now())
        is_open = invitations == "open"
        for start in ("/start", f"/start {code}"):
            await anna.say(start, "Step 1" if is_open else "No new bots can be made here at the moment")
        await root.say("/invite", "no invitation is needed" if is_open else "switched off")
        await root.say("/start", "Step 1")


async def test_one_tap_gives_no_bot_to_who_was_not_invited_or_has_enough(cluster: MemoryCluster) -> None:
    async with make_world(cluster, can_manage_bots=True, invitations="code", bots_per_owner=1) as world:
        await world.start()
        anna, boris = await world.join(), await world.join("Boris")
        await anna.say("/start", "by invitation only")
        before = await anna.say("/help", "I make bots")
        await anna.person.make_managed_bot("master_bot", "annas_own_bot")
        await anna.hear("by invitation only", after=before)
        cluster.put("one", boris.id)
        await world.until(lambda: world.app.clients.cache.get("one"))
        await boris.say("/help", "I make bots")
        await boris.person.make_managed_bot("master_bot", "another_of_his_bot")
        await boris.hear("as many bots as are allowed here: 1")
        assert (list(cluster.bots), cluster.secrets) == (["one"], {})


def test_an_invitation_cannot_be_made_up_and_ends() -> None:
    code = invitation("secret", NOW)
    assert len(code) <= 64
    assert is_valid("secret", code, NOW + timedelta(days=6))
    assert not is_valid("secret", code, NOW + timedelta(days=8))
    assert not is_valid("another", code, NOW)
    until, _, signed = code.partition("-")
    for forged in (f"{int(until, 16) + 9:x}-{signed}", until, f"{until}-", "", "x-y", f"{until}-я"):
        assert not is_valid("secret", forged, NOW)


async def test_one_person_cannot_keep_it_busy_alone(cluster: MemoryCluster) -> None:
    async with make_world(cluster, requests_per_half_minute=5) as world:
        await world.start()
        anna, boris = await world.join(), await world.join("Boris")
        for _ in range(5):
            await anna.say("/help", "I make bots")
        for _ in range(5):
            await anna.say("/help")
        await anna.hear("a bit much at once")
        await boris.say("/help", "I make bots")
        told = [m.text for m in await anna.person.messages(anna.with_) if m.from_bot]
        assert len(told) == 6, "it is said once"


async def test_one_person_may_be_given_another_number_of_bots_for_good(root: Talk, cluster: MemoryCluster) -> None:
    anna = await root.world.join()
    cluster.put("one", anna.id)
    await root.world.until(lambda: root.world.app.clients.cache.get("one"))
    await anna.say("/start", "as many bots as are allowed here")
    await anna.say("/bots", "1 of 1 that you may have")
    await root.say("/quota", "Bots a person may have: 1", "/quota 123456789 5")
    await root.say("/quota anna 5", "lets one person have")
    await root.say(f"/quota {anna.id} 2", f"{anna.id} has 1 bots and may have 2")
    await root.world.stop()
    await root.world.start()
    await root.say("/quota", f"{anna.id}: 2")
    await anna.say("/bots", "1 of 2 that you may have")
    await anna.say("/start", "Step 1 of 3")
    await anna.say("/cancel")
    await root.say(f"/quota {anna.id} -", "may have 1")
    assert cluster.records["quotas"] == {}
    await anna.say("/start", "as many bots as are allowed here")
    await anna.say(f"/quota {anna.id} 9", "I did not understand")


async def test_an_owner_is_told_when_an_administrator_stops_or_deletes_their_bot(
    root: Talk, cluster: MemoryCluster
) -> None:
    boris = await root.world.join("Борис", "ru")
    await boris.say("/help", "Я создаю ботов")
    cluster.put("one", boris.id)
    cluster.bots["one"]["metadata"]["annotations"] = {"personalbots.io/language": "ru"}
    cluster.report("one", Ready=WORKS)
    await root.world.until(lambda: (bot := root.world.app.clients.cache.get("one")) and bot.metadata.annotations)
    await root.say("/stop one", "is being stopped")
    await boris.hear("Администратор остановил one")
    await root.press(await root.say("/delete one", "Delete one?"), "Delete everything")
    await boris.hear("Администратор удаляет one")
    await root.press(await root.hear("will be deleted in a minute"), "↩️ Undo")
    await boris.hear("one всё-таки не удалён")


async def test_a_broadcast_goes_on_after_a_kill_and_nobody_gets_it_twice(root: Talk, cluster: MemoryCluster) -> None:
    world, people = root.world, [await root.world.join(f"Person {number}") for number in range(30)]
    for talk in people:
        await talk.say("/help")
        cluster.put(f"bot-of-{talk.id}", talk.id)
    await world.until(lambda: len(world.app.clients.cache.all()) == 30)
    asked = await root.say("/broadcast Tonight.", "Send this to 30 people?")
    await root.press(asked, "📣 Send it")
    await people[4].hear("Tonight.")
    await world.kill()
    await world.start()
    await root.hear("of 30 people; 0 cannot be reached")
    assert cluster.records["broadcasts"] == {}
    heard = [len([m for m in await talk.person.messages(talk.with_) if "Tonight." in m.text]) for talk in people]
    assert max(heard) == 1
    assert sum(heard) >= 29, "at most the one who was written to in that moment misses it"

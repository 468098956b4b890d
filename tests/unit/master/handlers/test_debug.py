"""What is wrong with a bot, by commands and buttons."""

from datetime import timedelta

from support.master_world import Talk, World
from support.memory_cluster import MemoryCluster
from support.observed_bots import TOKEN


async def test_debug_and_logs_by_command(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    cluster.put("one", anna.id)
    cluster.come_up("one")
    cluster.logs["one", False] = "\n".join(f"line {number} {TOKEN}" for number in range(100))
    await world.until(lambda: world.app.clients.cache.get("one"))
    shown = await anna.say("/logs 3", "Last lines of one")
    assert shown.text.splitlines()[1:] == [f"line {number} 7712345678:***" for number in (97, 98, 99)]
    everything = await anna.say("/debug one", "line 99", "How it is", "Where it runs")
    assert everything.buttons == (("🔄 Refresh", "Logs"), ("📄 As a file",), ("Restart", "Status"))
    await anna.press(everything, "Logs")
    await anna.hear("line 70 ")


async def test_logs_are_searched_sent_as_a_file_and_followed_for_a_minute(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    cluster.put("one", anna.id)
    cluster.come_up("one")
    cluster.logs["one", False] = "\n".join(f"line {number} {TOKEN}" for number in range(100))
    cluster.logs["one", True] = "the end of the run before"
    shown = await anna.say("/logs 3 one", "Last lines of one")
    assert shown.buttons[0] == ("🔄 Refresh", "👀 Follow for a minute")
    await anna.say("/logs one find LINE 42", "Lines of one with «LINE 42»", "line 42 7712345678:***")
    await anna.press(shown, "🔎 Search")
    await anna.hear("What shall I look for")
    await anna.say("line 7", "line 7 ", "line 79 ")
    await anna.say("/logs one find nothing", "There is no «nothing»")
    assert not cluster.kept

    await anna.press(shown, "📄 As a file")
    file = await anna.hear("The log of one, the last 101 lines")
    content = (await anna.person.download(file)).decode()
    assert content.startswith("the end of the run before\nline 0 7712345678:***")
    assert TOKEN not in content

    await anna.press(shown, "👀 Follow for a minute")
    followed = await anna.hear("I show new lines for a minute")
    cluster.logs["one", False] += "\nsomething new"
    assert (await anna.hear("something new")).id == followed.id
    world.passed += timedelta(minutes=1)
    over = await anna.hear("That was a minute")
    assert over.id == followed.id
    assert over.buttons


async def test_everything_about_a_bot_comes_as_a_file_on_a_tap(anna: Talk, cluster: MemoryCluster) -> None:
    cluster.put("one", anna.id)
    cluster.come_up("one")
    cluster.logs["one", False] = "\n".join(f"line {number} <b> & {TOKEN}" for number in range(1000))
    await anna.press(await anna.say("/debug one", "How it is"), "📄 As a file")
    file = await anna.hear("Everything that is known of one")
    content = (await anna.person.download(file)).decode()
    assert "line 0 <b> & 7712345678:***" in content
    assert "line 999 " in content
    assert content.splitlines()[0] == "🟢 one – works"
    assert "Ready=True Polling since" in content

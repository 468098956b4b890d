"""What only a browser shows: the chat page at a phone's width, in Russian, on both ways to a bot and with many bots."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.master_world import KEY, SIZES, WORKS, World, make_world, until_known
from support.memory_cluster import MemoryCluster
from support.messenger import Messenger, messenger

PHONE = (430, 844)
MASTER = "master_bot"
pytestmark = pytest.mark.timeout(300)  # two cores may be busy


@pytest.fixture(scope="module")
def phone() -> Iterator[Messenger]:
    folder = Path(__file__).parents[4] / "artifacts" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with messenger(folder) as found:
        found.resize(*PHONE)
        yield found


async def by_hand(act: Callable[..., None], *arguments: object) -> None:
    """Have the browser do something, while the master bot goes on in this process."""
    await asyncio.to_thread(act, *arguments)


def key_and_choices(phone: Messenger) -> None:
    phone.reads("Шаг 2 из 3")
    phone.write("sk-refused-by-the-service")
    phone.reads("не принимает этот ключ")
    phone.write(KEY)
    phone.reads("Шаг 3 из 3", "Всё так?")
    phone.picture("30-choices-ru")
    phone.press("Создать бота")
    phone.reads("уже в пути")
    phone.picture("31-on-its-way-ru")
    assert not [text for text in phone.texts(mine=True) if "sk-" in text]


async def test_one_tap_in_russian_gives_a_bot(cluster: MemoryCluster, phone: Messenger) -> None:
    def order(world: World) -> None:
        phone.join(world.telegram.url, "Анна", language="ru")
        phone.open(MASTER)
        phone.start()
        phone.reads("Шаг 1 из 3", "Нажмите кнопку")
        phone.press("Создать моего бота")
        phone.confirm()
        key_and_choices(phone)

    async with make_world(cluster, can_manage_bots=True) as world:
        await world.start()
        await by_hand(order, world)
    [bot] = cluster.bots.values()
    assert bot["metadata"]["annotations"]["personalbots.io/language"] == "ru"


async def test_a_pasted_token_in_russian_gives_a_bot(cluster: MemoryCluster, phone: Messenger) -> None:
    def order(world: World) -> None:
        phone.join(world.telegram.url, "Анна", language="ru")
        phone.open("BotFather")
        phone.start()
        phone.write("/newbot")
        phone.reads("имя")
        phone.write("Библиотека Анны")
        phone.reads("юзернейм")
        phone.write("anna_library_bot")
        token = re.search(r"\d{8,}:[\w-]{35}", phone.reads("anna_library_bot"))
        assert token
        phone.open(MASTER)
        phone.start()
        phone.reads("Шаг 1 из 3", "/newbot")
        phone.write("12345:not-a-token")
        phone.reads("не токен бота")
        phone.write(f"{token[0][:-1]}{'A' if token[0][-1] != 'A' else 'B'}")
        phone.reads("Telegram не знает")
        phone.picture("32-refused-ru")
        phone.write(token[0])
        key_and_choices(phone)

    async with make_world(cluster) as world:
        await world.start()
        await by_hand(order, world)
    assert len(cluster.bots) == 1


async def test_the_tour_of_the_documentation(cluster: MemoryCluster, phone: Messenger) -> None:
    """`docs/images/tour.py` keeps the pictures that it takes."""

    def order(world: World) -> None:
        phone.join(world.telegram.url, "Anna")
        phone.open(MASTER)
        phone.start()
        phone.reads("Step 1 of 3", "Press the button")
        phone.picture("tour-1-one-tap")
        phone.press("Make my bot")
        phone.confirm()
        phone.reads("Step 2 of 3")
        phone.write(KEY)
        phone.reads("Step 3 of 3")
        phone.picture("tour-2-as-you-like-it")
        phone.press("Create the bot")
        phone.reads("is on its way")

    def live_with_it() -> None:
        phone.reads("is ready", "connected to Telegram")
        phone.picture("tour-3-ready")
        phone.write("/status")
        phone.reads("works", answering=True)
        phone.picture("tour-4-card")
        phone.press("Settings")
        phone.reads("Sleeps: never", answering=True)
        phone.picture("tour-5-settings")

    def ask_why() -> None:
        phone.resize(PHONE[0], 1180)
        phone.write("/debug")
        phone.reads("needed more memory", "💡", answering=True)
        phone.picture("tour-6-debug")

    async with make_world(cluster, can_manage_bots=True, sizes=SIZES, llm_models=("gpt-5",)) as world:
        await world.start()
        await by_hand(order, world)
        [name] = cluster.bots
        number = int(name.removeprefix("bot-"))
        made = next(bot for bot in world.telegram.world.bots.values() if bot.id == number)
        cluster.come_up(name)
        identity = (number, made.username)
        cluster.report(name, identity=identity, Ready=WORKS)
        await by_hand(live_with_it)
        cluster.report(name, identity=identity, Ready=("False", "OutOfMemory", ""))
        cluster.bots[name]["status"]["phase"] = "Failed"
        line = {
            "time": "2026-11-28T15:02:11Z",
            "level": "INFO",
            "message": "reading thesis.pdf",
            "page": "412 of 3,020",
        }
        cluster.logs[name, False] = json.dumps(line)
        await world.until(lambda: "OutOfMemory" in str(world.app.clients.cache.get(name)))
        try:
            await by_hand(ask_why)
        finally:
            phone.resize(*PHONE)


def test_the_tour_shows_what_the_browser_saw() -> None:
    told = Path(__file__).parents[4] / "docs" / "for-people" / "tour.md"
    taken = set(re.findall(r"tour-\d-[-a-z]+", Path(__file__).read_text()))
    assert set(re.findall(r"images/(tour-\d-[-a-z]+)\.png", told.read_text())) == taken


async def test_an_administrator_sees_and_finds_five_hundred_bots(cluster: MemoryCluster, phone: Messenger) -> None:
    def look() -> None:
        phone.open(MASTER)
        phone.start()
        phone.write("/admin")
        phone.reads("500", "490", "10 ×")
        phone.picture("33-admin-ru")
        phone.write("/bots")
        phone.reads("500", answering=True)
        phone.picture("34-bots-of-all-ru")
        phone.write("/find person49")
        phone.reads("11", "@person499_bot", answering=True)
        phone.picture("35-found-ru")
        phone.press("@person499_bot")
        phone.reads("@person499_bot", "работает", answering=True)
        phone.picture("36-card-ru")

    async with make_world(cluster) as world:
        await by_hand(phone.join, world.telegram.url, "Админ", "ru")
        (root,) = (person.id for person in world.telegram.world.people.values())
        world.settings = replace(world.settings, admin_ids=frozenset({root}))
        for number in range(500):
            name = f"bot-{10_000 + number}"
            cluster.put(name, 700_000 + number // 2)
            ready = ("False", "TokenRefused", "") if number % 50 == 0 else WORKS
            cluster.report(name, identity=(10_000 + number, f"person{number}_bot"), Ready=ready)
        await world.start()
        await until_known(world, "bot-10499")
        await by_hand(look)

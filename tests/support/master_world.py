"""The master bot in this process, with real stand-ins for Telegram and the LLM, and a cluster in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from aiogram.types import CallbackQuery, Chat, Update, User
from aiogram.types import Message as SentMessage

from master_bot.app import MasterBot, assemble
from master_bot.metrics import Metrics
from master_bot.settings import Settings
from standins.llm import LLMStandIn
from standins.llm.embedding import Embedder
from standins.telegram import Message, NewBot, Person, TelegramStandIn
from support.memory_cluster import MemoryCluster
from support.waiting import until

KEY = "sk-standin-of-a-person-0123456789"
WORKS = ("True", "Polling", "")
SIZES = {
    "small": {"limits": {"cpu": "500m", "memory": "192Mi"}},
    "medium": {"limits": {"cpu": "1", "memory": "384Mi"}},
}
OTHER_KEY = "sk-standin-of-another-0123456789"


@cache
def _embedder() -> Embedder:
    """Loaded once for all tests."""
    return Embedder()


@dataclass
class World:
    """Everything around the master bot; `start` and `kill` it as often as a test likes."""

    telegram: TelegramStandIn
    llm: LLMStandIn
    master: NewBot
    cluster: MemoryCluster
    settings: Settings
    passed: timedelta = timedelta(0)
    running: list[tuple[asyncio.Task[None], MasterBot]] = field(default_factory=list)

    @property
    def app(self) -> MasterBot:
        return self.running[-1][1]

    def now(self) -> datetime:
        return datetime.now(UTC) + self.passed

    async def start(self) -> None:
        made: asyncio.Future[MasterBot] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._run(made))
        task.add_done_callback(lambda _: made.done() or made.cancel())
        self.running.append((task, await made))
        await self.until(lambda: not self.app.unready(), timeout=20)

    async def _run(self, made: asyncio.Future[MasterBot]) -> None:
        async with assemble(self.settings, self.master.token, self.cluster, Metrics(), self.now) as app:
            made.set_result(app)
            await app.run()

    async def kill(self) -> None:
        """End it as SIGKILL does: nothing is finished, nothing is said."""
        task, app = self.running.pop()
        for handling in list(app.poller._running.values()):  # noqa: SLF001 - as SIGKILL would
            handling.cancel()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def stop(self) -> None:
        task, app = self.running.pop()
        app.poller.stop()
        await asyncio.wait_for(task, 10)

    async def join(self, name: str = "Anna", language_code: str = "en") -> "Talk":
        return Talk(await self.telegram.client.join(name, language_code=language_code), self.master.username, self)

    async def until(self, true: Callable[[], Any], timeout: float = 5) -> None:
        await until(true, timeout=timeout, every=0.02)


@dataclass
class Talk:
    """A person's talk with the master bot."""

    person: Person
    with_: str
    world: World

    @property
    def id(self) -> int:
        return self.person.id

    async def say(self, text: str, *expected: str) -> Message:
        """Say it and wait for an answer that holds all of `expected`."""
        sent = await self.person.send(self.with_, text)
        return await self.hear(*expected, after=sent) if expected else sent

    async def hear(self, *expected: str, after: Message | None = None) -> Message:
        return await self.person.wait(
            self.with_, lambda message: all(part in message.text for part in expected), timeout=8, after=after
        )

    async def create(self, *expected: str) -> Message:
        """Send the key, take the last step as it is offered, and wait for an answer that holds all of `expected`."""
        screen = await self.say(KEY, " 3 ")
        await self.press(screen, screen.buttons[0][0])
        return await self.hear(*expected, after=screen)

    async def press(self, message: Message, label: str) -> object:
        return await self.person.press(message, label)

    async def own_words(self) -> list[str]:
        """What this person wrote and is still in the chat."""
        return [message.text for message in await self.person.messages(self.with_) if not message.from_bot]


async def onboard(world: World, anna: Talk) -> str:
    """All the way to a bot that is on its way; its name in the cluster."""
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1 of 3")
    await anna.say(new.token, "Step 2 of 3")
    await anna.create("is on its way")
    return f"bot-{new.id}"


async def until_known(world: World, name: str) -> None:
    await world.until(lambda: (bot := world.app.clients.cache.get(name)) and bot.status.conditions)


async def forge_press(world: World, talk: Talk, data: str) -> None:
    """A press that never had a button: what a person with a client of their own can send."""
    user = User(id=talk.id, is_bot=False, first_name="Anna", language_code="en")
    sent = await talk.say("/help", "I make bots")
    message = SentMessage(message_id=sent.id, date=world.now(), chat=Chat(id=talk.id, type="private"), text="x")
    query = CallbackQuery(id="1", from_user=user, chat_instance="1", message=message, data=data)
    await world.app.dispatcher.feed_update(world.app.clients.telegram, Update(update_id=1, callback_query=query))


async def make_bot_here(world: World, talk: Talk) -> tuple[NewBot, str]:
    """A bot that this person made here."""
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await talk.say("/start", "Step 1")
    await talk.say(new.token, "Step 2")
    await talk.create("is on its way")
    name = f"bot-{new.id}"
    cluster = world.cluster
    cluster.come_up(name)
    await talk.hear("is ready")

    return new, name


async def make_managed_bot(talk: Talk) -> tuple[int, str]:
    """Press the button under «Step 1 of 3» and confirm; gives the new bot's id and user name."""
    offer = await talk.say("/start", "Step 1 of 3", "Press the button")
    pressed = await talk.press(offer, "✨ Make my bot")
    assert isinstance(pressed, dict)
    _, _, rest = pressed["url"].partition("https://t.me/newbot/master_bot/")
    made = await talk.person.make_managed_bot("master_bot", rest)

    return made["id"], rest


async def restart(world: World) -> None:
    await world.kill()
    await world.start()


@asynccontextmanager
async def make_world(cluster: MemoryCluster, *, can_manage_bots: bool = False, **settings: Any) -> AsyncIterator[World]:  # noqa: ANN401 - fields of Settings
    async with TelegramStandIn.start() as telegram, LLMStandIn.start(embedder=_embedder()) as llm:
        master = await telegram.client.make_bot("master_bot", can_manage_bots=can_manage_bots)
        given = Settings(telegram_api_url=telegram.url, llm_base_url=llm.url, port=0)
        world = World(telegram, llm, master, cluster, replace(given, **settings))

        try:
            yield world
        finally:
            while world.running:
                await world.kill()

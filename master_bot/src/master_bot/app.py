"""The master bot put together: clients made once, passed on, and closed at the end."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import time
from typing import Final

import aiohttp
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.types import BotCommand

from master_bot.handlers.admin import AdminDesk, admin_router
from master_bot.handlers.bot_settings import ChangesDesk, changes_router
from master_bot.handlers.bot_settings_typed import WritingDesk, writing_router
from master_bot.handlers.bots import BotsDesk, bots_router
from master_bot.handlers.debug import DebugDesk, debug_router
from master_bot.handlers.deletion import Deletions
from master_bot.handlers.health import CheckUp
from master_bot.handlers.onboarding import Desk, onboarding_router
from master_bot.health import serve
from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.client import AwayError, ClusterError, Kube
from master_bot.kubernetes.cluster import Cluster, KubernetesCluster
from master_bot.kubernetes.fsm_storage import Clock, ConfigMapStorage
from master_bot.kubernetes.quotas import Quotas
from master_bot.metrics import Metrics
from master_bot.services.broadcasts import Broadcasts
from master_bot.services.drafts import Drafts, expire
from master_bot.services.log_following import Follower
from master_bot.services.notifications import News
from master_bot.services.startup_messages import LiveMessages
from master_bot.settings import Settings
from master_bot.telegram.errors import Apology, Insistence
from master_bot.telegram.fallback import last_router
from master_bot.telegram.person import PersonMiddleware
from master_bot.telegram.polling import LONG, Poller
from master_bot.telegram.sending import Patience
from master_bot.telegram.throttle import Throttle
from master_bot.texts import LANGUAGES

_STALE: Final = LONG + 35
"""Seconds without an answer to getUpdates after which the master bot is not ready."""
_LOOK: Final = 2.0
"""Seconds between two looks at all bots, in the cache."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class MasterBot:
    """The running parts."""

    telegram: Bot
    dispatcher: Dispatcher
    poller: Poller
    cache: BotCache
    live: LiveMessages
    news: News
    deletions: Deletions
    broadcasts: Broadcasts
    quotas: Quotas
    storage: ConfigMapStorage
    drafts: Drafts
    cluster: Cluster
    metrics: Metrics
    settings: Settings
    now: Clock

    def unready(self) -> str:
        """Why it cannot serve people just now; empty when it can."""
        if not self.cache.filled.is_set():
            return "the list of bots is not in yet"
        last = self.poller.last_completed
        if last is None or time() - last > _STALE:
            return "getUpdates has not come back lately"
        return ""

    async def run(self) -> None:
        """Work until `poller.stop`. TelegramUnauthorizedError when Telegram refuses the token."""
        async with serve(self.settings.port, metrics=self.metrics, unready=self.unready):
            side = [asyncio.create_task(self.cache.run(), name="cache")]
            try:
                await self.cache.filled.wait()
                await self._take_up()
                self.live.resume()
                side.append(asyncio.create_task(self._sweep(), name="drafts"))
                side.append(asyncio.create_task(self._introduce(), name="menus"))
                side.append(asyncio.create_task(self._look_after(), name="looking after"))
                await self.poller.run()
            finally:
                await self.live.close()
                for task in side:
                    task.cancel()
                await asyncio.gather(*side, return_exceptions=True)

    async def _take_up(self) -> None:
        """Take up what the former process was doing; while the cluster is away, nobody is answered without it."""
        while True:
            try:
                await self.storage.read()
                await self.quotas.read()
                await self.broadcasts.resume()
            except AwayError as error:
                log.warning("what was being done is taken up later", extra={"error": str(error)})
                await asyncio.sleep(_LOOK)
            else:
                return

    async def _sweep(self) -> None:
        """Forget abandoned drafts, now and then."""
        age = timedelta(seconds=self.settings.draft_seconds)
        while True:
            try:
                await expire(self.cluster, self.storage, self.drafts, age, self.now)
            except ClusterError as error:
                log.warning("drafts could not be looked through", extra={"error": str(error)})
            await asyncio.sleep(age.total_seconds() / 4)

    async def _look_after(self) -> None:
        """Carry out deletions, and tell owners what is wrong, for ever; a fault in one round does not end it."""
        while True:
            try:
                await self.deletions.carry_out()
                await self.news.tell()
            except Exception as error:
                self.metrics.errors.labels(type(error).__name__).inc()
                log.exception("looking after the bots failed")
            await asyncio.sleep(_LOOK)

    async def _introduce(self) -> None:
        """Put the commands into people's menus, in their languages; a webhook would keep getUpdates from working."""
        try:
            await self.telegram.delete_webhook()
            for language, texts in LANGUAGES.items():
                menu = [BotCommand(command=name, description=said) for name, said in texts.commands.items()]
                await self.telegram.set_my_commands(menu, language_code=None if language == "en" else language)
        except TelegramAPIError as error:
            log.warning("the menus are not set", extra={"error": str(error)})


@contextlib.asynccontextmanager
async def assemble(
    settings: Settings, token: str, cluster: Cluster, metrics: Metrics, now: Clock
) -> AsyncIterator[MasterBot]:
    """Make the parts and know them to each other; the connections are closed at the end."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(settings.telegram_api_url), timeout=30)
    session.middleware(Patience(metrics))
    telegram = Bot(
        token, session=session, default=DefaultBotProperties(parse_mode="HTML", link_preview_is_disabled=True)
    )
    cache = BotCache(cluster, metrics)
    storage = ConfigMapStorage(cluster, now)
    drafts = Drafts(cluster, settings)
    quotas = Quotas(cluster, settings)
    broadcasts = Broadcasts(telegram, cluster, cache)
    live = LiveMessages(telegram, cluster, cache, settings=settings, metrics=metrics, now=now)
    news = News(telegram, cluster, cache, settings=settings, metrics=metrics, now=now)
    follower = Follower(telegram, cluster, now)
    deletions = Deletions(telegram, cluster, cache, now)
    async with aiohttp.ClientSession() as http:
        desk = Desk(
            drafts=drafts,
            cache=cache,
            live=live,
            session=session,
            http=http,
            settings=settings,
            quotas=quotas,
            metrics=metrics,
            now=now,
        )
        writing = WritingDesk(
            cluster=cluster,
            cache=cache,
            live=live,
            drafts=drafts,
            session=session,
            http=http,
            metrics=metrics,
            now=now,
        )
        changes = ChangesDesk(cluster=cluster, cache=cache, drafts=drafts, writing=writing, settings=settings)
        looking = DebugDesk(cluster=cluster, drafts=drafts, follower=follower, now=now)
        bots = BotsDesk(
            cluster=cluster,
            cache=cache,
            live=live,
            debug=looking,
            changes=changes,
            deletions=deletions,
            settings=settings,
            quotas=quotas,
            metrics=metrics,
            now=now,
        )
        dispatcher = Dispatcher(storage=storage, events_isolation=SimpleEventIsolation())
        person = PersonMiddleware(settings, cache)
        dispatcher.message.outer_middleware(person)
        dispatcher.callback_query.outer_middleware(person)
        dispatcher.managed_bot.outer_middleware(person)
        dispatcher.managed_bot.outer_middleware(Insistence(telegram))
        poller = Poller(telegram, dispatcher, metrics)
        admin = AdminDesk(
            telegram=telegram,
            cache=cache,
            settings=settings,
            quotas=quotas,
            broadcasts=broadcasts,
            now=now,
        )
        check_up = CheckUp(
            cluster=cluster,
            cache=cache,
            http=http,
            settings=settings,
            now=now,
            last_poll=lambda: poller.last_completed,
        )
        throttle = Throttle(settings.requests_per_half_minute, metrics)
        dispatcher.message.outer_middleware(throttle)
        dispatcher.callback_query.outer_middleware(throttle)
        dispatcher.include_routers(
            admin_router(admin, check_up),
            bots_router(bots),
            debug_router(looking),
            writing_router(writing),
            changes_router(changes),
            onboarding_router(desk),
            last_router(),
        )
        dispatcher.errors.register(Apology(telegram, cache, metrics).say)
        try:
            yield MasterBot(
                telegram=telegram,
                dispatcher=dispatcher,
                poller=poller,
                cache=cache,
                live=live,
                news=news,
                deletions=deletions,
                broadcasts=broadcasts,
                quotas=quotas,
                storage=storage,
                drafts=drafts,
                cluster=cluster,
                metrics=metrics,
                settings=settings,
                now=now,
            )
        finally:
            await broadcasts.close()
            await follower.close()
            await session.close()


async def run(settings: Settings) -> None:
    """Run on the real cluster until SIGTERM or SIGINT. TelegramUnauthorizedError: Telegram refuses the token."""
    metrics = Metrics()
    token = settings.token_file.read_text(encoding="utf-8").strip()
    kube = await Kube.connect(metrics)
    cluster = KubernetesCluster(kube, bots_namespace=settings.bots_namespace, namespace=settings.namespace)
    try:
        async with assemble(settings, token, cluster, metrics, lambda: datetime.now(UTC)) as master:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, master.poller.stop)
            log.info("the master bot starts", extra={"bots_namespace": settings.bots_namespace})
            await master.run()
    finally:
        await kube.close()

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
from aiogram import Bot, Dispatcher, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.types import BotCommand, BotCommandScopeChat

from master_bot.handlers.access_list import AccessListHandlers, access_list_router
from master_bot.handlers.admin import AdminHandlers, admin_router
from master_bot.handlers.bot_lifecycle import LifecycleHandlers
from master_bot.handlers.bot_list import BotListHandlers
from master_bot.handlers.bot_settings import SettingsHandlers, settings_router
from master_bot.handlers.bot_settings_typed import TypedSettingsHandlers, typed_settings_router
from master_bot.handlers.bots import BotsHandlers, bots_router
from master_bot.handlers.debug import DebugHandlers, debug_router
from master_bot.handlers.deletion import DeletionHandlers
from master_bot.handlers.health import HealthHandlers
from master_bot.handlers.onboarding import OnboardingHandlers, onboarding_router
from master_bot.handlers.onboarding_completion import CompletionHandlers
from master_bot.health_server import serve
from master_bot.kubernetes.bot_cache import BotCache
from master_bot.kubernetes.client import AwayError, ClusterError, Kube
from master_bot.kubernetes.cluster import Cluster, KubernetesCluster
from master_bot.kubernetes.fsm_storage import ConfigMapStorage
from master_bot.kubernetes.quotas import Quotas
from master_bot.metrics import Metrics
from master_bot.models import Clock
from master_bot.services.broadcasts import Broadcasts
from master_bot.services.clients import Clients
from master_bot.services.credentials import CredentialsChecker
from master_bot.services.deletions import Deletions
from master_bot.services.drafts import Drafts, expire
from master_bot.services.invitations import Invitations
from master_bot.services.log_following import LogFollower
from master_bot.services.notifications import Notifications
from master_bot.services.startup_messages import StartupMessages
from master_bot.settings import Settings
from master_bot.telegram.errors import ErrorHandler
from master_bot.telegram.fallback import fallback_router
from master_bot.telegram.person import PersonMiddleware
from master_bot.telegram.polling import LONG, Poller
from master_bot.telegram.retry import ClusterRetryMiddleware, RetryMiddleware
from master_bot.telegram.throttle import Throttle
from master_bot.texts import LANGUAGES

_POLL_OVERDUE: Final = LONG + 35
"""Seconds without an answer to getUpdates after which the master bot is not ready."""
_ROUND: Final = 2.0
"""Seconds between two rounds over all bots, in the cache."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What works beside the handlers, or is shared by several of them."""

    drafts: Drafts
    quotas: Quotas
    startup: StartupMessages
    notifications: Notifications
    deletions: Deletions
    broadcasts: Broadcasts
    follower: LogFollower

    async def close(self) -> None:
        """Stop what runs; the next process takes up what has to go on."""
        await self.broadcasts.close()
        await self.follower.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterBot:
    """The running parts."""

    clients: Clients
    services: Services
    storage: ConfigMapStorage
    dispatcher: Dispatcher
    poller: Poller

    def unready(self) -> str:
        """Why it cannot serve people now; empty when it can."""
        if not self.clients.cache.filled.is_set():
            return "the list of bots is not in yet"

        last = self.poller.last_completed
        if last is None or time() - last > _POLL_OVERDUE:
            return "getUpdates has not come back lately"

        return ""

    async def run(self) -> None:
        """Work until `poller.stop`.

        Raises:
            TelegramUnauthorizedError: Telegram refuses the token.
        """
        clients = self.clients
        async with serve(clients.settings.port, metrics=clients.metrics, unready=self.unready):
            tasks = [asyncio.create_task(clients.cache.run(), name="cache")]
            try:
                await clients.cache.filled.wait()
                await self._resume()
                tasks.append(asyncio.create_task(self._expire_drafts(), name="drafts"))
                tasks.append(asyncio.create_task(self._set_menus(), name="menus"))
                tasks.append(asyncio.create_task(self._go_round(), name="rounds"))
                await self.poller.run()
            finally:
                await self.services.startup.close()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _resume(self) -> None:
        """Take up what the former process was doing. While the cluster is away, nobody is answered without it."""
        while True:
            try:
                await self.storage.read()
                await self.services.quotas.read()
                await self.services.broadcasts.resume()
            except AwayError as error:
                logger.warning("what was being done is taken up later", extra={"error": str(error)})
                await asyncio.sleep(_ROUND)
            else:
                break

        self.services.startup.resume()

    async def _expire_drafts(self) -> None:
        """Forget abandoned drafts, now and then."""
        age = timedelta(seconds=self.clients.settings.draft_seconds)
        while True:
            try:
                await expire(self.clients.cluster, self.storage, self.services.drafts, age, self.clients.now)
            except ClusterError as error:
                logger.warning("drafts could not be checked", extra={"error": str(error)})
            await asyncio.sleep(age.total_seconds() / 4)

    async def _go_round(self) -> None:
        """Carry out deletions and notify owners, for ever."""
        while True:
            try:
                await self.services.deletions.carry_out()
                await self.services.notifications.notify()
            except Exception as error:
                # A fault in one round must not end the rounds.
                self.clients.metrics.errors.labels(type(error).__name__).inc()
                logger.exception("a round over the bots failed")
            await asyncio.sleep(_ROUND)

    async def _set_menus(self) -> None:
        """Put the commands into people's menus, in their languages."""
        telegram = self.clients.telegram
        try:
            # A webhook would keep getUpdates from working.
            await telegram.delete_webhook()
            for language, texts in LANGUAGES.items():
                menu = [BotCommand(command=name, description=text) for name, text in texts.commands.items()]
                await telegram.set_my_commands(menu, language_code=None if language == "en" else language)
        except TelegramAPIError as error:
            logger.warning("the menus are not set", extra={"error": str(error)})

        for admin in self.clients.settings.admin_ids:
            await self._set_admin_menu(admin)

    async def _set_admin_menu(self, admin: int) -> None:
        """An administrator's menu has the administrators' commands besides."""
        scope = BotCommandScopeChat(chat_id=admin)
        try:
            for language, texts in LANGUAGES.items():
                commands = {**texts.commands, **texts.admin.commands}
                menu = [BotCommand(command=name, description=text) for name, text in commands.items()]
                code = None if language == "en" else language
                await self.clients.telegram.set_my_commands(menu, scope=scope, language_code=code)
        except TelegramAPIError as error:
            # Telegram knows no chat with somebody who has never written; the next start tries again.
            logger.info("an administrator's menu is not set", extra={"admin": admin, "error": str(error)})


@contextlib.asynccontextmanager
async def assemble(
    settings: Settings, token: str, cluster: Cluster, metrics: Metrics, now: Clock
) -> AsyncIterator[MasterBot]:
    """Make the parts and connect them; the connections are closed at the end."""
    telegram = _telegram(settings, token, metrics)
    clients = Clients(
        telegram=telegram,
        cluster=cluster,
        cache=BotCache(cluster, metrics),
        settings=settings,
        metrics=metrics,
        now=now,
    )
    services = _services(clients)
    storage = ConfigMapStorage(cluster, now)
    dispatcher = _dispatcher(clients, storage)
    poller = Poller(telegram, dispatcher, metrics)

    async with aiohttp.ClientSession() as http:
        dispatcher.include_routers(*_routers(clients, services, http, poller))
        try:
            yield MasterBot(clients=clients, services=services, storage=storage, dispatcher=dispatcher, poller=poller)
        finally:
            await services.close()
            await telegram.session.close()


def _telegram(settings: Settings, token: str, metrics: Metrics) -> Bot:
    session = AiohttpSession(api=TelegramAPIServer.from_base(settings.telegram_api_url), timeout=30)
    session.middleware(RetryMiddleware(metrics))
    defaults = DefaultBotProperties(parse_mode="HTML", link_preview_is_disabled=True)
    return Bot(token, session=session, default=defaults)


def _services(clients: Clients) -> Services:
    return Services(
        drafts=Drafts(clients.cluster, clients.settings),
        quotas=Quotas(clients.cluster, clients.settings),
        startup=StartupMessages(clients),
        notifications=Notifications(clients),
        deletions=Deletions(clients),
        broadcasts=Broadcasts(clients),
        follower=LogFollower(clients),
    )


def _dispatcher(clients: Clients, storage: ConfigMapStorage) -> Dispatcher:
    """The dispatcher with its middlewares, in the order in which an update passes them."""
    dispatcher = Dispatcher(storage=storage, events_isolation=SimpleEventIsolation())
    person = PersonMiddleware(clients.settings, clients.cache)
    throttle = Throttle(clients.settings.requests_per_half_minute, clients.metrics)

    for observer in (dispatcher.message, dispatcher.callback_query):
        observer.outer_middleware(person)
        observer.outer_middleware(throttle)

    # A bot that was made with one tap comes once: it is not throttled, and waits for the cluster.
    dispatcher.managed_bot.outer_middleware(person)
    dispatcher.managed_bot.outer_middleware(ClusterRetryMiddleware(clients.telegram))

    dispatcher.errors.register(ErrorHandler(clients.telegram, clients.cache, clients.metrics).handle)

    return dispatcher


def _routers(clients: Clients, services: Services, http: aiohttp.ClientSession, poller: Poller) -> list[Router]:
    """All handlers, in the order in which they are asked."""
    drafts, startup = services.drafts, services.startup
    credentials = CredentialsChecker(clients.telegram.session, http)
    invitations = Invitations(clients, services.quotas)

    admin = AdminHandlers(
        clients=clients, quotas=services.quotas, invitations=invitations, broadcasts=services.broadcasts
    )
    health = HealthHandlers(clients=clients, http=http, last_poll=lambda: poller.last_completed)
    debug = DebugHandlers(clients=clients, drafts=drafts, follower=services.follower)
    access_list = AccessListHandlers(clients=clients, drafts=drafts)
    settings = SettingsHandlers(clients=clients, access_list=access_list)
    typed = TypedSettingsHandlers(clients=clients, drafts=drafts, startup=startup, credentials=credentials)

    actions = {
        **LifecycleHandlers(clients=clients, startup=startup).actions(),
        **DeletionHandlers(deletions=services.deletions).actions(),
        **debug.actions(),
        **settings.actions(),
        **typed.actions(),
        **access_list.actions(),
    }
    bot_list = BotListHandlers(clients=clients, quotas=services.quotas)
    bots = BotsHandlers(clients=clients, bot_list=bot_list, actions=actions)

    completion = CompletionHandlers(clients=clients, drafts=drafts, startup=startup, credentials=credentials)
    onboarding = OnboardingHandlers(
        clients=clients, drafts=drafts, credentials=credentials, invitations=invitations, completion=completion
    )

    return [
        admin_router(admin, health),
        bots_router(bots),
        debug_router(debug),
        typed_settings_router(typed),
        access_list_router(access_list),
        settings_router(settings),
        onboarding_router(onboarding),
        fallback_router(),
    ]


async def run(settings: Settings) -> None:
    """Run on the real cluster until SIGTERM or SIGINT.

    Raises:
        TelegramUnauthorizedError: Telegram refuses the token.
        FileNotFoundError: the token's file is not there.
        TokenValidationError: the file holds no token.
    """
    metrics = Metrics()
    token = settings.token_file.read_text(encoding="utf-8").strip()
    kube = await Kube.connect(metrics)
    cluster = KubernetesCluster(kube, bots_namespace=settings.bots_namespace, namespace=settings.namespace)

    try:
        async with assemble(settings, token, cluster, metrics, lambda: datetime.now(UTC)) as master:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, master.poller.stop)

            logger.info("the master bot starts", extra={"bots_namespace": settings.bots_namespace})
            await master.run()
    finally:
        await kube.close()

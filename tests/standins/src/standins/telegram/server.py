"""The server: Bot API, control API and chat page on one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from typing import Final

from aiohttp import web

from standins.telegram.api.dispatch import BotApi
from standins.telegram.client import TelegramClient
from standins.telegram.clock import Clock
from standins.telegram.control import Control, refusals
from standins.telegram.control_groups import GroupControl
from standins.telegram.world import Settings, World

LARGEST_BODY: Final = 2100 * 1024 * 1024  # the sizes Telegram allows are checked per method
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def make_app(world: World) -> web.Application:
    """Everything that answers on the port."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[refusals])
    api = BotApi(world)
    app.router.add_route("*", "/bot{token:[^/]+}/{method}", api.call)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", api.download)
    app.add_routes([*Control(world).routes(), *GroupControl(world).routes()])
    app.add_routes([
        web.get("/", _page),
        web.get("/{name:[a-z_-]+\\.(?:js|css|svg)}", _page),
        web.get("/healthz", _healthz),
    ])  # fmt: skip

    async def let_go(_: web.Application) -> None:
        world.close()

    app.on_shutdown.append(let_go)
    return app


async def _page(request: web.Request) -> web.Response:
    """The chat page's files; nothing but this server's own scripts runs there."""
    name = request.match_info.get("name", "index.html")
    file = resources.files("standins.telegram") / "page" / name
    if not file.is_file():
        raise web.HTTPNotFound

    kinds = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache", "Referrer-Policy": "no-referrer"}
    return web.Response(
        body=file.read_bytes(), content_type=kinds[name.rpartition(".")[2]], charset="utf-8", headers=headers
    )


async def _healthz(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})


@asynccontextmanager
async def serve(world: World, *, host: str, port: int) -> AsyncIterator[int]:
    """Serve until left; gives the port. A client that goes away ends its request."""
    runner = web.AppRunner(make_app(world), handler_cancellation=True, shutdown_timeout=1.0, access_log=None)
    await runner.setup()

    try:
        await web.TCPSite(runner, host, port).start()
        address = runner.addresses[0]
        yield int(address[1])
    finally:
        await runner.cleanup()


class TelegramStandIn:
    """A Telegram of one's own, in this process."""

    def __init__(self, url: str, world: World, client: TelegramClient) -> None:
        self.url = url
        self.world = world
        self.client = client

    @classmethod
    @asynccontextmanager
    async def start(
        cls, *, host: str = "127.0.0.1", port: int = 0, settings: Settings | None = None, clock: Clock | None = None
    ) -> "AsyncIterator[TelegramStandIn]":
        """Run it on a free port (or the one given) until left; in real time unless a `clock` is given."""
        world = World(settings or Settings(), clock)
        async with serve(world, host=host, port=port) as bound:
            url = f"http://{host}:{bound}"
            async with TelegramClient(url) as client:
                yield cls(url, world, client)

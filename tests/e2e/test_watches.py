"""A watch that goes silent without an error is found out: through a proxy that swallows a real watch's events."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web
from yarl import URL

from cluster import kube
from support.installation import Installation
from support.local_operator import free_port, kubeconfig, local_operator

pytestmark = pytest.mark.cluster

NAMESPACE = "watches"


class Proxy:
    """Passes everything on to the API server; while `swallow` names a kind, nothing of its watches."""

    def __init__(self, installed: Installation, folder: Path) -> None:
        config = yaml.safe_load(Path(installed.context.kubeconfig).read_text())
        self._server = config["clusters"][0]["cluster"]["server"]
        authority = base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]).decode()
        self._tls = ssl.create_default_context(cadata=authority)
        parts = []
        for part in ("client-certificate-data", "client-key-data"):
            path = folder / part
            path.write_bytes(base64.b64decode(config["users"][0]["user"][part]))
            parts.append(str(path))
        self._tls.load_cert_chain(*parts)
        self.swallow = ""
        self._connector = aiohttp.TCPConnector(ssl=self._tls, limit=0)

    async def close(self) -> None:
        """Cut every connection to the API server."""
        await self._connector.close(abort_ssl=True)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Pass one call on."""
        timeout = aiohttp.ClientTimeout(total=None)
        passed_on = ("accept", "content-type")
        headers = {name: value for name, value in request.headers.items() if name.lower() in passed_on}
        async with (
            aiohttp.ClientSession(connector=self._connector, connector_owner=False, timeout=timeout) as session,
            session.request(
                request.method,
                URL(self._server + request.raw_path, encoded=True),
                data=await request.read() or None,
                headers=headers,
            ) as there,
        ):
            response = web.StreamResponse(status=there.status, headers={"Content-Type": there.content_type})
            await response.prepare(request)
            watch = "watch" in request.query
            async for chunk in there.content.iter_any():
                if watch and self.swallow and self.swallow in request.path:
                    continue
                await response.write(chunk)
            return response


@pytest.fixture
async def proxy(installed: Installation, tmp_path: Path) -> AsyncIterator[tuple[Proxy, str]]:
    kube.apply(installed.context, kube.namespace(NAMESPACE))
    proxy, port = Proxy(installed, tmp_path), free_port()
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", proxy.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield proxy, f"http://127.0.0.1:{port}"
    await proxy.close()
    await runner.cleanup()
    installed.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def stopped(installed: Installation, name: str) -> dict[str, Any]:
    bot = installed.bot(name, owner=5, state="Stopped")
    bot["metadata"]["namespace"] = NAMESPACE
    return bot


async def test_liveness_fails_when_a_watch_has_gone_deaf_and_not_while_nothing_happens(
    installed: Installation, proxy: tuple[Proxy, str], tmp_path: Path
) -> None:
    through, server = proxy
    settings = {"NAMESPACES": NAMESPACE, "WATCHDOG_SECONDS": "0.5", "DEAF_SECONDS": "3"}
    await asyncio.to_thread(installed.apply, stopped(installed, "one"))
    async with local_operator(kubeconfig(tmp_path / "config", server=server), **settings) as operator:
        await operator.becomes("/readyz", 200, within=30)
        await asyncio.sleep(5)  # nothing happens, for longer than a deaf watch is borne
        assert (await operator.ask("/healthz"))[0] == 200
        through.swallow = "personalbots"
        await asyncio.to_thread(installed.apply, stopped(installed, "two"))
        said = await operator.becomes("/healthz", 503, within=30)
        assert "the watch of personalbots has missed changes" in said
        through.swallow = ""
        await asyncio.to_thread(installed.apply, stopped(installed, "three"))
        assert (await operator.ask("/healthz"))[0] == 503, "what was swallowed does not come back by itself"

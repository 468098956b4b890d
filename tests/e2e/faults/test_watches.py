"""A watch that goes silent without an error is detected: a proxy keeps a real watch's events back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cluster import kube
from support.cluster.administrator import Administrator
from support.cluster.api_proxy import Proxy, proxied
from support.cluster.installation import Installation
from support.cluster.local_operator import kubeconfig, local_operator

pytestmark = pytest.mark.cluster

NAMESPACE = "watches"


@pytest.fixture
async def proxy(installed: Installation) -> AsyncIterator[tuple[Proxy, str]]:
    kube.apply(installed.context, kube.namespace(NAMESPACE))
    async with (
        Administrator(Path(installed.context.kubeconfig)) as api,
        proxied(api, as_administrator=True) as (made, url),
    ):
        yield made, url
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
    async with local_operator(kubeconfig(tmp_path / "config", server=server), settings) as operator:
        await operator.becomes("/readyz", 200, within=30)
        await asyncio.sleep(5)  # nothing happens, for longer than a deaf watch is tolerated
        assert (await operator.ask("/healthz"))[0] == 200

        through.deaf_to = "personalbots"
        await asyncio.to_thread(installed.apply, stopped(installed, "two"))
        said = await operator.becomes("/healthz", 503, within=30)
        assert "the watch of personalbots has missed changes" in said

        through.deaf_to = ""
        await asyncio.to_thread(installed.apply, stopped(installed, "three"))
        assert (await operator.ask("/healthz"))[0] == 503, "a lost event does not come back by itself"

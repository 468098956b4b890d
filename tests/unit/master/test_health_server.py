"""What the kubelet and Prometheus ask for."""

import aiohttp

from master_bot.health_server import serve
from master_bot.metrics import Metrics


async def test_health_ready_and_metrics_are_served() -> None:
    why = "not yet"
    metrics = Metrics()
    metrics.commands.labels("status").inc()
    async with (
        serve(0, host="127.0.0.1", metrics=metrics, unready=lambda: why) as port,
        aiohttp.ClientSession() as http,
    ):
        base = f"http://127.0.0.1:{port}"
        async with http.get(f"{base}/healthz") as response:
            assert response.status == 200
        async with http.get(f"{base}/readyz") as response:
            assert (response.status, await response.text()) == (503, "not yet")
        why = ""
        async with http.get(f"{base}/readyz") as response:
            assert response.status == 200
        async with http.get(f"{base}/metrics") as response:
            assert 'masterbot_commands_total{command="status"} 1.0' in await response.text()

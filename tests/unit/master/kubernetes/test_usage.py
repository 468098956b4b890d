"""What a bot uses, read of metrics.k8s.io as metrics-server serves it; where nobody serves it, the line is left out."""

import json
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from master_bot.kubernetes.client import Kube
from master_bot.kubernetes.cluster import KubernetesCluster
from master_bot.kubernetes.objects import Usage
from master_bot.metrics import Metrics
from master_bot.texts import LANGUAGES
from master_bot.views.debug import debug
from support.observed_bots import NOW, bot, pod

# As metrics-server 0.8 answers for one pod.
POD_METRICS = {
    "kind": "PodMetrics",
    "apiVersion": "metrics.k8s.io/v1beta1",
    "metadata": {"name": "pbot-one", "namespace": "bots", "creationTimestamp": "2026-11-24T12:00:00Z"},
    "timestamp": "2026-11-24T11:59:50Z",
    "window": "15.021s",
    "containers": [
        {"name": "sidecar", "usage": {"cpu": "1", "memory": "1Gi"}},
        {"name": "bot", "usage": {"cpu": "31250000n", "memory": "98304Ki"}},
    ],
}
# The API server's own words for a group that it does not know, and for one whose server is away.
NOT_THERE = web.Response(status=404, text="404 page not found\n")
AWAY = web.Response(status=503, text="service unavailable\n")


async def usage_by(answer: web.Response, tmp_path: Path) -> tuple[Usage | None, list[str]]:
    asked = []

    async def api(request: web.Request) -> web.Response:
        asked.append(request.path)
        return answer

    app = web.Application()
    app.router.add_get("/{path:.*}", api)
    async with TestServer(app) as server:
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "c",
            "clusters": [{"name": "c", "cluster": {"server": str(server.make_url("")).rstrip("/")}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        }
        file = tmp_path / "kubeconfig"
        file.write_text(json.dumps(config))
        kube = await Kube.connect(Metrics(), file)
        try:
            return await KubernetesCluster(kube, bots_namespace="bots", namespace="p").usage(bot()), asked
        finally:
            await kube.close()


async def test_memory_and_cpu_are_told_against_the_limits(tmp_path: Path) -> None:
    used, asked = await usage_by(web.json_response(POD_METRICS), tmp_path)
    assert asked == ["/apis/metrics.k8s.io/v1beta1/namespaces/bots/pods/pbot-one"]
    assert used == Usage(cpu=0.03125, memory=96 * 1024**2)
    shown = [
        debug(bot=bot(), pod=pod(), events=[], log=None, previous_log=None, now=NOW, texts=texts, usage=used)
        for texts in (LANGUAGES["en"], LANGUAGES["ru"])
    ]
    assert "Memory 96 MB of 256 MB (37%), CPU 0.03 of 1 cores" in shown[0]
    assert "Память: 96 МБ из 256 МБ (37%), процессор: 0,03 из 1 ядра" in shown[1]


@pytest.mark.parametrize("answer", [NOT_THERE, AWAY], ids=["absent", "away"])
async def test_where_nobody_measures_the_line_is_left_out(answer: web.Response, tmp_path: Path) -> None:
    used, _ = await usage_by(answer, tmp_path)
    assert used is None
    shown = debug(
        bot=bot(), pod=pod(), events=[], log=None, previous_log=None, now=NOW, texts=LANGUAGES["en"], usage=used
    )
    assert "Memory" not in shown

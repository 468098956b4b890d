"""What needs the cluster of `make demo`: from a resource to a bot, the parts' memory, the images' sizes."""

import re
import secrets
import subprocess
import time
from typing import Any, Final

from bench.figures import Figure, mebibytes, scaled, seconds
from cluster import Context, deploy, images, kube
from cluster.process import CommandError
from standins.telegram import TelegramClient
from support.waiting import until

BOTS: Final = 5
LONGEST: Final = 60  # seconds that a bot may take
STORES: Final[dict[str, dict[str, Any]]] = {
    "with a new volume": {},
    "without a volume (a Qdrant server)": {"qdrant": {"url": "http://qdrant:6333"}},
}


async def measure(size: float = 1.0) -> list[Figure]:
    """Measure on the cluster as it is, or nothing where there is none."""
    context = Context.read()
    if not _is_up(context):
        return []

    bots = scaled(BOTS, size)
    figures = []
    async with TelegramClient(f"http://127.0.0.1:{context.chat_port}") as telegram:
        for store, knowledge in STORES.items():
            took = [await _start(context, telegram, dict(knowledge)) for _ in range(bots)]
            figures.append(
                Figure(
                    what=f"resource applied to the bot's first getUpdates call, {store}",
                    value=seconds(took),
                    how=f"{bots} bots one after another, image present; kubectl's own time counts",
                )
            )

    figures += [
        Figure(what=f"resident memory of the {part}", value=mebibytes(_resident(context, part)), how="its /metrics")
        for part in ("operator", "master-bot")
    ]
    sizes = ((name, _size(ref)) for name, ref in images.refs(context).items())
    figures += [Figure(what=f"image {name}", value=mebibytes(size), how="unpacked") for name, size in sizes if size]
    return figures


def _is_up(context: Context) -> bool:
    if not context.kubeconfig.exists():
        return False
    words = (
        "get",
        "deployments",
        "--all-namespaces",
        "-o",
        "jsonpath={range .items[?(@.status.readyReplicas)]}{.metadata.name} {end}",
    )
    try:
        ready = kube.kubectl(context, *words, timeout=20).split()
    except CommandError:
        return False
    return {"telegram", "llm", f"{deploy.RELEASE}-operator"} <= set(ready)


async def _start(context: Context, telegram: TelegramClient, knowledge: dict[str, Any]) -> float:
    """Make a bot; give the seconds until its first getUpdates call."""
    mark = secrets.token_hex(4)
    name = f"bench-{mark}"
    owner = await telegram.join(f"Bench {mark}")
    bot = await telegram.make_bot(f"bench_{mark}_bot", owner_id=owner.id)
    keys = {"telegram-token": bot.token, "openai-api-key": f"sk-standin-{mark}"}
    kube.apply(context, kube.secret(name, deploy.BOTS, keys))

    began = time.time()
    kube.apply(context, _bot(name, owner=owner.id, knowledge=knowledge))
    try:
        calls = await until(
            lambda: telegram.calls(bot=bot.username, method="getUpdates"), f"{name} polls", timeout=LONGEST, every=0.05
        )
        return float(calls[0]["at"]) - began
    finally:
        kube.kubectl(context, "-n", deploy.BOTS, "delete", "pbot,secret", name, "--ignore-not-found")
        kube.kubectl(context, "-n", deploy.BOTS, "delete", "pvc", f"pbot-{name}", "--ignore-not-found", "--wait=false")


def _bot(name: str, *, owner: int, knowledge: dict[str, Any]) -> dict[str, object]:
    return {
        "apiVersion": "personalbots.io/v1alpha1",
        "kind": "PersonalBot",
        "metadata": {"name": name, "namespace": deploy.BOTS},
        "spec": {
            "ownerId": owner,
            "telegram": {"tokenSecretRef": {"name": name}, "apiUrl": deploy.TELEGRAM_URL},
            "llm": {"apiKeySecretRef": {"name": name}, "baseUrl": deploy.LLM_URL},
            "knowledge": {**knowledge, **({"collection": "bench"} if knowledge else {})},
        },
    }


def _resident(context: Context, part: str) -> float:
    path = f"/api/v1/namespaces/{deploy.NAMESPACE}/services/{deploy.RELEASE}-{part}:8080/proxy/metrics"
    found = re.search(
        r"^process_resident_memory_bytes (\S+)", kube.kubectl(context, "get", "--raw", path), re.MULTILINE
    )
    return float(found[1]) if found else 0.0


def _size(ref: str) -> int:
    command = ["docker", "image", "inspect", "--format", "{{.Size}}", ref]
    told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - words of this file
    return int(told.stdout) if told.returncode == 0 else 0

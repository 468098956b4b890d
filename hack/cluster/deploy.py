"""The stand-ins and the chart, on a cluster that is up."""

import base64
import json
import secrets
import string
from collections.abc import Mapping
from typing import Any

from cluster import kube
from cluster.context import Context
from cluster.process import CommandFailed

CHART = "charts/personalbots"
MANIFEST = "hack/manifests/standins.yaml"
RELEASE = "personalbots"
NAMESPACE = "personalbots"
BOTS = "bots"
STANDINS = "standins"
SHARED_KEY = "shared-llm-key"
MASTER_USERNAME = "personal_bots_bot"
ADMINISTRATOR = "Administrator"
ADMINISTRATOR_ID = 6044288520
"""Whoever joins the chat page by this name; the stand-in makes people's numbers from their names."""
TELEGRAM_URL = "http://telegram.standins.svc:8081"  # as pods see them
LLM_URL = "http://llm.standins.svc:8082/v1"


def standins(context: Context, refs: Mapping[str, str]) -> None:
    """Deploy the stand-ins, and a master bot's token that Telegram's stand-in knows; waits until both are ready.

    Args:
        refs: the images, as `images.load` gives them.
    """
    kube.apply(context, kube.namespace(STANDINS))
    known = kube.kubectl(context, "-n", STANDINS, "get", "secret", "master-bot", "--ignore-not-found", "-o", "json")
    bot = json.loads(base64.b64decode(json.loads(known)["data"]["bot.json"])) if known else _new_master_bot()
    kube.apply(context, kube.secret("master-bot", STANDINS, {"bot.json": json.dumps(bot)}))
    master_token(context, bot["token"])
    manifest = (
        (context.root / MANIFEST).read_text().replace("image: personalbots/standins", f"image: {refs['standins']}")
    )
    kube.kubectl(context, "apply", "--server-side", "--force-conflicts", "-f", "-", stdin=manifest)
    for name in ("telegram", "llm"):
        kube.kubectl(context, "-n", STANDINS, "rollout", "status", f"deployment/{name}", "--timeout=180s")


def chart(
    context: Context,
    refs: Mapping[str, str],
    values: Mapping[str, Any] | None = None,
    *,
    release: str = RELEASE,
    namespace: str = NAMESPACE,
) -> None:
    """Install or upgrade the chart, and wait until the operator and the master bot are ready.

    Args:
        refs: the images, as `images.load` gives them.
        values: laid over the chart's defaults; see `for_standins`.

    Raises:
        CommandFailed: it was refused, or not ready in time; the message tells what the pods say.
    """
    mine = {"images": {"bot": refs["bot"], "operator": refs["operator"], "masterBot": refs["master-bot"]}}
    words = ["--namespace", namespace, "--create-namespace", "--wait", "--timeout", "180s"]
    unlock(context, release, namespace)
    try:
        kube.helm(
            context, "upgrade", "--install", release, str(context.root / CHART), *words, "--values", "-",
            stdin=json.dumps({**mine, **(values or {})}),
        )  # fmt: skip
    except CommandFailed as failed:
        told = [failed.output.strip()]
        told.append(kube.kubectl(context, "-n", namespace, "get", "pods", "-o", "wide"))
        told.append(kube.kubectl(context, "-n", namespace, "get", "events", "--field-selector", "type=Warning"))
        for name in ("personalbots-operator", "master-bot"):
            selector = ("-l", f"app.kubernetes.io/instance={release},app.kubernetes.io/component={name}")
            told.append(kube.kubectl(context, "-n", namespace, "logs", "--tail=10", *selector))
        raise CommandFailed(("helm", "upgrade"), failed.code, "\n".join(told)) from failed


def unlock(context: Context, release: str, namespace: str) -> None:
    """Forget the attempt of a helm that was killed: until then every other one is "in progress" and refused.

    What it made stays, and is taken over by the next one.
    """
    states = "pending-install,pending-upgrade,pending-rollback"
    selector = f"owner=helm,name={release},status in ({states})"
    kube.kubectl(context, "-n", namespace, "delete", "secret", "-l", selector, "--ignore-not-found")


def for_standins() -> dict[str, Any]:
    """Values of the chart that point everything at the stand-ins, with an administrator among their people.

    Bots are asked often how they are, so that little is waited for.
    """
    return {
        "endpoints": {"telegram": {"apiUrl": TELEGRAM_URL}, "llm": {"baseUrl": LLM_URL}},
        "masterBot": {"adminIds": [ADMINISTRATOR_ID]},
        "operator": {"env": {"OPERATOR_STATUSZ_SECONDS": "3"}},
    }


def master_token(context: Context, token: str) -> None:
    """Give the master bot its token."""
    kube.apply(context, kube.namespace(NAMESPACE))
    kube.apply(context, kube.secret("master-bot", NAMESPACE, {"telegram-token": token}))


def shared_key(context: Context, key: str) -> None:
    """Give the bots a key for the LLM that all of them use; the chart has made their namespace."""
    kube.apply(context, kube.secret(SHARED_KEY, BOTS, {"openai-api-key": key}))


def _new_master_bot() -> dict[str, Any]:
    """Make up a bot as @BotFather would give it; the stand-in takes it from a file."""
    letters = string.ascii_letters + string.digits + "_-"
    token = f"{7_000_000_000 + secrets.randbelow(10**9)}:AA{''.join(secrets.choice(letters) for _ in range(33))}"
    return {"username": MASTER_USERNAME, "name": "Personal bots", "token": token, "can_manage_bots": True}

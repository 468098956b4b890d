"""Installs the stand-ins and the chart on a cluster that is up."""

import base64
import json
import secrets
import string
from collections.abc import Mapping
from typing import Any, Final

from cluster import kube
from cluster.context import Context
from cluster.process import CommandError

CHART: Final = "charts/personalbots"
MANIFEST: Final = "hack/manifests/standins.yaml"
RELEASE: Final = "personalbots"
NAMESPACE: Final = "personalbots"
BOTS: Final = "bots"
STANDINS: Final = "standins"
SHARED_KEY: Final = "shared-llm-key"
MASTER_USERNAME: Final = "personal_bots_bot"
ADMINISTRATOR: Final = "Administrator"
ADMINISTRATOR_ID: Final = 6044288520
"""The user id of whoever joins the chat page by this name; the stand-in computes ids from names."""
TELEGRAM_URL: Final = "http://telegram.standins.svc:8081"  # as pods see them
LLM_URL: Final = "http://llm.standins.svc:8082/v1"


def standins(context: Context, refs: Mapping[str, str]) -> None:
    """Install the stand-ins, with a master bot that the one of Telegram knows, and wait until both are ready.

    Args:
        refs: the images, as `images.load` gives them.
    """
    kube.apply(context, kube.namespace(STANDINS))

    # A master bot that exists is kept: people have chats with it.
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
        CommandError: it was refused, or not ready in time; the message shows pods, warnings and logs.
    """
    unlock(context, release, namespace)
    mine = {"images": {"bot": refs["bot"], "operator": refs["operator"], "masterBot": refs["master-bot"]}}
    words = ["--namespace", namespace, "--create-namespace", "--wait", "--timeout", "180s"]
    try:
        kube.helm(
            context, "upgrade", "--install", release, str(context.root / CHART), *words, "--values", "-",
            stdin=json.dumps({**mine, **(values or {})}),
        )  # fmt: skip
    except CommandError as failed:
        found = f"{failed.output.strip()}\n{_evidence(context, release, namespace)}"
        raise CommandError(("helm", "upgrade"), failed.code, found) from failed


def _evidence(context: Context, release: str, namespace: str) -> str:
    """Collect what explains why pods are not ready."""
    found = [kube.kubectl(context, "-n", namespace, "get", "pods", "-o", "wide")]
    found.append(kube.kubectl(context, "-n", namespace, "get", "events", "--field-selector", "type=Warning"))
    for name in ("personalbots-operator", "master-bot"):
        selector = ("-l", f"app.kubernetes.io/instance={release},app.kubernetes.io/component={name}")
        found.append(kube.kubectl(context, "-n", namespace, "logs", "--tail=10", *selector))
    return "\n".join(found)


def unlock(context: Context, release: str, namespace: str) -> None:
    """Delete the record of a helm that was killed: while it exists, helm refuses every other attempt as "in progress".

    What the killed helm created stays, and the next one takes it over.
    """
    states = "pending-install,pending-upgrade,pending-rollback"
    selector = f"owner=helm,name={release},status in ({states})"
    kube.kubectl(context, "-n", namespace, "delete", "secret", "-l", selector, "--ignore-not-found")


def for_standins() -> dict[str, Any]:
    """Give the chart's values that point everything at the stand-ins, with an administrator among their people.

    The operator reads the state of bots often, so that nobody waits for it.
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
    """Give the bots a key for the LLM that all of them use; the chart has created their namespace."""
    kube.apply(context, kube.secret(SHARED_KEY, BOTS, {"openai-api-key": key}))


def _new_master_bot() -> dict[str, Any]:
    """Make up a bot as @BotFather would; the stand-in reads it from a file."""
    letters = string.ascii_letters + string.digits + "_-"
    token = f"{7_000_000_000 + secrets.randbelow(10**9)}:AA{''.join(secrets.choice(letters) for _ in range(33))}"
    return {"username": MASTER_USERNAME, "name": "Personal bots", "token": token, "can_manage_bots": True}

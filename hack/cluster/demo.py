"""The demo: everything, with a chat page to try it on."""

import contextlib
import os
import time
import urllib.error
import urllib.request
from typing import Any

import cluster
from cluster import deploy, images, kube
from cluster.context import Context, ToolingError
from cluster.process import CommandError


def up(context: Context) -> None:
    """Create everything, and show where to begin.

    TELEGRAM_TOKEN in the environment is the token of a real bot, which becomes the master bot; without it stand-ins
    replace Telegram and the LLM. LLM_BASE_URL is another server that speaks the OpenAI API. LLM_API_KEY is a key for
    all bots, so that people need none of their own.
    """
    start = time.monotonic()
    # Taken out of the environment: no program that is started here must see them.
    token, key = (os.environ.pop(name, "").strip() for name in ("TELEGRAM_TOKEN", "LLM_API_KEY"))
    llm = os.environ.get("LLM_BASE_URL", "").strip()

    cluster.up(context)
    refs = images.load(context)

    if token:
        deploy.master_token(context, token)
        values: dict[str, Any] = {"endpoints": {}, "masterBot": {}}
    else:
        with context.step("Stand-ins ready"):
            deploy.standins(context, refs)
        values = deploy.for_standins()

    if llm:
        values["endpoints"]["llm"] = {"baseUrl": llm}
    values["masterBot"]["sharedKeySecret"] = {"name": deploy.SHARED_KEY if key else ""}
    with context.step("Chart installed, operator and master bot ready"):
        deploy.chart(context, refs, values)
    if key:
        deploy.shared_key(context, key)

    context.show(_real(context) if token else _page(context, ask_key=not key))
    context.show(f"\nAll of it took {time.monotonic() - start:.0f} s. `make demo-down` deletes it again.")


def down(context: Context) -> None:
    """Delete the cluster and what was started for it; on somebody else's cluster, only what was installed there."""
    if not context.external:
        cluster.down(context)
        return

    with contextlib.suppress(CommandError):
        kube.helm(context, "uninstall", deploy.RELEASE, "--namespace", deploy.NAMESPACE, "--wait")
    with context.step("Namespaces deleted"):
        names = (deploy.NAMESPACE, deploy.BOTS, deploy.STANDINS)
        kube.kubectl(context, "delete", "namespace", *names, "--ignore-not-found", timeout=600)
        kube.kubectl(context, "delete", "crd", "personalbots.personalbots.io", "--ignore-not-found")


def _page(context: Context, *, ask_key: bool) -> str:
    address = f"http://127.0.0.1:{context.chat_port}"
    if context.external:
        command = f"kubectl -n {deploy.STANDINS} port-forward service/telegram {context.chat_port}:8081"
        before = f"Run `{command}`, and then open"
    else:
        _wait_for(address)
        before = "Open"

    then = ", then any key that begins with sk-standin-" if ask_key else ""
    return f"""
{before}  {address}

  1. Write /newbot to @BotFather there: it asks for a name and gives you a token.
  2. Open @{deploy.MASTER_USERNAME} and write /start; paste the token{then}.
  3. Open your bot when it is up, send it a document, and ask about it.

Whoever joins as {deploy.ADMINISTRATOR} sees all bots, and has /admin, /find, /health and /broadcast in the master bot.

Look behind it:  export KUBECONFIG={context.kubeconfig}
                 kubectl -n {deploy.BOTS} get pbot,pods"""


def _real(context: Context) -> str:
    return f"""
The master bot is connected to Telegram. Write /start to it.

Look behind it:  export KUBECONFIG={context.kubeconfig}
                 kubectl -n {deploy.BOTS} get pbot,pods"""


def _wait_for(address: str, limit: float = 60) -> None:
    """Wait until a page answers: the port may be open before a server is behind it."""
    end = time.monotonic() + limit
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - an address of ours
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > end:
                raise ToolingError(f"The chat page at {address} does not answer after {limit:.0f} s.") from None
            time.sleep(0.3)
        else:
            return

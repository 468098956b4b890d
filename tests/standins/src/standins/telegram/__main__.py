"""``python -m standins.telegram --port 8081``: the stand-in by itself."""

import argparse
import asyncio
import contextlib
import json
import signal
from dataclasses import replace
from pathlib import Path
from typing import Final

from standins.telegram.server import serve
from standins.telegram.world import Settings, World

MEGABYTE: Final = 1024 * 1024


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m standins.telegram", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8081, help="port to listen on (default: %(default)s)")
    parser.add_argument("--master-username", help="bot to pin on the chat page beside @BotFather")
    parser.add_argument("--sample-key", help="key for the LLM stand-in, to be shown among what to try")
    parser.add_argument(
        "--bot-file", type=Path, action="append", default=[],
        help='JSON file with a bot to begin with: {"username", "name", "token", "can_manage_bots"}; repeatable',
    )  # fmt: skip
    parser.add_argument(
        "--local",
        action="store_true",
        help="as a self-hosted Bot API server: files up to 2000 MB, webhooks at any address",
    )
    parser.add_argument(
        "--resolve", action="append", default=[], metavar="NAME=HOST:PORT",
        help="where a public name really is, for webhooks; repeatable",
    )  # fmt: skip
    parser.add_argument("--enforce-limits", action="store_true", help="Telegram's sending limits")
    options = parser.parse_args()
    world = World(_settings(options))
    world.limits.enforced = options.enforce_limits

    for file in options.bot_file:
        known = json.loads(file.read_text())
        bot = world.make_bot(known["username"], name=known.get("name", ""), token=known["token"])
        bot.can_manage_bots = bool(known.get("can_manage_bots"))

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(world, options.host, options.port))


def _settings(options: argparse.Namespace) -> Settings:
    settings = Settings(
        master_username=options.master_username,
        sample_key=options.sample_key,
        local=options.local,
        hosts=dict(entry.split("=", 1) for entry in options.resolve),
    )
    if options.local:
        settings = replace(settings, file_limit=2000 * MEGABYTE, upload_limit=2000 * MEGABYTE)

    return settings


async def _run(world: World, host: str, port: int) -> None:
    stop = asyncio.Event()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async with serve(world, host=host, port=port) as bound:
        print(f"Telegram stand-in: chat page at http://{host}:{bound}/", flush=True)  # noqa: T201 - for who started it
        await stop.wait()


if __name__ == "__main__":
    main()

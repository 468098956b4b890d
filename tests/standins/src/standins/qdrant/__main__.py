"""``python -m standins.qdrant``: the stand-in as a server."""

import argparse
import asyncio
import os
import signal
from pathlib import Path

from standins.qdrant.access import Keys
from standins.qdrant.standin import QdrantStandIn


def main() -> None:
    """Serve until told to stop. The keys come from the environment, by Qdrant's own names."""
    parser = argparse.ArgumentParser(prog="python -m standins.qdrant", description="A server that speaks Qdrant's API.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=6333, help="port to listen on (default: %(default)s)")
    parser.add_argument("--storage", type=Path, help="folder to keep collections in; without it nothing is kept")
    options = parser.parse_args()
    keys = Keys(
        api_key=os.environ.get("QDRANT__SERVICE__API_KEY", ""),
        read_only_api_key=os.environ.get("QDRANT__SERVICE__READ_ONLY_API_KEY", ""),
        jwt_rbac=os.environ.get("QDRANT__SERVICE__JWT_RBAC", "").lower() == "true",
    )
    asyncio.run(_run(keys, options))


async def _run(keys: Keys, options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    start = QdrantStandIn.start(keys=keys, folder=options.storage, host=options.host, port=options.port)
    async with start as qdrant:
        print(f"Qdrant stand-in at {qdrant.url}", flush=True)  # noqa: T201 - for who started it
        await stop.wait()


if __name__ == "__main__":
    main()

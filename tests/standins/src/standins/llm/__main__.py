"""``python -m standins.llm``: the stand-in as a server."""

import argparse
import logging

from aiohttp import web

from standins.llm.calls import Settings
from standins.llm.embedding import Embedder
from standins.llm.server import Server


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m standins.llm", description="A server that speaks the OpenAI API.")
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on (all)")  # noqa: S104 - a server in a pod
    parser.add_argument("--port", type=int, default=8082, help="port to listen on (8082)")
    parser.add_argument("--chat-model", action="append", default=[], help="another name to answer to; repeatable")
    parser.add_argument("--embedding-model", action="append", default=[], help="the same for embeddings")
    parser.add_argument(
        "--tokens-per-second", type=float, default=80, help="pace of writing (80); 0: as fast as it can"
    )
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)  # probes would fill the log
    standard = Settings()
    settings = Settings(
        chat_models=(*standard.chat_models, *given.chat_model),
        embedding_models=(*standard.embedding_models, *given.embedding_model),
        tokens_per_second=given.tokens_per_second,
    )
    web.run_app(
        Server(settings=settings, embedder=Embedder()).app(), host=given.host, port=given.port, shutdown_timeout=2
    )


if __name__ == "__main__":
    main()

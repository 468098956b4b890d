"""The copying run: copies the bot's collection from its volume to a Qdrant server, or back, and ends."""

import contextlib
import logging

from personal_bot.exits import INTERNAL_ERROR, ExitError
from personal_bot.knowledge.index import on_server, on_volume, opened
from personal_bot.knowledge.stores.store import StoreError
from personal_bot.knowledge.stores.store_copy import copy
from personal_bot.secret_files import SecretFiles
from personal_bot.settings import Settings

logger = logging.getLogger(__name__)


async def copy_knowledge(settings: Settings, secrets: SecretFiles) -> None:
    """Copy the collection in the direction that the settings say, with a log line for each document.

    Raises:
        ExitError: it is not whole there; the same run again goes on.
    """
    url = settings.qdrant_url or ""
    volume = on_volume(settings.data_dir / "knowledge" / settings.collection)
    server = on_server(settings.collection, url, lambda: secrets.current.qdrant_key)
    sources, targets = (volume, server) if settings.copy_knowledge == "to-server" else (server, volume)
    done = 0

    try:
        source, target = [stores[(await opened(stores))[1]] for stores in (sources, targets)]
        async with contextlib.aclosing(copy(source, target)) as copied:
            async for document, number, total in copied:
                logger.info("Copied %d of %d documents: %s", number, total, document.name)
                done = number

        logger.info("The collection %s is copied", settings.collection, extra={"documents": done})
    except StoreError as error:
        raise ExitError(
            INTERNAL_ERROR,
            "InternalError",
            f"The collection {settings.collection} is not copied: {error}",
            "Stop the bot first; the same command again goes on after the last document copied. Nothing is deleted.",
        ) from error
    finally:
        for store in (*sources, *targets):
            with contextlib.suppress(StoreError):
                await store.close()

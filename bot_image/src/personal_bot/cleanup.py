"""The clean-up run: drops the bot's collection on a Qdrant server, and ends."""

import asyncio
from typing import Final

from personal_bot.exits import INTERNAL_ERROR, ExitError
from personal_bot.knowledge.library import Library, LibraryConfig
from personal_bot.knowledge.stores.store import StoreError
from personal_bot.llm.client import LLM, LLMConfig
from personal_bot.secret_files import SecretFiles
from personal_bot.settings import Settings

_ATTEMPTS: Final = 10
_PAUSE: Final = 3.0  # seconds


async def drop_collection(settings: Settings, secrets: SecretFiles) -> None:
    """Drop the collection; wait for a while for a server that is away.

    Raises:
        ExitError: it could not be dropped.
    """
    llm = LLM(
        LLMConfig(
            base_url=settings.llm_base_url,
            model=settings.model,
            embedding_model=settings.embedding_model,
            key_provider=lambda: "",
        )
    )
    config = LibraryConfig(
        data_dir=settings.data_dir,
        collection=settings.collection,
        qdrant_url=settings.qdrant_url,
        qdrant_key=lambda: secrets.current.qdrant_key,
    )
    library = await Library.open(config, llm)

    try:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await library.drop()
            except StoreError as error:
                if attempt == _ATTEMPTS:
                    raise ExitError(
                        INTERNAL_ERROR,
                        "InternalError",
                        f"The collection {settings.collection} could not be dropped: {error}",
                        "Drop it by hand on the Qdrant server.",
                    ) from error
                await asyncio.sleep(_PAUSE)
            else:
                return
    finally:
        await library.close()

"""A collection is copied from one store to the other, document by document.

A document's record is written after all of its chunks, and documents whose record is there are left alone. So a copy
that was broken off at any moment goes on where it was when it runs again, and its source stays whole.
"""

from collections.abc import AsyncGenerator

from personal_bot.knowledge.stores.store import Manifest, Status, Store, StoreError
from personal_bot.models import Document


async def copy(source: Store, target: Store) -> AsyncGenerator[tuple[Document, int, int]]:
    """Copy all documents; give each one when it is whole in the target, its number from 1, and how many there are.

    Args:
        source: is opened, and only read.
        target: is opened; its collection is made when there is none.

    Raises:
        StoreError: a store fails, there is nothing to copy, or what the target holds was made by another model.
    """
    manifest = await source.open()
    if manifest is None:
        raise StoreError("StoreRefused", "there is no collection to copy")

    there = await target.open()
    if there is None:
        await target.create(Manifest(embedding_model=manifest.embedding_model, dimension=manifest.dimension))
    elif not there.fits(manifest):
        raise StoreError(
            "StoreRefused",
            f"the target holds vectors of {there.embedding_model}, and those to copy are of {manifest.embedding_model}",
        )

    records = [record for record in await source.records() if record.status is Status.COMPLETE]
    whole = {record.generation for record in await target.records() if record.status is Status.COMPLETE}

    for number, record in enumerate(records, start=1):
        if record.generation not in whole:
            async for chunks in source.contents(record.generation):
                await target.add_chunks(record.generation, chunks)
            await target.put_records([record])
        yield record.document, number, len(records)

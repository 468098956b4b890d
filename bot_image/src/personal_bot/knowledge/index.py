"""The index that answers, and the one that follows it when the embedding model changes.

A collection has two places, each of which may hold an index. An index says in its manifest by which model its vectors
were made, its number, and whether it is complete. The complete one with the highest number answers; one that is not
complete is being filled (`reindexing`). So a single write, that of a manifest, lets the next index take over, and a
process that is killed at any moment leaves one that answers.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from personal_bot.knowledge.stores.store import Manifest, Record, Status, Store, StoreError
from personal_bot.knowledge.stores.store_embedded import EmbeddedStore

Places = tuple[Store, Store]

_SECOND: Final = ".2"
"""Ends the name of the second place; no collection's name has a dot."""
_RETRY_AFTER: Final = 1.0  # seconds between attempts to let the next index take over


def on_volume(folder: Path) -> Places:
    """Give the places of a collection in a folder."""
    return EmbeddedStore(folder), EmbeddedStore(folder.with_name(folder.name + _SECOND))


def on_server(collection: str, url: str, key: Callable[[], str | None]) -> Places:
    """Give the places of a collection on a Qdrant server; `key` gives the API key as it is on the disk now.

    Takes a second the first time, so call it in a thread.
    """
    # Qdrant's client costs 50 MiB and a second of import: only a bot with a server pays for it.
    from personal_bot.knowledge.stores.store_qdrant import ServerStore, connector  # noqa: PLC0415 - as above

    connect = connector(url, key)
    return ServerStore(collection, connect), ServerStore(collection + _SECOND, connect)


def answering(manifests: Sequence[Manifest | None]) -> int:
    """Say which place answers: the newest complete index; any that is there when none is complete."""
    there = [(manifest.is_complete, manifest.number, -place) for place, manifest in enumerate(manifests) if manifest]
    return -max(there)[2] if there else 0


async def opened(stores: Places) -> tuple[list[Manifest | None], int]:
    """Open both places; gives their manifests, and which one answers.

    Raises:
        StoreError: one cannot be opened.
    """
    first = await stores[0].open()
    try:
        second = await stores[1].open()
    except StoreError as error:
        if error.reason != "StoreRefused" or not (first and first.is_complete):
            raise
        second = None  # the key may be for this collection alone: all is well as long as the model stays

    return [first, second], answering([first, second])


class Index:
    """The index of one bot.

    Attributes:
        manifest: of the index that answers; None: there is none yet.
        following: of the index that is being filled.
        records: of the index that answers, by generation.
        quiet: no document is being taken in.
    """

    def __init__(self, make_places: Callable[[], Places]) -> None:
        """Take what makes the places; it is called in a thread, when they are first needed."""
        self._make_places = make_places
        self._places: Places | None = None
        self._place = 0

        self.manifest: Manifest | None = None
        self.following: Manifest | None = None
        self.records: dict[str, Record] = {}

        self.quiet = asyncio.Event()
        self.quiet.set()
        self._changes = asyncio.Lock()
        self._takings = 0
        self._uses: tuple[set[asyncio.Future[None]], set[asyncio.Future[None]]] = (set(), set())

    @property
    def current(self) -> Store:
        """The store that answers."""
        return self._opened()[self._place]

    @property
    def other(self) -> Store:
        """The store that is being filled, if any."""
        return self._opened()[1 - self._place]

    async def open(self) -> None:
        """Open what is there, and remove an index that has been replaced.

        Raises:
            StoreError: it cannot be opened.
        """
        manifests, self._place = await opened(await self._made())
        self.manifest, other = manifests[self._place], manifests[1 - self._place]
        records = await self.current.records() if self.manifest else []

        if other and other.is_complete:
            await self.other.drop()
            other = None

        self.following = other
        self.records = {record.generation: record for record in records}

    async def create(self, manifest: Manifest) -> None:
        """Make the first index.

        Raises:
            StoreError: the store is away or refuses.
        """
        await self.current.create(manifest)
        self.manifest = manifest

    def list_complete(self) -> Iterator[Record]:
        """Give the records of the documents that are searched."""
        return (record for record in self.records.values() if record.status is Status.COMPLETE)

    def wanted(self) -> dict[str, Record]:
        """Give the records that the next index should have."""
        return {record.generation: replace(record, vectors=True) for record in self.list_complete()}

    @contextlib.contextmanager
    def use(self) -> Iterator[Store]:
        """Give the store that answers; it stays until the block ends, even when another one takes over meanwhile."""
        place, ended = self._place, asyncio.get_running_loop().create_future()
        self._uses[place].add(ended)

        try:
            yield self._opened()[place]
        finally:
            self._uses[place].discard(ended)
            ended.set_result(None)

    async def taking_in(self) -> contextlib.AbstractContextManager[None]:
        """Give a block, to be entered at once, within which no other index takes over."""
        async with self._changes:
            self._takings += 1
            self.quiet.clear()

        return self._until_taken_in()

    @contextlib.contextmanager
    def _until_taken_in(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._takings -= 1
            if not self._takings:
                self.quiet.set()

    async def put(self, records: Sequence[Record]) -> None:
        """Write records in one step.

        Raises:
            StoreError: the store is away or refuses.
        """
        async with self._changes:
            await self.current.put_records(records)
            self.records.update({record.generation: record for record in records})

    async def has_vectors(self, generation: str) -> None:
        """Note that all chunks of a document have vectors now; of one that is gone meanwhile nothing stays.

        Raises:
            StoreError: the store is away or refuses.
        """
        async with self._changes:
            record = self.records.get(generation)
            if record and record.status is Status.COMPLETE:
                self.records[generation] = replace(record, vectors=True)
                await self.current.put_records([self.records[generation]])
                return

        await self.remove(generation)

    async def remove(self, generation: str) -> None:
        """Remove a generation.

        Raises:
            StoreError: the store is away or refuses.
        """
        with self.use() as store:
            await store.remove(generation)
        self.records.pop(generation, None)

    async def follow(self, manifest: Manifest) -> None:
        """Make the index that will follow.

        Raises:
            StoreError: the store is away or refuses.
        """
        await self.other.create(manifest)
        self.following = manifest

    async def give_up_following(self) -> None:
        """Remove the index that was being filled.

        Raises:
            StoreError: the store is away or refuses.
        """
        await self.other.drop()
        self.following = None

    async def take_over(self, filled: dict[str, Record]) -> bool:
        """Let the next index answer from now on, and remove the one before.

        Args:
            filled: the records of the next one.

        Returns:
            False: there is something that it does not have yet, or a document is being taken in just now.

        Raises:
            StoreError: the store refuses.
        """
        async with self._changes:
            if self._takings or not self.following or filled != self.wanted():
                return False

            manifest = replace(self.following, is_complete=True)
            await self._write_until_known(manifest)
            former, self._place = self._place, 1 - self._place
            self.manifest, self.following, self.records = manifest, None, dict(filled)

        # Searches that began before still read the former index.
        while uses := self._uses[former]:
            await asyncio.wait(uses)

        with contextlib.suppress(StoreError):  # it has the lower number: the next opening removes it
            await self._opened()[former].drop()
        return True

    async def _write_until_known(self, manifest: Manifest) -> None:
        """Write the manifest of the next index. Nothing may change until it is known whether the write succeeded."""
        while True:
            try:
                await self.other.put_manifest(manifest)
            except StoreError as error:
                if error.reason != "StoreUnreachable":
                    raise
                await asyncio.sleep(_RETRY_AFTER)
            else:
                return

    async def drop(self) -> None:
        """Remove everything; nothing happens when there is nothing.

        Raises:
            StoreError: the store is away or refuses.
        """
        for store in await self._made():
            await store.drop()
        self.manifest, self.following, self.records = None, None, {}

    async def close(self) -> None:
        """Let go of the stores."""
        for store in self._places or ():
            with contextlib.suppress(StoreError):
                await store.close()

    async def _made(self) -> Places:
        if self._places is None:
            self._places = await asyncio.to_thread(self._make_places)
        return self._places

    def _opened(self) -> Places:
        if self._places is None:
            raise StoreError("StoreUnreachable", "the store is not open")
        return self._places

"""All collections of a server, their other names, and their snapshots, in one folder."""

import contextlib
import hashlib
import json
import shutil
import tarfile
import time
import uuid
from pathlib import Path
from typing import Final

from standins.qdrant.collection import Collection
from standins.qdrant.engine import Json
from standins.qdrant.errors import already_exists, no_collection, not_found, wrong_input

ALIASES: Final = "aliases.json"
FORBIDDEN: Final = frozenset('<>:"/\\|?*\0\x1f')


class Store:
    """Collections by name; an alias stands for one of them."""

    def __init__(self, folder: Path) -> None:
        self._collections_folder = folder / "collections"
        self._snapshots = folder / "snapshots"
        self._aliases_file = folder / ALIASES
        self.collections: dict[str, Collection] = {}
        self.aliases: dict[str, str] = {}

    def open(self) -> None:
        """Open what an earlier process left in the folder."""
        self._collections_folder.mkdir(parents=True, exist_ok=True)
        for folder in sorted(self._collections_folder.iterdir()):
            self.collections[folder.name] = Collection.load(folder)

        if self._aliases_file.exists():
            self.aliases = json.loads(self._aliases_file.read_text())

    def close(self) -> None:
        for collection in self.collections.values():
            collection.close()

    def get(self, name: str) -> Collection:
        """The collection of this name or alias.

        Raises:
            QdrantError: there is none.
        """
        found = self.collections.get(self.aliases.get(name, name))
        if found is None:
            raise no_collection(name)

        return found

    def create(self, name: str, config: Json) -> None:
        """Make a collection.

        Raises:
            QdrantError: the name is taken or bad, or so is the configuration.
        """
        if name in self.collections:
            raise already_exists(name)
        if name in self.aliases:
            raise wrong_input(f"Can't create collection with name {name}. Alias with the same name already exists")
        if FORBIDDEN & set(name) or not 1 <= len(name) <= 255:
            raise wrong_input(f"Invalid collection name: {name}")

        self.collections[name] = Collection.create(self._collections_folder / name, config)

    def delete(self, name: str) -> bool:
        """Delete a collection with its aliases and snapshots; whether there was one."""
        found = self.collections.pop(self.aliases.get(name, name), None)
        if found is None:
            return False

        found.drop()
        self.aliases = {alias: meant for alias, meant in self.aliases.items() if meant != found.folder.name}
        self._save_aliases()
        shutil.rmtree(self._snapshots / found.folder.name, ignore_errors=True)
        return True

    def change_aliases(self, actions: list[Json]) -> None:
        """Carry out changes of aliases, all or none.

        Raises:
            QdrantError: a collection or alias does not exist, or a name is taken.
        """
        aliases = dict(self.aliases)
        for action in actions:
            match action:
                case {"create_alias": {"collection_name": collection, "alias_name": alias}}:
                    if collection not in self.collections:
                        raise no_collection(collection)
                    if alias in self.collections:
                        raise already_exists(alias)
                    aliases[alias] = collection
                case {"delete_alias": {"alias_name": alias}}:
                    aliases.pop(alias, None)
                case {"rename_alias": {"old_alias_name": old, "new_alias_name": new}}:
                    if old not in aliases:
                        raise not_found(f"Alias {old} does not exists!")
                    aliases[new] = aliases.pop(old)

        self.aliases = aliases
        self._save_aliases()

    def _save_aliases(self) -> None:
        self._aliases_file.write_text(json.dumps(self.aliases))

    # Snapshots

    def snapshots(self, name: str) -> list[Json]:
        folder = self._snapshots / self.get(name).folder.name
        return [_described(file) for file in sorted(folder.glob("*.snapshot"))]

    def create_snapshot(self, name: str) -> Json:
        collection = self.get(name)
        folder = self._snapshots / collection.folder.name
        folder.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y-%m-%d-%H-%M-%S", time.gmtime())
        file = folder / f"{collection.folder.name}-{uuid.uuid4().int % 10**15}-{stamp}.snapshot"
        collection.pack(file)
        return _described(file)

    def snapshot(self, name: str, snapshot: str) -> Path:
        """The file of a snapshot.

        Raises:
            QdrantError: there is none.
        """
        file = self._snapshots / self.get(name).folder.name / Path(snapshot).name
        if not file.is_file():
            raise not_found(f"Snapshot {snapshot} not found")

        return file

    def recover(self, name: str, archive: Path) -> None:
        """Put a collection back as it was when the snapshot was made; it need not exist.

        Raises:
            QdrantError: the file is no snapshot of this stand-in.
        """
        fresh = self._collections_folder / f".{uuid.uuid4().hex}"
        try:
            with tarfile.open(archive) as packed:
                packed.extractall(fresh, filter="data")
            Collection.load(fresh).close()
        except (tarfile.TarError, OSError, ValueError):
            shutil.rmtree(fresh, ignore_errors=True)
            raise wrong_input(f"Failed to read the snapshot {archive.name}") from None

        with contextlib.suppress(KeyError):
            self.collections.pop(name).drop()

        fresh.rename(self._collections_folder / name)
        self.collections[name] = Collection.load(self._collections_folder / name)


def _described(file: Path) -> Json:
    made = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(file.stat().st_mtime))
    checksum = hashlib.sha256(file.read_bytes()).hexdigest()
    return {"name": file.name, "creation_time": made, "size": file.stat().st_size, "checksum": checksum}

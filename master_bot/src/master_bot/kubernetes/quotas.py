"""How many bots a person may have: as configured, or as an administrator set it for that person.

One ConfigMap holds what administrators set. This process alone writes it, so it is read once at the start.
"""

from collections.abc import Mapping
from typing import Final

from master_bot.kubernetes.cluster import Cluster
from master_bot.settings import Settings

_RECORD: Final = "quotas"


class Quotas:
    """See the module. Call `read` before anything else."""

    def __init__(self, cluster: Cluster, settings: Settings) -> None:
        self._cluster = cluster
        self._settings = settings
        self._own: dict[int, int] = {}

    async def read(self) -> None:
        """Take up what administrators set before this process began.

        Raises:
            ClusterError: it cannot be read.
        """
        kept = await self._cluster.record(_RECORD)
        self._own = {int(person): int(most) for person, most in kept.items() if f"{person}{most}".isdecimal()}

    def exceptions(self) -> Mapping[int, int]:
        """The people with a number of their own."""
        return self._own

    def of(self, person_id: int) -> int:
        """How many bots this person may have; 0: any number."""
        return self._own.get(person_id, self._settings.bots_per_owner)

    async def set(self, person_id: int, most: int | None) -> None:
        """Give a person a number of their own; None: as configured.

        Raises:
            ClusterError: nothing has changed.
        """
        own = {person: number for person, number in self._own.items() if person != person_id}
        if most is not None:
            own[person_id] = most
        await self._cluster.save_record(_RECORD, {str(person): str(number) for person, number in own.items()})
        self._own = own

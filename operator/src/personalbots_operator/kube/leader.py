"""Leader election by a Lease, for several operators of which one works. Optional: usually one operator is enough.

The rules are client-go's (tools/leaderelection). The holder renews the Lease. The others wait until it has not been
renewed for its whole duration, measured by their own clocks. Each write names the resourceVersion that was read, so
only one can win. A holder that cannot renew in time ends, so that nothing is done by two.
"""

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import Any, Final

from personalbots_operator.kube.client import AlreadyExistsError, ApiError, Cluster, ConflictError, Kind, NotFoundError

logger = logging.getLogger(__name__)

LEASE_SECONDS: Final = 15
"""How long a Lease is valid that is not renewed."""
RENEW_SECONDS: Final = 10.0
"""How long the holder may fail to renew before it gives up; shorter than the Lease."""
TRY_SECONDS: Final = 2.0
"""How often to try to take or renew the Lease."""


class LeadershipLostError(Exception):
    """Another may lead now, so the process has to end."""


class Leader:
    """One candidate. `lead` returns once it leads; `keep` runs for as long as it does."""

    def __init__(self, cluster: Cluster, *, lease: str, identity: str, try_seconds: float = TRY_SECONDS) -> None:
        """`lease` is namespace/name; `identity` is unique to this process, such as its pod's name."""
        self._cluster = cluster
        self._namespace, _, self._name = lease.partition("/")
        self._identity = identity
        self._try_seconds = try_seconds
        self._seen: tuple[str, float] = ("", 0.0)

    async def lead(self) -> None:
        """Wait until this one leads."""
        while not await self._try():  # noqa: ASYNC110 - the lease is far away
            await asyncio.sleep(self._try_seconds)
        logger.info("%s leads", self._identity)

    async def keep(self) -> None:
        """Renew until that fails for too long.

        Raises:
            LeadershipLostError: it was not renewed in time.
        """
        renewed = time.monotonic()
        while time.monotonic() - renewed < RENEW_SECONDS:
            await asyncio.sleep(self._try_seconds)
            if await self._try():
                renewed = time.monotonic()
        raise LeadershipLostError(f"{self._identity} could not renew {self._namespace}/{self._name}")

    async def release(self) -> None:
        """Let another lead at once."""
        try:
            lease = await self._cluster.get(Kind.LEASE, self._namespace, self._name)
            if lease["spec"].get("holderIdentity") == self._identity:
                spec = {"holderIdentity": "", "leaseDurationSeconds": 1}
                await self._write(lease, spec)
        except ApiError as error:
            logger.warning("the lease could not be given up: %s", error.message)

    async def _try(self) -> bool:
        """Take or renew the lease. Returns whether it is held now."""
        try:
            async with asyncio.timeout(RENEW_SECONDS / 2):
                return await self._take()
        except (ApiError, TimeoutError) as error:
            logger.warning("the lease could not be taken or renewed: %s", error)
            return False

    async def _take(self) -> bool:
        try:
            lease = await self._cluster.get(Kind.LEASE, self._namespace, self._name)
        except NotFoundError:
            return await self._create()

        spec: dict[str, Any] = lease.get("spec") or {}
        holder, version = spec.get("holderIdentity") or "", lease["metadata"]["resourceVersion"]
        if version != self._seen[0]:
            self._seen = (version, time.monotonic())

        # Clocks of different machines differ: what counts is for how long this one has seen no change.
        mine = holder == self._identity
        expired = time.monotonic() - self._seen[1] > (spec.get("leaseDurationSeconds") or LEASE_SECONDS)
        if holder and not mine and not expired:
            return False

        taken = {} if mine else {"acquireTime": _now(), "leaseTransitions": (spec.get("leaseTransitions") or 0) + 1}
        try:
            await self._write(lease, {"holderIdentity": self._identity, "leaseDurationSeconds": LEASE_SECONDS, **taken})
        except ConflictError:
            return False
        return True

    async def _create(self) -> bool:
        body = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": self._name, "namespace": self._namespace},
            "spec": {
                "holderIdentity": self._identity,
                "leaseDurationSeconds": LEASE_SECONDS,
                "acquireTime": _now(),
                "renewTime": _now(),
            },
        }
        try:
            await self._cluster.create(Kind.LEASE, self._namespace, body)
        except AlreadyExistsError:
            return False
        return True

    async def _write(self, lease: dict[str, Any], spec: dict[str, Any]) -> None:
        """Write what was decided from `lease`.

        Raises:
            ConflictError: another wrote since it was read.
        """
        version = {"resourceVersion": lease["metadata"]["resourceVersion"]}
        body = {"metadata": version, "spec": {**spec, "renewTime": _now()}}
        await self._cluster.patch(Kind.LEASE, self._namespace, self._name, body)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

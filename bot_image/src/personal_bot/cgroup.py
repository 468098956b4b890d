"""The limits that the kernel holds this process to: control groups version 2 and version 1."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_UNLIMITED: Final = 2**60  # bytes; version 1 writes a number near 2**63 for "no limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of the container; None where there is none.

    Attributes:
        memory: bytes.
        cpu: whole and part CPUs, as in the pod's `limits`.
    """

    memory: int | None = None
    cpu: float | None = None


class Cgroup:
    """The control group that is mounted at `root`."""

    def __init__(self, root: Path = Path("/sys/fs/cgroup")) -> None:
        """Read nothing yet: limits may change while the process runs (a resize in place)."""
        self._root = root

    def limits(self) -> Limits:
        """The limits as they are now."""
        memory = self._number("memory.max") or self._number("memory/memory.limit_in_bytes")
        return Limits(memory=memory if memory and memory < _UNLIMITED else None, cpu=self._cpu())

    def memory_used(self) -> int | None:
        """Bytes that the kernel could not take back: anonymous memory of all processes; None when it does not say."""
        for file, name in (("memory.stat", "anon"), ("memory/memory.stat", "total_rss")):
            for line in self._text(file).splitlines():
                key, _, value = line.partition(" ")
                if key == name:
                    return int(value)
        return None

    def _cpu(self) -> float | None:
        parts = self._text("cpu.max").split()
        if len(parts) == 2:  # noqa: PLR2004 - quota and period
            return int(parts[0]) / int(parts[1]) if parts[0].isdecimal() else None

        for folder in ("cpu", "cpu,cpuacct"):
            quota, period = self._number(f"{folder}/cpu.cfs_quota_us"), self._number(f"{folder}/cpu.cfs_period_us")
            if quota and period and quota > 0:
                return quota / period
        return None

    def _number(self, file: str) -> int | None:
        text = self._text(file).strip()
        return int(text) if text.lstrip("-").isdecimal() else None

    def _text(self, file: str) -> str:
        try:
            return (self._root / file).read_text(encoding="ascii")
        except OSError:
            return ""

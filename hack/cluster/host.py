"""What this machine is, and the packages on it."""

import os
import platform
import shutil
from pathlib import Path
from typing import Final

from cluster.context import Context, ToolingError
from cluster.process import logged, works

SYS_RESOURCE: Final = 24  # the bit of CAP_SYS_RESOURCE, see capabilities(7)


def is_debian_root() -> bool:
    """Whether packages can be installed here, which an engine and a node image of our own need."""
    return platform.system() == "Linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def lacks_sys_resource() -> bool:
    """Whether the kernel refuses CAP_SYS_RESOURCE even to root, as in some virtual machines."""
    status = Path("/proc/self/status").read_text()
    bounding = next(line.split()[1] for line in status.splitlines() if line.startswith("CapBnd"))
    return not int(bounding, 16) >> SYS_RESOURCE & 1


def install(context: Context, *packages: str) -> None:
    """Install the Debian packages that are missing.

    Raises:
        ToolingError: only root on Debian can install packages.
    """
    missing = [name for name in packages if not works("dpkg-query", "-s", name)]
    if not missing:
        return
    if not is_debian_root():
        raise ToolingError(f"These Debian packages are missing: {' '.join(missing)}. Please install them.")

    quiet = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    options = ["-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
    with context.step(f"Debian packages: {' '.join(missing)}"):
        logged("apt-get", *options, "update", "-q", log=context.logs / "apt-update.log", env=quiet)
        command = ["apt-get", *options, "install", "-qy", "--no-install-recommends", *missing]
        logged(*command, log=context.logs / "apt.log", env=quiet)


def debian_mirror() -> str:
    """Find the mirror that this machine's own packages come from.

    Raises:
        ToolingError: the machine's configuration names none.
    """
    for file in [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("debian*"))]:
        for line in file.read_text().splitlines() if file.is_file() else []:
            words = line.split()
            if len(words) > 1 and words[0] in {"URIs:", "deb"}:
                return next(word for word in words[1:] if "://" in word)
    raise ToolingError("No Debian mirror is named in /etc/apt/sources.list or /etc/apt/sources.list.d/debian*.")

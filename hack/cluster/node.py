"""The image of kind's node: kind's own where it can be pulled, else one that is built here."""

import shutil
from typing import Final

from cluster import engine, hashing, host, tools
from cluster.context import Context, ToolingError
from cluster.process import logged

OFFICIAL: Final = "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5"
FOLDER: Final = "hack/node-image"


def image(context: Context) -> str:
    """Give the node image; a missing one is pulled or built.

    Raises:
        ToolingError: it can be neither pulled nor built here.
    """
    own = f"personalbots/kind-node:{tools.KUBERNETES}-{hashing.of(context.root, [FOLDER], tools.key(context))}"
    found = next(filter(engine.has, (OFFICIAL, own)), None)
    if found:
        return found

    with context.step(f"Node image {OFFICIAL.partition('@')[0]} pulled", "0.4 GB, once"):
        pulled = engine.pull(OFFICIAL)
    if pulled:
        return OFFICIAL

    if not host.is_debian_root():
        raise ToolingError(
            f"The node image {OFFICIAL.partition('@')[0]} cannot be pulled, and only root on Debian can build one. "
            "Please make Docker Hub reachable for this engine (a proxy or a mirror will do), or work as root on Debian."
        )
    _build(context, own)
    return own


def _build(context: Context, tag: str) -> None:
    host.install(context, "debootstrap", "containerd")
    programs = tools.node(context)
    work = context.cache / "node-image"
    shutil.rmtree(work, ignore_errors=True)

    log = context.logs / "node-image.log"
    with context.step("Node image built", "once, about a minute"):
        script = context.root / FOLDER / "build.sh"
        logged(script, tag, programs, work, tools.KUBERNETES, host.debian_mirror(), log=log)

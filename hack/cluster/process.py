"""Running other programs."""

import os
import shlex
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from cluster.context import Problem

TAIL = 30


class CommandFailed(Problem):
    """A program ended with an error; the message has the last lines of what it said."""

    def __init__(self, args: tuple[str, ...], code: int, output: str) -> None:
        tail = "\n".join(f"    {line}" for line in output.strip().splitlines()[-TAIL:])
        super().__init__(f"`{shlex.join(args)}` ended with {code}:\n{tail}")
        self.code = code
        self.output = output


def run(
    *args: str | Path,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float | None = None,
) -> str:
    """Run a program and return its standard output.

    Secrets go through `stdin`, since arguments and the environment can be read by others and are shown in errors.

    Args:
        env: added to this process's environment.
        timeout: seconds.

    Raises:
        CommandFailed: it ended with an error, or took too long (code 124).
    """
    words = tuple(map(str, args))
    try:
        done = subprocess.run(  # noqa: S603 - the programs are named in this package
            words, input=stdin, env={**os.environ, **(env or {})}, cwd=cwd, timeout=timeout,
            capture_output=True, text=True, check=False, errors="replace",
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise CommandFailed(words, 124, f"nothing after {timeout:.0f} s\n{late.stderr or b''!r}") from None
    except FileNotFoundError:
        raise CommandFailed(words, 127, f"{words[0]} is not installed") from None
    if done.returncode:
        raise CommandFailed(words, done.returncode, done.stderr + done.stdout)
    return done.stdout


def works(*args: str | Path, env: Mapping[str, str] | None = None, timeout: float = 30) -> bool:
    """Whether a program ends well within so many seconds."""
    try:
        run(*args, env=env, timeout=timeout)
    except CommandFailed:
        return False
    return True


def logged(
    *args: str | Path,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    beat: Callable[[float], None] | None = None,
) -> None:
    """Run a long program whose output goes to a file; `beat` is called twice a minute with the seconds gone by.

    Raises:
        CommandFailed: it ended with an error.
    """
    words = tuple(map(str, args))
    over = threading.Event()

    def beats() -> None:
        seconds = 0.0
        while not over.wait(30):
            seconds += 30
            if beat:
                beat(seconds)

    with log.open("w") as output:
        threading.Thread(target=beats, daemon=True).start()
        try:
            code = subprocess.run(  # noqa: S603 - as above
                words, env={**os.environ, **(env or {})}, cwd=cwd, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, check=False,
            ).returncode  # fmt: skip
        finally:
            over.set()
    if code:
        raise CommandFailed(words, code, log.read_text(errors="replace"))

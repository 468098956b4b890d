"""Runs other programs."""

import os
import shlex
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from cluster.context import ToolingError

TAIL: Final = 30
"""Lines of a program's output that an error shows."""
TIMED_OUT: Final = 124
"""The exit code of a program that took too long, as timeout(1) has it."""
NOT_FOUND: Final = 127
"""The exit code of a program that is not installed, as shells have it."""
BEAT: Final = 30.0
"""Seconds between two signs of life of a long program."""


class CommandError(ToolingError):
    """A program ended with an error; the message shows the last lines of its output."""

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

    Secrets go through `stdin`: others can read arguments and the environment, and errors show them.

    Args:
        env: added to this process's environment.
        timeout: seconds.

    Raises:
        CommandError: it ended with an error, is not installed, or took too long.
    """
    words = tuple(map(str, args))
    try:
        done = subprocess.run(  # noqa: S603 - the programs are named in this package
            words, input=stdin, env={**os.environ, **(env or {})}, cwd=cwd, timeout=timeout,
            capture_output=True, text=True, check=False, errors="replace",
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise CommandError(words, TIMED_OUT, f"nothing after {timeout:.0f} s\n{late.stderr or b''!r}") from None
    except FileNotFoundError:
        raise CommandError(words, NOT_FOUND, f"{words[0]} is not installed") from None

    if done.returncode:
        raise CommandError(words, done.returncode, done.stderr + done.stdout)
    return done.stdout


def works(*args: str | Path, env: Mapping[str, str] | None = None, timeout: float = 30) -> bool:
    """Whether a program ends without an error, within so many seconds."""
    try:
        run(*args, env=env, timeout=timeout)
    except CommandError:
        return False
    return True


def logged(
    *args: str | Path,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    beat: Callable[[float], None] | None = None,
) -> None:
    """Run a long program whose output goes to a file.

    Args:
        beat: called twice a minute with the seconds since the start.

    Raises:
        CommandError: it ended with an error.
    """
    words = tuple(map(str, args))
    over = threading.Event()

    def beats() -> None:
        seconds = 0.0
        while not over.wait(BEAT):
            seconds += BEAT
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
        raise CommandError(words, code, log.read_text(errors="replace"))

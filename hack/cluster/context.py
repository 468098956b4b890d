"""Where things are and what was asked for, read once; and how progress is shown."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


class ToolingError(Exception):
    """Something a person has to know or do; the message is a whole sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One checkout on one machine.

    Attributes:
        root: the repository.
        cache: what is worth keeping: programs, the engine's images.
        state: what belongs to what runs now: kubeconfig, logs, what has to be undone.
        name: the kind cluster's name.
        external: use the cluster of $KUBECONFIG instead of one of our own.
        chat_port: port of this machine where the chat page is shown.
        llm_port: the same for the LLM stand-in.
        quiet: show only what goes wrong.
    """

    root: Path
    cache: Path
    state: Path
    name: str
    external: bool
    chat_port: int
    llm_port: int
    quiet: bool

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "Context":
        """Read the environment, and create the folders.

        Raises:
            ToolingError: the external cluster is not named.
        """
        home = Path.home()
        context = cls(
            root=Path(__file__).resolve().parents[2],
            cache=Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / "personalbots",
            state=Path(environ.get("XDG_STATE_HOME") or home / ".local/state") / "personalbots",
            name=environ.get("PERSONALBOTS_CLUSTER_NAME", "personalbots"),
            external=environ.get("PERSONALBOTS_CLUSTER") == "external",
            chat_port=int(environ.get("PERSONALBOTS_CHAT_PORT", "8081")),
            llm_port=int(environ.get("PERSONALBOTS_LLM_PORT", "8082")),
            quiet=bool(environ.get("QUIET")),
        )
        if context.external and not environ.get("KUBECONFIG"):
            raise ToolingError(
                "PERSONALBOTS_CLUSTER=external needs KUBECONFIG: the file that names the cluster to use."
            )

        context.cache.mkdir(parents=True, exist_ok=True)
        context.logs.mkdir(parents=True, exist_ok=True)
        return context

    @property
    def logs(self) -> Path:
        """The folder with the output of programs."""
        return self.state / "logs"

    @property
    def kubeconfig(self) -> Path:
        """The file for kubectl and helm: never the user's own, unless that was asked for."""
        return Path(os.environ["KUBECONFIG"]) if self.external else self.state / f"{self.name}.kubeconfig"

    def environment(self) -> dict[str, str]:
        """Give the environment variables from which another process of ours reads the same context."""
        return {
            "PERSONALBOTS_CLUSTER_NAME": self.name,
            "PERSONALBOTS_CHAT_PORT": str(self.chat_port),
            "PERSONALBOTS_LLM_PORT": str(self.llm_port),
        }

    def show(self, text: str) -> None:
        """Show a person what they asked for."""
        print(text, flush=True)  # noqa: T201 - the one place

    def progress(self, text: str) -> None:
        """Show what happens meanwhile, unless `quiet`."""
        if not self.quiet:
            self.show(text)

    @contextlib.contextmanager
    def step(self, title: str, usually: str = "") -> Iterator[None]:
        """Show how long the block took; before it, if that may be long, how long it usually takes."""
        start = time.monotonic()
        if usually:
            self.progress(f"          {title} ({usually}) …")

        try:
            yield
        except BaseException:
            self.show(f"  {time.monotonic() - start:6.1f}s {title}: failed")
            raise
        self.progress(f"  {time.monotonic() - start:6.1f}s {title}")

    @contextlib.contextmanager
    def locked(self, name: str = "lock") -> Iterator[None]:
        """Hold a lock of this machine: two runs at once would create the same things twice."""
        with (self.state / name).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.progress("          Waiting for another run on this machine …")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

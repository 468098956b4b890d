"""Resources to try on the API server's schema, and a kubectl whose refusals can be read."""

import json
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any, Final, Protocol

import yaml

from cluster import Context, tools

CHECKOUT: Final = Path(__file__).parents[3]
CRD: Final = CHECKOUT / "crds/personalbots.io_personalbots.yaml"
SAMPLES: Final = CHECKOUT / "crds/samples"
GOOD: Final[dict[str, Any]] = yaml.safe_load((SAMPLES / "minimal.yaml").read_text())

Answer = subprocess.CompletedProcess[str]


class Kubectl(Protocol):
    """Runs kubectl; what is `given` goes to it as JSON."""

    def __call__(self, *arguments: str, given: object = None) -> Answer: ...


def kubectl_of(here: Context) -> Kubectl:
    """Give a kubectl that does not fail when the API server refuses."""
    program = tools.path(here, "kubectl")

    def run(*arguments: str, given: object = None) -> Answer:
        return subprocess.run(  # noqa: S603 - our own program, our own arguments
            [program, f"--kubeconfig={here.kubeconfig}", *arguments],
            input=json.dumps(given) if given is not None else None,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def try_out(kubectl: Kubectl, namespace: str, bot: dict[str, Any]) -> Answer:
    """Apply a resource without keeping it."""
    return kubectl("apply", "-n", namespace, "--dry-run=server", "-f", "-", given=bot)


def changed(changes: dict[str, Any], original: dict[str, Any] = GOOD) -> dict[str, Any]:
    """Give the resource with these changes: a path to a value; None takes the field away."""
    bot = deepcopy(original)
    bot["metadata"].pop("namespace", None)
    for path, value in changes.items():
        *folders, last = path.split(".")
        place = bot
        for folder in folders:
            place = place.setdefault(folder, {})
        if value is None:
            place.pop(last, None)
        else:
            place[last] = deepcopy(value)
    return bot

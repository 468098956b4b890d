"""What each program may do, as the API server itself answers."""

import pytest

from cluster import deploy
from cluster.process import CommandError
from support.cluster.installation import Installation, Setup

pytestmark = pytest.mark.cluster

OPERATOR = f"system:serviceaccount:{deploy.NAMESPACE}:{deploy.RELEASE}-operator"
MASTER_BOT = f"system:serviceaccount:{deploy.NAMESPACE}:{deploy.RELEASE}-master-bot"
BOT = f"system:serviceaccount:{deploy.BOTS}:default"


def may(installed: Installation, who: str, verb: str, what: str, namespace: str) -> bool:
    try:
        kind, _, part = what.partition("/")
        words = ("auth", "can-i", verb, kind, f"--subresource={part}", "-n", namespace, f"--as={who}")
        answer = installed.kubectl(*words)
    except CommandError as failed:  # kubectl ends with 1 when the answer is no
        answer = failed.output
    return answer.strip().splitlines()[-1].startswith("yes")


@pytest.mark.parametrize(
    ("who", "verb", "what", "allowed"),
    [
        (OPERATOR, "create", "pods", True),
        (OPERATOR, "patch", "personalbots.personalbots.io/status", True),
        *((OPERATOR, verb, "secrets", False) for verb in ("get", "list", "watch", "create", "patch")),
        (OPERATOR, "create", "pods/exec", False),
        (OPERATOR, "delete", "personalbots.personalbots.io", False),
        (OPERATOR, "delete", "persistentvolumeclaims", False),
        (MASTER_BOT, "create", "secrets", True),
        (MASTER_BOT, "get", "pods/log", True),
        *((MASTER_BOT, verb, "secrets", False) for verb in ("get", "list", "watch")),
        (MASTER_BOT, "list", "nodes", False),
        (MASTER_BOT, "create", "pods", False),
        (MASTER_BOT, "create", "pods/exec", False),
        *((BOT, verb, what, False) for what in ("pods", "secrets", "personalbots.personalbots.io")
          for verb in ("get", "list", "create")),
    ],
)  # fmt: skip
def test_a_program_may_do_what_it_needs_and_no_more(
    installed: Installation,
    who: str,
    verb: str,
    what: str,
    allowed: bool,  # noqa: FBT001 - a table
) -> None:
    assert may(installed, who, verb, what, deploy.BOTS) is allowed


@pytest.mark.parametrize("who", [OPERATOR, MASTER_BOT])
@pytest.mark.parametrize("namespace", ["default", "kube-system"])
def test_nothing_may_be_done_elsewhere(installed: Installation, who: str, namespace: str) -> None:
    for what in ("pods", "secrets", "personalbots.personalbots.io"):
        assert not may(installed, who, "list", what, namespace)


async def test_a_bot_has_no_way_to_the_api_and_fits_a_restricted_namespace(
    installed: Installation, setup: Setup
) -> None:
    namespace = installed.get("namespace", deploy.BOTS, namespace=deploy.BOTS)
    assert namespace
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    installed.apply(installed.bot(setup.name, owner=setup.owner.id))
    await installed.reason(setup.name, "Polling", timeout=90)
    token = "/var/run/secrets/kubernetes.io/serviceaccount/token"  # noqa: S105 - a path
    look = f"import os, sys; sys.exit(os.path.exists({token!r}))"
    installed.kubectl("-n", deploy.BOTS, "exec", f"pbot-{setup.name}", "-c", "bot", "--", "python3", "-c", look)
    with pytest.raises(CommandError, match="Read-only file system"):
        installed.kubectl("-n", deploy.BOTS, "exec", f"pbot-{setup.name}", "-c", "bot", "--", "touch", "/opt/mine")

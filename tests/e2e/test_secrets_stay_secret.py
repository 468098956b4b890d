"""Nothing that the whole run left behind holds a token or a key. Runs after all other tests, by its marker."""

import base64

import pytest

from cluster import deploy
from support.cluster.installation import Installation
from support.cluster.recording import Recording

pytestmark = [pytest.mark.cluster, pytest.mark.serial, pytest.mark.last]


def test_no_token_and_no_key_is_in_any_log_event_status_or_spec_of_the_run(
    installed: Installation, record: Recording
) -> None:
    master = installed.get("secret", "master-bot", namespace=deploy.NAMESPACE)
    assert master
    secrets = installed.secrets | record.kept_secrets()
    secrets |= {base64.b64decode(value).decode() for value in master["data"].values()}
    secrets |= {token.partition(":")[2] for token in secrets if ":" in token}  # the half that matters, too

    for kind in ("pods", "personalbots", "events"):
        states = record.states(kind)
        assert len(states) > 1000, f"no {kind} were recorded"
        assert not [kind for secret in secrets if secret in states]

    found, size = record.logs_with(secrets)
    assert not found
    assert size > 10_000, "no logs were recorded"

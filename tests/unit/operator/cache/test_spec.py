"""Every spec is read or refused with a sentence, and has the same defaults as the models."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personalbots_api import models
from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.fields import InvalidSpecError
from personalbots_operator.cache.spec import Spec
from support.resources import BOT, Raw

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
FIELDS = ("ownerId", "telegram", "llm", "knowledge", "access", "state", "requestTimeout", "image", "resources", "pod")


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_every_spec_is_read_or_refused_with_a_sentence(spec: dict[str, Any]) -> None:
    raw = {"metadata": {"name": "a", "namespace": "n", "uid": "u", "resourceVersion": "1"}, "spec": spec}
    try:
        Spec.from_json(Bot.from_raw(raw).spec_json)
    except InvalidSpecError as invalid:
        assert str(invalid).startswith("spec.")  # noqa: PT017 - most are refused, some are not


def test_a_spec_has_its_defaults_filled_in(bot: Callable[..., Bot]) -> None:
    spec = Spec.from_json(bot().spec_json)
    assert (spec.collection, spec.storage and spec.storage.size) == ("user_123456789", "1Gi")
    with_server = bot(spec={"knowledge": {"collection": "c", "qdrant": {"url": "http://q"}}})
    spec = Spec.from_json(with_server.spec_json)
    assert (spec.storage, spec.qdrant_url, spec.qdrant_key) == (None, "http://q", None)


def test_the_defaults_are_those_of_the_models() -> None:
    required: Raw = {name: BOT["spec"][name] for name in ("ownerId", "telegram", "llm")}
    required["llm"] = required["llm"] | {"budget": {"monthly": 5, "prices": [{"model": "m", "sent": 1}]}}
    required["sleep"] = {}
    ours, theirs = Spec.from_json(json.dumps(required)), models.Spec.model_validate(required)
    assert theirs.llm.budget
    assert theirs.sleep
    assert theirs.storage
    assert ours.budget
    assert ours.sleep
    assert ours.storage
    assert (ours.budget.currency, ours.budget.prices[0][2]) == (
        theirs.llm.budget.currency,
        theirs.llm.budget.prices[0].written,
    )
    assert (ours.sleep.after_text, ours.sleep.wake_every_text) == (theirs.sleep.after, theirs.sleep.wake_every)
    assert (ours.storage.size, ours.collection) == (theirs.storage.size, theirs.collection)
    assert ours.delete_knowledge == (theirs.knowledge.deletion_policy == "Delete")
    assert ours.fetch_links == (theirs.knowledge.links == "Fetch")
    assert (ours.access_mode, ours.request_timeout) == (theirs.access.mode, theirs.request_timeout)
    assert ours.stopped == (theirs.state == "Stopped")

"""Pods as the operator makes them."""

# ruff: noqa: ANN401 - what varies a JSON object is any

from collections.abc import Callable
from typing import Any

import pytest

from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.pod import Pod
from personalbots_operator.cache.spec import Spec
from personalbots_operator.decision import build
from personalbots_operator.settings import Settings


@pytest.fixture
def fitting(pod: Callable[..., Pod], settings: Settings) -> Callable[..., Pod]:
    """A pod that is as the resource wants it."""

    def make(bot: Bot, **change: Any) -> Pod:
        made = build.pod(bot, Spec.from_json(bot.spec_json), settings)
        annotations = {"metadata": {"annotations": made["metadata"]["annotations"]}}
        change["metadata"] = {**annotations["metadata"], **change.get("metadata", {})}
        return pod(**change)

    return make

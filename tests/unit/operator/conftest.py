"""Resources and pods as the API server shows them, to be varied by the tests."""

# ruff: noqa: ANN401 - what varies a JSON object is any

from collections.abc import Callable
from typing import Any

import pytest

from personalbots_operator.cache.bot import Bot
from personalbots_operator.cache.pod import Pod, Volume
from personalbots_operator.settings import Settings
from support.resources import BOT, POD, VOLUME, Raw, merged


@pytest.fixture
def settings() -> Settings:
    return Settings(bot_image="registry.example.com/bot:1")


@pytest.fixture
def raw_bot() -> Callable[..., Raw]:
    return lambda **change: merged(BOT, change)


@pytest.fixture
def raw_pod() -> Callable[..., Raw]:
    return lambda **change: merged(POD, change)


@pytest.fixture
def bot() -> Callable[..., Bot]:
    return lambda **change: Bot.from_raw(merged(BOT, change))


@pytest.fixture
def pod() -> Callable[..., Pod]:
    """A pod that is ready; `container` varies its container's status, `ready` the condition."""

    def make(*, container: Raw | None = None, ready: bool | None = None, **change: Any) -> Pod:
        raw = merged(POD, change)
        if container is not None and raw["status"].get("containerStatuses"):
            status = raw["status"]["containerStatuses"][0]
            if "state" in container:
                del status["state"]
            raw["status"]["containerStatuses"] = [merged(status, container)]
        if ready is not None:
            raw["status"]["conditions"][1]["status"] = str(ready)
        return Pod.from_raw(raw)

    return make


@pytest.fixture
def volume() -> Callable[..., Volume]:
    return lambda **change: Volume.from_raw(merged(VOLUME, change))

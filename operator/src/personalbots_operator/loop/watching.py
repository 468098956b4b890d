"""kopf's part: watch bots, pods and volumes, and hand every event on.

Only `on.event` handlers are used: they write nothing to the objects, and what they do cannot fail. kopf's own
bookkeeping (annotations, finalizers, Events, the difference to the last state) is turned off.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

import kopf

from personalbots_api import names
from personalbots_operator.cache.cache import SELECTOR
from personalbots_operator.kube import connection
from personalbots_operator.kube.client import Kind

See = Callable[[Kind, dict[str, Any], bool], None]

WATCHED: Final = {Kind.BOT: "", Kind.POD: SELECTOR, Kind.VOLUME: SELECTOR}
"""What is watched, by which label selector."""


def registry(see: See, *, stopping: Callable[[], Any]) -> kopf.OperatorRegistry:
    """The handlers: `see` is given each event's object and whether it was deleted."""
    handlers = kopf.OperatorRegistry()

    @kopf.on.login(registry=handlers)
    def login(**_: Any) -> kopf.ConnectionInfo:  # noqa: ANN401
        return connection.login()

    @kopf.on.cleanup(registry=handlers)
    async def cleanup(**_: Any) -> None:  # noqa: ANN401
        await stopping()

    for kind in WATCHED:
        _watch(handlers, kind, see)
    return handlers


def _watch(handlers: kopf.OperatorRegistry, kind: Kind, see: See) -> None:
    @kopf.on.event(*_resource(kind), id=kind.name.lower(), registry=handlers)
    async def seen(event: Any, **_: Any) -> None:  # noqa: ANN401
        see(kind, event["object"], event["type"] == "DELETED")


def _resource(kind: Kind) -> tuple[str, str]:
    return (names.API_VERSION, names.PLURAL) if kind is Kind.BOT else ("v1", kind.value[1])


def settings() -> kopf.OperatorSettings:
    """The settings that make kopf as quiet and as light as it gets, measured with ten thousand resources."""
    settings = kopf.OperatorSettings()
    settings.scanning.disabled = True
    settings.posting.enabled = False
    settings.posting.loggers = False
    settings.peering.standalone = True
    settings.watching.server_timeout = 600
    settings.watching.chunk_size = 200
    settings.queueing.idle_timeout = 0.2
    settings.process.ultimate_exiting_timeout = 10
    settings.persistence.diffbase_storage = _NoDiffBase()
    for kind, selector in WATCHED.items():
        if selector:
            settings.watching.label_selectors[_resource(kind)] = selector
    return settings


class _NoDiffBase(kopf.DiffBaseStorage):
    """No copy of each object is made to find differences in it."""

    def build(self, *, body: kopf.Body, extra_fields: Iterable[kopf.FieldSpec] | None = None) -> kopf.BodyEssence:
        del body, extra_fields
        return kopf.BodyEssence()

    def fetch(self, *, body: kopf.Body) -> None:
        del body

    def store(self, *, body: kopf.Body, patch: kopf.Patch, essence: kopf.BodyEssence) -> None:
        del body, patch, essence

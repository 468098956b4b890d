"""kopf's part: watches bots, pods and volume claims, and hands every event on.

Only `on.event` handlers are used: they write nothing to the objects, and cannot fail. kopf's own bookkeeping
(annotations, finalizers, Events, the difference to the last state) is turned off.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

import kopf

from personalbots_api import names
from personalbots_operator.cache.cache import SELECTOR
from personalbots_operator.kube import connection
from personalbots_operator.kube.client import Kind

OnEvent = Callable[[Kind, dict[str, Any], bool], None]
"""Takes the kind, the object, and whether it was deleted."""

WATCHED: Final = {Kind.BOT: "", Kind.POD: SELECTOR, Kind.VOLUME: SELECTOR}
"""The kinds to watch, and by which label selector."""


def registry(on_event: OnEvent, *, stop: Callable[[], Awaitable[None]]) -> kopf.OperatorRegistry:
    """The handlers for kopf: `on_event` for each event, `stop` before kopf ends."""
    handlers = kopf.OperatorRegistry()

    @kopf.on.login(registry=handlers)
    def login(**_: Any) -> kopf.ConnectionInfo:  # noqa: ANN401 - kopf's protocol
        return connection.login()

    @kopf.on.cleanup(registry=handlers)
    async def cleanup(**_: Any) -> None:  # noqa: ANN401 - kopf's protocol
        await stop()

    for kind in WATCHED:
        _watch(handlers, kind, on_event)
    return handlers


def _watch(handlers: kopf.OperatorRegistry, kind: Kind, on_event: OnEvent) -> None:
    @kopf.on.event(*_resource(kind), id=kind.name.lower(), registry=handlers)
    async def handle(event: Any, **_: Any) -> None:  # noqa: ANN401 - kopf's protocol
        on_event(kind, event["object"], event["type"] == "DELETED")


def _resource(kind: Kind) -> tuple[str, str]:
    return (names.API_VERSION, names.PLURAL) if kind is Kind.BOT else ("v1", kind.plural)


def settings() -> kopf.OperatorSettings:
    """Settings that make kopf as quiet and as light as it can be, measured with ten thousand resources."""
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
    """Keeps no copy of each object to find differences with."""

    def build(self, *, body: kopf.Body, extra_fields: Iterable[kopf.FieldSpec] | None = None) -> kopf.BodyEssence:
        del body, extra_fields
        return kopf.BodyEssence()

    def fetch(self, *, body: kopf.Body) -> None:
        del body

    def store(self, *, body: kopf.Body, patch: kopf.Patch, essence: kopf.BodyEssence) -> None:
        del body, patch, essence

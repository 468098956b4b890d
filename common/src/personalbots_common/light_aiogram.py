"""Imports aiogram without building its 400 pydantic models: each is built when it is first used.

`aiogram.types` declares its models `defer_build=True` and then rebuilds each of them at import, which takes four fifths
of the import's time and 100 MiB. Here `BaseModel.model_rebuild` does nothing while aiogram is being imported, and each
model gets as its parent namespace the names that it would have been rebuilt with; pydantic then builds it by itself at
first use.

A package that imports aiogram calls `import_aiogram()` in its `__init__`, before any of its modules can import aiogram
the slow way. aiogram comes with that package: this module is the only one here that needs it.

First builds are not thread-safe: make Telegram objects on the event loop's thread only.
"""

import contextlib
import importlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel


def import_aiogram() -> bool:
    """Import aiogram with its models postponed.

    Returns:
        Whether they are postponed. They are all built if aiogram was imported before, or no longer works this way.
    """
    if "aiogram" in sys.modules:
        return False

    namespaces = _import_without_building()
    namespace: dict[str, Any] = {}
    for names in namespaces.values():
        namespace |= names

    if hasattr(BaseModel, "__pydantic_parent_namespace__") and namespace:
        for model in aiogram_models():
            model.__pydantic_parent_namespace__ = namespace
        return True

    for model, names in namespaces.items():
        model.model_rebuild(_types_namespace=names)
    return False


def _import_without_building() -> dict[type[BaseModel], Mapping[str, Any]]:
    """Import aiogram; gives the models that it wanted to rebuild, each with the names that it meant for it."""
    namespaces: dict[type[BaseModel], Mapping[str, Any]] = {}

    def postpone(cls: type[BaseModel], /, *, _types_namespace: Mapping[str, Any] | None = None, **_: object) -> None:
        if not namespaces:
            # Now that the types have their names and before the 180 methods are declared: those are postponed too.
            with contextlib.suppress(ImportError, AttributeError):
                methods = importlib.import_module("aiogram.methods.base")
                methods.TelegramMethod.model_config["defer_build"] = True
        namespaces[cls] = _types_namespace or {}

    # All of pydantic's models share this method: it must be back in place whatever happens.
    rebuild = BaseModel.__dict__["model_rebuild"]
    BaseModel.model_rebuild = classmethod(postpone)  # type: ignore[method-assign,assignment] # for the import only
    try:
        importlib.import_module("aiogram")
    finally:
        BaseModel.model_rebuild = rebuild  # type: ignore[method-assign] # as it was
    return namespaces


def aiogram_models() -> Iterator[type[BaseModel]]:
    """Give every model that aiogram has declared so far, each once."""
    found: set[type[BaseModel]] = set()
    waiting = [BaseModel]
    while waiting:
        for model in waiting.pop().__subclasses__():
            if model not in found:
                found.add(model)
                waiting.append(model)
                if model.__module__.startswith("aiogram."):
                    yield model

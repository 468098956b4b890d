"""aiogram, imported quickly: its models are built when they are first used, not all at import.

`aiogram.types` declares its models `defer_build=True` and then rebuilds every one of them when it is imported, which
takes seconds and 100 MiB. Here `model_rebuild` does nothing while aiogram is being imported; every model gets as its
parent namespace the names that it would have been rebuilt with, and pydantic builds it by itself when it is first
used. Building is not thread-safe: make Telegram objects on the event loop's thread only.
"""

import importlib
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel


def import_aiogram() -> None:
    """Import aiogram, before anything else does; when it was imported already, nothing happens."""
    names: dict[str, Any] = {}

    def postpone(_: type[BaseModel], /, *, _types_namespace: dict[str, Any] | None = None, **__: object) -> None:
        names.update(_types_namespace or {})

    rebuild = BaseModel.__dict__["model_rebuild"]
    BaseModel.model_rebuild = classmethod(postpone)  # type: ignore[assignment,method-assign] # during the import only
    try:
        importlib.import_module("aiogram")
    finally:
        BaseModel.model_rebuild = rebuild  # type: ignore[method-assign] # as it was
    if names:
        for model in aiogram_models():
            model.__pydantic_parent_namespace__ = names


def aiogram_models(parent: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    """Every model of aiogram's that is declared so far."""
    for model in parent.__subclasses__():
        if model.__module__.startswith("aiogram."):
            yield model
        yield from aiogram_models(model)

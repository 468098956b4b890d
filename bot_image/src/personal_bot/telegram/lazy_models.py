"""Imports aiogram without building its 400 pydantic models: they are built when first used.

`aiogram.types` declares its models `defer_build=True` and then rebuilds each of them at import, which takes four fifths
of the import's time and 100 MiB. Here `BaseModel.model_rebuild` does nothing while aiogram is being imported, and each
model gets as its parent namespace the names that it would have been rebuilt with; pydantic then builds it by itself at
first use.

First builds are not thread-safe: make Telegram objects on the event loop's thread only.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def import_aiogram() -> bool:
    """Import aiogram with its models postponed.

    Returns:
        Whether they are postponed; otherwise (aiogram was there already, or no longer works this way) all are built.
    """
    if "aiogram" in sys.modules:
        return False
    asked: dict[type[BaseModel], Mapping[str, Any]] = {}

    def postpone(cls: type[BaseModel], /, *, _types_namespace: Mapping[str, Any] | None = None, **_: object) -> None:
        if not asked:
            # Now that the types have their names and before the 180 methods are declared: those are put off, too.
            with contextlib.suppress(ImportError, AttributeError):
                methods = importlib.import_module("aiogram.methods.base")
                methods.TelegramMethod.model_config["defer_build"] = True
        asked[cls] = _types_namespace or {}

    rebuild = BaseModel.__dict__["model_rebuild"]
    BaseModel.model_rebuild = classmethod(postpone)  # type: ignore[method-assign,assignment]
    try:
        importlib.import_module("aiogram")
    finally:
        BaseModel.model_rebuild = rebuild  # type: ignore[method-assign]
    namespace: dict[str, Any] = {}
    for names in asked.values():
        namespace |= names
    if hasattr(BaseModel, "__pydantic_parent_namespace__") and namespace:
        for model in aiogram_models():
            model.__pydantic_parent_namespace__ = namespace
        return True
    for model, names in asked.items():
        model.model_rebuild(_types_namespace=names)
    return False


def aiogram_models() -> Iterator[type[BaseModel]]:
    """Every model that aiogram has declared so far, each once."""
    found: set[type[BaseModel]] = set()
    waiting = [BaseModel]
    while waiting:
        for model in waiting.pop().__subclasses__():
            if model not in found:
                found.add(model)
                waiting.append(model)
                if model.__module__.startswith("aiogram."):
                    yield model

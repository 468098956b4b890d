"""Qdrant's own engine, `qdrant-edge-py`: what a shard of a server is made of.

Its stubs describe classes as enumerations and the reverse, so it is untyped here.
"""

import importlib
from typing import Any, Final

engine: Final[Any] = importlib.import_module("qdrant_edge")

Json = dict[str, Any]

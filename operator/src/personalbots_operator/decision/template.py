"""Tells whether a pod still fits: hashes of what a resource asks for, and of the operator's own way of making pods."""

import dataclasses
import hashlib
import json
from typing import Final

from personalbots_operator.cache.spec import Budget, SecretRef, Spec

SHAPE: Final = "2"
"""Raise it when pods made by an older operator have to be replaced. Every bot restarts then, a few at a time."""
_NOT_IN_HASH: Final = {"stopped", "sleep", "delete_knowledge", "resources", "storage"}
"""Fields that no pod depends on, or that are changed while it runs."""


def _hash(data: object, *, length: int) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:length]


def _fields() -> list[str]:
    """The names of the fields that go into a spec's hash. Hashes made of other fields cannot be compared."""
    names = [field.name for kind in (Spec, SecretRef, Budget) for field in dataclasses.fields(kind)]
    return [name for name in names if name not in _NOT_IN_HASH]


TEMPLATE: Final = f"{SHAPE}-{_hash(_fields(), length=8)}"
"""How a pod was made. Another value comes from another version of the operator: those pods are replaced slowly."""


def spec_hash(spec: Spec) -> str:
    """What the resource says about its pod, as a short text. When it changes, the pod is replaced at once.

    Nothing of the operator's own is in it, neither code nor settings: changes of those are rolled out slowly.
    Only hashes with the same `TEMPLATE` can be compared.
    """
    hashed = {name: value for name, value in dataclasses.asdict(spec).items() if name not in _NOT_IN_HASH}
    hashed["volume"] = spec.storage is not None
    return _hash(hashed, length=16)

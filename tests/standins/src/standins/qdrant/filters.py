"""Filters and point ids: JSON of the REST API to objects of the engine.

https://qdrant.tech/documentation/concepts/filtering/
"""

import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from standins.qdrant.engine import Json, engine
from standins.qdrant.errors import bad_json

PointId = int | str

MATCHES: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType({
    "value": engine.MatchValue,
    "text": engine.MatchText,
    "text_any": engine.MatchTextAny,
    "phrase": engine.MatchPhrase,
    "any": engine.MatchAny,
    "except": engine.MatchExcept,
})  # fmt: skip


def read_id(given: Any) -> PointId:  # noqa: ANN401 - JSON
    """The id of a point: a number or a UUID.

    Raises:
        QdrantError: it is neither.
    """
    if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return given

    try:
        return str(uuid.UUID(given))
    except (ValueError, AttributeError, TypeError):
        raise bad_json(
            f"value {given} is not a valid point ID, valid values are either an unsigned integer or a UUID"
        ) from None


def shown_id(given: Any) -> PointId:  # noqa: ANN401 - the engine's
    return given if isinstance(given, int) else str(given)


def read_filter(given: Json | None) -> Any:  # noqa: ANN401 - the engine's
    """A filter; None for none.

    Raises:
        QdrantError: it has a part that is not known.
    """
    if not given:
        return None
    if unknown := given.keys() - {"must", "should", "must_not", "min_should"}:
        raise bad_json(f"unknown field `{min(unknown)}`, expected one of `should`, `min_should`, `must`, `must_not`")

    parts = {name: _conditions(given[name]) for name in ("must", "should", "must_not") if given.get(name) is not None}
    least = given.get("min_should")
    if least:
        parts["min_should"] = engine.MinShould(_conditions(least["conditions"]), least["min_count"])

    return engine.Filter(**parts)


def _conditions(given: Any) -> list[Any]:  # noqa: ANN401 - JSON: a condition or a list of them
    return [_condition(one) for one in (given if isinstance(given, list) else [given])]


def _condition(given: Json) -> Any:  # noqa: ANN401, PLR0911 - the engine's, one a kind
    match given:
        case {"has_id": list(ids)}:
            return engine.HasIdCondition({read_id(one) for one in ids})
        case {"has_vector": str(name)}:
            return engine.HasVectorCondition(name)
        case {"nested": {"key": key, "filter": inner}}:
            return engine.NestedCondition(key, read_filter(inner))
        case {"is_empty": {"key": key}}:
            return engine.IsEmptyCondition(key)
        case {"is_null": {"key": key}}:
            return engine.IsNullCondition(key)
        case {"key": str()}:
            return _field(given)
        case {"must": _} | {"should": _} | {"must_not": _} | {"min_should": _}:
            return read_filter(given)

    raise bad_json("data did not match any variant of untagged enum Condition")


def _field(given: Json) -> Any:  # noqa: ANN401 - the engine's
    parts: Json = {name: given[name] for name in ("is_empty", "is_null") if given.get(name) is not None}
    if given.get("match"):
        [(kind, value)] = given["match"].items()
        if kind not in MATCHES:
            raise bad_json("data did not match any variant of untagged enum MatchInterface")
        parts["match"] = MATCHES[kind](value)

    if given.get("range"):
        bounds = {name: value for name, value in given["range"].items() if value is not None}
        dates = any(isinstance(value, str) for value in bounds.values())
        parts["range"] = (engine.RangeDateTime if dates else engine.RangeFloat)(**bounds)

    if given.get("values_count"):
        parts["values_count"] = engine.ValuesCount(**given["values_count"])

    if not parts:
        raise bad_json("Validation error: At least one field condition must be specified")

    return engine.FieldCondition(given["key"], **parts)

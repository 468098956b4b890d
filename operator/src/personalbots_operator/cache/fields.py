"""Reads the fields of a spec one by one, and names the field in every complaint.

InvalidSpecError(ValueError)    the spec cannot be used: the sentence names the field, never its value
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from personalbots_api.quantities import parse_duration, parse_quantity

_REQUIRED: Any = object()
"""Stands for "no default": the field has to be there."""
_AMOUNT: Final = r"[0-9]{1,9}([.][0-9]{1,6})?"


class InvalidSpecError(ValueError):
    """The spec cannot be used. The message says which field and why, never its value: it may be a secret."""


class Field:
    """A JSON object inside the spec, with its path for error messages."""

    def __init__(self, raw: Any, path: str) -> None:  # noqa: ANN401 - any JSON value
        """Wrap a JSON object.

        Raises:
            InvalidSpecError: `raw` is something else.
        """
        if raw is not None and not isinstance(raw, Mapping):
            raise InvalidSpecError(f"{path} must be an object.")
        self.there = raw is not None
        self.raw: Mapping[str, Any] = raw or {}
        self.path = path

    def part(self, name: str, default: Any = _REQUIRED) -> "Field":  # noqa: ANN401 - any JSON value
        """An object inside this one; with the default None it may be absent (`there` is False).

        Raises:
            InvalidSpecError: it is missing, or no object.
        """
        return Field(self._value(name, default), f"{self.path}.{name}")

    def text(self, name: str, default: Any = _REQUIRED) -> str:  # noqa: ANN401 - any JSON value
        """A string.

        Raises:
            InvalidSpecError: it is missing, or no string.
        """
        value = self._value(name, default)
        if not isinstance(value, str):
            raise InvalidSpecError(f"{self.path}.{name} must be text.")
        return value

    def quantity(self, name: str, default: Any = _REQUIRED) -> str:  # noqa: ANN401 - any JSON value
        """A Kubernetes quantity as text; the JSON may hold it as a number.

        Raises:
            InvalidSpecError: it is missing, or no quantity.
        """
        value = self._value(name, default)
        try:
            parse_quantity(value)
        except ValueError as bad:
            raise InvalidSpecError(f"{self.path}.{name}: {bad}.") from None
        return str(value)

    def duration(self, name: str, default: str) -> float:
        """A duration such as 1h30m, in seconds.

        Raises:
            InvalidSpecError: it is no duration.
        """
        try:
            return parse_duration(self.text(name, default)).total_seconds()
        except ValueError as bad:
            raise InvalidSpecError(f"{self.path}.{name}: {bad}.") from None

    def amount(self, name: str, default: Any = _REQUIRED) -> str:  # noqa: ANN401 - any JSON value
        """An amount of money as text; the JSON may hold it as a number.

        Raises:
            InvalidSpecError: it is missing, or no amount.
        """
        value = self._value(name, default)
        if not isinstance(value, int | str) or not re.fullmatch(_AMOUNT, str(value), re.ASCII):
            raise InvalidSpecError(f"{self.path}.{name} must be an amount of money.")
        return str(value)

    def parts(self, name: str) -> "list[Field]":
        """A list of objects.

        Raises:
            InvalidSpecError: it is missing, or holds something else.
        """
        values = self._list(name, _REQUIRED)
        return [Field(value, f"{self.path}.{name}[{place}]") for place, value in enumerate(values)]

    def number(self, name: str) -> int:
        """A whole number.

        Raises:
            InvalidSpecError: it is missing, or no whole number.
        """
        return self._number(self._value(name, _REQUIRED), name)

    def numbers(self, name: str) -> list[int]:
        """A list of whole numbers; empty when it is absent.

        Raises:
            InvalidSpecError: it holds something else.
        """
        return [self._number(value, name) for value in self._list(name, [])]

    def _list(self, name: str, default: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
        values = self._value(name, default)
        if not isinstance(values, list):
            raise InvalidSpecError(f"{self.path}.{name} must be a list.")
        return values

    def _number(self, value: Any, name: str) -> int:  # noqa: ANN401 - any JSON value
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidSpecError(f"{self.path}.{name} must be a number.")
        return value

    def _value(self, name: str, default: Any) -> Any:  # noqa: ANN401 - any JSON value
        value = self.raw.get(name)
        if value is not None:
            return value
        if default is _REQUIRED:
            raise InvalidSpecError(f"{self.path}.{name} is missing.")
        return default

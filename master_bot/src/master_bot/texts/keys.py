"""What people read about a cause."""

from typing import NamedTuple


class CauseText(NamedTuple):
    """A cause in words: `state` fits into a list, `cause` and `remedy` are sentences."""

    state: str
    cause: str
    remedy: str

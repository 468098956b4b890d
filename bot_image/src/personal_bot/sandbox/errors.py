"""How work in a sandboxed process refuses."""


class CannotReadError(Exception):
    """The document cannot be taken in; `key` and `values` become a `models.Refusal`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

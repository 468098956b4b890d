"""How work in a sandboxed process refuses."""

from personal_bot.text_keys import TextKey


class CannotReadError(Exception):
    """The document cannot be taken in; `key` and `values` become a `models.RefusedError`."""

    def __init__(self, key: TextKey, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

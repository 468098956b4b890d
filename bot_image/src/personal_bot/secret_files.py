"""Secrets read from their files, and read again when the files change.

The kubelet replaces a mounted Secret's files when the Secret changes; a token or key that is replaced is used from then
on, without a restart. A file that is gone or empty in between leaves the last value in use.
"""

from pathlib import Path

from personal_bot.exits import BadArgumentsError
from personal_bot.models import Secrets
from personal_bot.settings import Settings


class SecretFiles:
    """The bot's secrets. `current` is one object for the whole run, changed in place by `refresh`."""

    def __init__(self, settings: Settings) -> None:
        """Read them for the first time.

        Raises:
            BadArgumentsError: a file cannot be read or holds nothing.
        """
        self._settings = settings
        cleanup = settings.drop_collection or bool(settings.copy_knowledge)
        self.current = Secrets(
            telegram_token="" if cleanup else _needed(settings.bot_token, settings.bot_token_file),
            openai_key="" if cleanup else _needed(settings.openai_key, settings.openai_key_file),
            qdrant_key=_needed(None, settings.qdrant_api_key_file) if settings.qdrant_api_key_file else None,
        )

    def refresh(self) -> frozenset[str]:
        """Read the files again; gives the names of the secrets that changed."""
        files = {
            "telegram_token": self._settings.bot_token_file,
            "openai_key": self._settings.openai_key_file,
            "qdrant_key": self._settings.qdrant_api_key_file,
        }
        changed = set()

        for name, path in files.items():
            value = _read(path) if path else ""
            if value and value != getattr(self.current, name):
                setattr(self.current, name, value)
                changed.add(name)

        return frozenset(changed)

    def values(self) -> tuple[str, ...]:
        """Give every secret in use now, for the logger to mask."""
        secrets = self.current
        return tuple(value for value in (secrets.telegram_token, secrets.openai_key, secrets.qdrant_key) if value)


def _needed(value: str | None, path: Path | None) -> str:
    if value:
        return value
    if path is None:
        raise BadArgumentsError("A secret is required, and neither it nor its file was given.")

    read = _read(path)
    if not read:
        raise BadArgumentsError(f"{path} cannot be read or is empty: it must hold the secret on one line.")

    return read


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""

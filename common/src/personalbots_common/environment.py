"""Reading settings from environment variables: what the parts' settings have in common."""

from collections.abc import Iterable, Mapping


def read_variables(environment: Mapping[str, str], *, prefix: str, names: Iterable[str]) -> dict[str, str]:
    """Read the variables of these settings, without surrounding spaces; an empty variable counts as unset.

    The variable of the setting `log_level` is the prefix with `LOG_LEVEL`.
    """
    read = {name: environment.get(variable(prefix, name), "").strip() for name in names}
    return {name: text for name, text in read.items() if text}


def variable(prefix: str, name: str) -> str:
    """Name the environment variable of a setting."""
    return prefix + name.upper()


def comma_separated(text: str) -> tuple[str, ...]:
    """Split at commas; empty parts do not count."""
    return tuple(part for item in text.split(",") if (part := item.strip()))

"""The operator's settings, read once from its environment into one frozen object.

BadSettingsError(ValueError)    a variable cannot be understood: the sentence names it
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

from personalbots_common.environment import comma_separated, read_variables, variable

PREFIX: Final = "OPERATOR_"
_HUNDRED: Final = 100  # percent


class BadSettingsError(ValueError):
    """A variable of the environment cannot be understood."""


@dataclass(frozen=True, slots=True)
class Share:
    """A number of bots, or a percentage of them. Positional: it reads as a value."""

    number: int
    percent: bool = False

    @classmethod
    def read(cls, text: str) -> Self:
        """The share that "5" or "10%" means.

        Raises:
            ValueError: `text` means none, or no bot at all.
        """
        number = int(text.removesuffix("%"))
        if number < 1 or (number > _HUNDRED and text.endswith("%")):
            raise ValueError(text)
        return cls(number, text.endswith("%"))

    @property
    def everything(self) -> bool:
        """Whether it is all of them."""
        return self.percent and self.number == _HUNDRED

    def of(self, total: int) -> int:
        """How many of `total` it is, at least one."""
        return max(1, total * self.number // _HUNDRED) if self.percent else self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each field is the environment variable of the same name in capitals, with the prefix OPERATOR_."""

    bot_image: str
    """Image of a bot whose resource names none."""
    image_pull_policy: str = "IfNotPresent"
    """Pull policy of a bot whose resource says none."""
    namespaces: tuple[str, ...] = ()
    """Namespaces to serve, separated by commas; none: the whole cluster."""
    port: int = 8080
    """The port of /healthz, /readyz and /metrics."""
    log_level: str = "INFO"
    workers: int = 16
    """How many bots are reconciled at the same time."""
    api_per_second: float = 0.0
    """The most calls to the API server in a second; 0: no limit."""
    bots_per_owner: int = 0
    """How many bots one owner may have, the oldest first; 0: any number."""
    bots_per_owner_exceptions: Mapping[int, int] = field(default_factory=dict)
    """Owners with a number of their own, as 123456789=20,987654321=0."""
    max_unavailable: Share = Share(10, percent=True)
    """How many bots a rollout may have down at once, as 5 or 10%; 100%: it does not wait for bots to come up."""
    rollout_seconds: float = 120.0
    """How long a replaced bot may take to come up before it counts as failing."""
    deaf_bot_seconds: float = 300.0
    """How long a bot that runs may hear nothing before it is replaced, unless many are deaf at once; 0: for ever."""
    lease: str = ""
    """The Lease, as namespace/name, by which one of several operators leads; empty: there is only this one."""
    identity: str = ""
    """Who this one is among them, such as its pod's name; needed with `lease`."""
    deployment: str = ""
    """The operator's own Deployment, as namespace/name, for its conditions; empty: they are metrics and log lines."""
    statusz_per_second: float = 20.0
    """Budget for reading the pods' /statusz, requests a second; 0 reads none."""
    statusz_seconds: float = 60.0
    """How old the report of a ready bot may become before it is asked again, when the budget allows."""
    watchdog_seconds: float = 30.0
    """How often the watches are compared with a fresh list."""
    deaf_seconds: float = 90.0
    """How long a watch may miss what a fresh list shows before liveness fails."""
    cleanup_seconds: int = 120
    """How long dropping the collection of a deleted bot on a Qdrant server may take before the resource goes anyway."""

    def bots_of(self, owner_id: int) -> int:
        """How many bots this owner may have; 0: any number."""
        return self.bots_per_owner_exceptions.get(owner_id, self.bots_per_owner)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The settings in `environment`; what is missing or empty has its default.

        Raises:
            BadSettingsError: a value does not fit its variable, or a variable is missing.
        """
        given: dict[str, Any] = {}
        types = {known.name: known.type for known in fields(cls)}
        for name, text in read_variables(environment, prefix=PREFIX, names=types).items():
            try:
                given[name] = _READERS[types[name]](text)
            except ValueError:
                raise BadSettingsError(f"{variable(PREFIX, name)} is not understood: {text!r}") from None

        if "bot_image" not in given:
            raise BadSettingsError(f"{PREFIX}BOT_IMAGE must name the image of the bots")
        if "lease" in given and "identity" not in given:
            raise BadSettingsError(f"{PREFIX}IDENTITY must say who this one is when {PREFIX}LEASE is given")
        return cls(**given)


def _numbers(text: str) -> dict[int, int]:
    """Reads "1=2,3=4"."""
    pairs = (part.split("=", 1) for part in comma_separated(text))
    read = _at_least_zero(int)
    return {int(key): int(read(value)) for key, value in pairs}


def _at_least_zero(number: type[int | float]) -> Callable[[str], int | float]:
    def read(text: str) -> int | float:
        if (value := number(text)) < 0:
            raise ValueError(text)
        return value

    return read


_READERS: Final[Mapping[Any, Callable[[str], Any]]] = {
    str: str,
    int: _at_least_zero(int),
    float: _at_least_zero(float),
    tuple[str, ...]: comma_separated,
    Mapping[int, int]: _numbers,
    Share: Share.read,
}

"""What the operator can be told, read once from its environment into one frozen object.

BadSettings(ValueError)    a variable that cannot be understood: a sentence that names it
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

from personalbots_common.environment import comma_separated, read_variables, variable

PREFIX: Final = "OPERATOR_"
_HUNDRED: Final = 100


class BadSettings(ValueError):  # noqa: N818 - it describes the settings
    """A variable of the environment that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Share:
    """A number of bots, or so many of a hundred."""

    number: int
    percent: bool = False

    @classmethod
    def read(cls, text: str) -> Self:
        """What "5" or "10%" says; ValueError when it is neither, or nothing at all."""
        number = int(text.removesuffix("%"))
        if number < 1 or (number > _HUNDRED and text.endswith("%")):
            raise ValueError(text)
        return cls(number, text.endswith("%"))

    @property
    def everything(self) -> bool:
        return self.percent and self.number == _HUNDRED

    def of(self, total: int) -> int:
        """So many of `total`, at least one."""
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
    """Where /healthz, /readyz and /metrics are."""
    log_level: str = "INFO"
    workers: int = 16
    """How many bots are reconciled at the same time."""
    api_per_second: float = 0.0
    """The most calls a second to the API server; 0: as many as `workers` make."""
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
    """How old what a ready bot said of itself may become before it is read again, when the budget allows."""
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
            BadSettings: a value is none of its kind, or the bot's image is not said.
        """
        said: dict[str, Any] = {}
        types = {known.name: known.type for known in fields(cls)}
        for name, text in read_variables(environment, prefix=PREFIX, names=types).items():
            try:
                said[name] = _READERS[types[name]](text)
            except ValueError:
                raise BadSettings(f"{variable(PREFIX, name)} is not understood: {text!r}") from None
        if "bot_image" not in said:
            raise BadSettings(f"{PREFIX}BOT_IMAGE must name the image of the bots")
        if "lease" in said and "identity" not in said:
            raise BadSettings(f"{PREFIX}IDENTITY must say who this one is when {PREFIX}LEASE is given")
        return cls(**said)


def _numbers(text: str) -> dict[int, int]:
    """What "1=2,3=4" says; ValueError when it is not of that form."""
    pairs = (part.split("=", 1) for part in comma_separated(text))
    return {int(key): _not_negative(value) for key, value in pairs}


def _not_negative(text: str) -> int:
    if (value := int(text)) < 0:
        raise ValueError(text)
    return value


def _positive(number: type[int | float]) -> Callable[[str], int | float]:
    def read(text: str) -> int | float:
        if (value := number(text)) < 0:
            raise ValueError(text)
        return value

    return read


_READERS: Final[Mapping[Any, Callable[[str], Any]]] = {
    str: str,
    int: _positive(int),
    float: _positive(float),
    tuple[str, ...]: comma_separated,
    Mapping[int, int]: _numbers,
    Share: Share.read,
}

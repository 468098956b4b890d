"""The bot's metrics, in a registry of their own."""

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

_SECONDS: Final = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200)


class Metrics:
    """What the bot counts. A gauge asks for its value when Prometheus reads it."""

    def __init__(self) -> None:
        """Make them, all at zero."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "personalbot_requests", "Requests of people, by kind and how they ended.", ("kind", "outcome"),
            registry=self.registry,
        )  # fmt: skip
        self.duration = Histogram(
            "personalbot_request_duration_seconds", "From a request's first sign in the chat to its end.", ("kind",),
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.tokens = Counter(
            "personalbot_llm_tokens", "Tokens of the LLM service, by direction and model.", ("direction", "model"),
            registry=self.registry,
        )  # fmt: skip
        self.cost = Counter(
            "personalbot_llm_cost", "Money spent, by the configured prices, by model.", ("model",),
            registry=self.registry,
        )  # fmt: skip

    def llm_used(self, model: str, prompt: int, completion: int, *, cost: float) -> None:
        """Count the tokens and the money of one request to the LLM service."""
        self.tokens.labels("prompt", model).inc(prompt)
        self.tokens.labels("completion", model).inc(completion)
        self.cost.labels(model).inc(cost)

    def gauge(self, name: str, help_: str, value: Callable[[], float]) -> None:
        """Add a gauge that asks `value` whenever Prometheus reads it."""
        Gauge(name, help_, registry=self.registry).set_function(value)

    def text(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self.registry)

"""What the master bot counts, as Prometheus metrics on a registry of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

STEPS: Final = ("started", "token", "key", "created", "polling")
"""The steps on the way to a bot."""


class Metrics:
    """All metrics; none has a label whose values grow with the number of people or bots."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.commands = Counter(
            "masterbot_commands", "Commands and buttons that were handled.", ["command"], registry=self.registry
        )
        self.onboarding = Counter(
            "masterbot_onboarding_steps",
            f"Steps that people reached on the way to a bot: {', '.join(STEPS)}.",
            ["step"],
            registry=self.registry,
        )

        for step in STEPS:
            self.onboarding.labels(step)  # 0 until somebody reaches it

        self.onboarding_seconds = Histogram(
            "masterbot_onboarding_seconds",
            "From a person's /start to their new bot's polling.",
            buckets=(15, 30, 60, 120, 180, 300, 600, 1200, 3600),
            registry=self.registry,
        )
        self.refusals = Counter(
            "masterbot_refusals", "Tokens and keys that were not taken, by why.", ["reason"], registry=self.registry
        )
        self.notifications = Counter(
            "masterbot_news",
            "Owners told unasked, by the cause or that it is over.",
            ["reason"],
            registry=self.registry,
        )
        self.errors = Counter("masterbot_errors", "Requests that failed, by why.", ["reason"], registry=self.registry)
        self.start_seconds = Histogram(
            "masterbot_bot_start_seconds",
            "From asking for a start (a new bot, a restart) to the bot's polling.",
            buckets=(1, 2, 3, 5, 8, 13, 21, 34, 55, 120, 300),
            registry=self.registry,
        )
        self.api_seconds = Histogram(
            "masterbot_kubernetes_request_duration_seconds",
            "Requests to the Kubernetes API.",
            ["verb"],
            buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 30),
            registry=self.registry,
        )
        self.telegram_waits = Counter(
            "masterbot_telegram_waits", "Times that Telegram asked to send more slowly.", registry=self.registry
        )
        self.last_poll = Gauge(
            "masterbot_last_poll_timestamp_seconds", "When getUpdates last came back.", registry=self.registry
        )

    @contextmanager
    def api_call(self, verb: str) -> Iterator[None]:
        """Time one request to the Kubernetes API."""
        begun = monotonic()
        try:
            yield
        finally:
            self.api_seconds.labels(verb.lower()).observe(monotonic() - begun)

    def text(self) -> bytes:
        """The exposition that Prometheus reads."""
        return generate_latest(self.registry)

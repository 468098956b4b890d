"""What the API server refuses, and the sentence that it answers with.

A rule is either a pattern with a sentence (pydantic checks it too) or a CEL expression with a sentence. Both are
written beside their field, as JSON schema extras. The generator turns both into `x-kubernetes-validations`, since the
API server's own message for a pattern is the bare expression, which helps nobody.
"""

from dataclasses import dataclass
from typing import Any, Final

from personalbots_common.secrets_mask import KEY_PREFIXES

# Patterns for both pydantic (Rust's regex) and CEL (RE2). No single quotes: CEL holds them in raw strings.
DNS_LABEL: Final = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
DNS_SUBDOMAIN: Final = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
URL: Final = (
    r"^https?://([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?"
    r"(/[A-Za-z0-9._~!$&*+,;=:%/-]*)?$"
)
IMAGE: Final = (
    r"^[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*"
    r"(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@[a-z0-9]+:[0-9a-f]{32,128})?$"
)
SECRET_KEY: Final = r"^[-._a-zA-Z0-9]+$"  # noqa: S105 - a pattern for names
COLLECTION: Final = r"^[A-Za-z0-9_-]+$"
AMOUNT: Final = r"^[0-9]{1,9}([.][0-9]{1,6})?$"
CURRENCY: Final = r"^[A-Z]{3}$"
MODEL: Final = r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$"
ENV_NAME: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"

SENTENCE: Final = "x-sentence"
"""The schema extra with the sentence for a value that does not match the pattern beside it."""
DISCREET: Final = "x-discreet"
"""The schema extra for a field whose value no refusal may repeat."""
CEL: Final = "x-kubernetes-validations"

LOOKS_LIKE_TOKEN: Final = "^[0-9]{6,}:[A-Za-z0-9_-]{30,}"  # noqa: S105 - a pattern for tokens
LOOKS_LIKE_KEY: Final = f"^({'|'.join(KEY_PREFIXES)})[A-Za-z0-9_-]{{16,}}"


def sentence(text: str) -> dict[str, Any]:
    """The sentence for a value that does not match the field's `pattern`."""
    return {SENTENCE: text}


def discreet(text: str) -> dict[str, Any]:
    """The same for a field that somebody may paste a secret into: the refusal must not repeat the value."""
    return {SENTENCE: text, DISCREET: True}


@dataclass(frozen=True, slots=True)
class Rule:
    """A CEL expression and the sentence for values that make it false. Positional: a rule reads as a row."""

    expression: str
    message: str


def cel(*rules: Rule, **extra: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """The schema extra for these rules; `extra` are other schema keys."""
    return {CEL: [{"rule": each.expression, "message": each.message} for each in rules], **extra}


def at_least(field: str, name: str, least: str, hint: str) -> Rule:
    """The rule against absurdly small quantities, where mostly the unit was forgotten. Ignores what is no quantity."""
    return Rule(
        f"!has({field}) || !isQuantity(string({field})) || "
        f"quantity(string({field})).compareTo(quantity('{least}')) >= 0",
        f"{name} must be at least {least} (mind the unit: {hint})",
    )

"""The defaults of `spec`, in one place: the models, and so the CRD, and the operator read them from here.

This module imports nothing, so the operator can read it without pydantic, which would be a fifth of its memory.
Defaults that are names of keys, and the default collection, are in `names`.
"""

from typing import Final

TELEGRAM_URL: Final = "https://api.telegram.org"
LLM_URL: Final = "https://api.openai.com/v1"
MODEL: Final = "gpt-5-mini"
EMBEDDING_MODEL: Final = "text-embedding-3-small"

CURRENCY: Final = "USD"
PRICE_WRITTEN: Final = "0"
"""Money for a million tokens that a model writes."""

STORAGE_SIZE: Final = "1Gi"
DELETION_POLICY: Final = "Retain"
LINK_POLICY: Final = "Refuse"

ACCESS_MODE: Final = "Owner"
STATE: Final = "Running"
REQUEST_TIMEOUT: Final = "20m"

SLEEP_AFTER: Final = "72h"
SLEEP_WAKE_EVERY: Final = "15m"

CPU_REQUEST: Final = "50m"
MEMORY_REQUEST: Final = "96Mi"
CPU_LIMIT: Final = "1"
MEMORY_LIMIT: Final = "256Mi"

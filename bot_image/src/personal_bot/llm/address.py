"""The addresses of a service's endpoints, from what a person pasted as its address. Pure."""

import re
from typing import Final

_ENDPOINTS: Final = re.compile(
    r"/(?:chat/completions|completions|embeddings|models|responses|audio/transcriptions|chat)/*$", re.IGNORECASE
)
_VERSIONED: Final = re.compile(r"/(?:v\d+\w*|openai|deployments/[^/]+)(?:/|$)", re.IGNORECASE)


def base_of(pasted: str) -> str:
    """The address without the endpoint, blanks and slashes that people paste with it."""
    base = pasted.strip().rstrip("/")
    return _ENDPOINTS.sub("", base).rstrip("/")


def endpoint(base_url: str, name: str, *, versioned: bool) -> str:
    """The address of an endpoint; `versioned`: the service turned out to want ``/v1`` before it."""
    base, mark, query = base_of(base_url).partition("?")
    version = "/v1" if versioned and not has_version(base) else ""
    return f"{base}{version}/{name}{mark}{query}"


def has_version(base_url: str) -> bool:
    """Whether the address names a version, so that there is no use in adding one."""
    return bool(_VERSIONED.search(base_of(base_url)))

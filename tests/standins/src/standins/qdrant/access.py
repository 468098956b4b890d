"""Who may do what: API keys and JSON Web Tokens.

Sources: src/common/auth (keys, claims), lib/storage/src/rbac (what a claim allows), and
https://qdrant.tech/documentation/guides/security/#granular-access-control-with-jwt.
"""

import hmac
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import jwt

from standins.qdrant.engine import Json
from standins.qdrant.errors import QdrantError, forbidden

LEEWAY: Final = 30  # seconds that a token may be too old
OPEN: Final = frozenset({"/", "/healthz", "/livez", "/readyz"})
"""Paths that need no key."""


class Need(Enum):
    """What a call does: reads a collection, writes to it, or changes which collections there are."""

    READ = "read"
    WRITE = "write"
    MANAGE = "manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a key or token allows: everything (``m``), reading (``r``), or some collections (``r`` or ``rw`` each)."""

    everywhere: str = ""
    collections: dict[str, str] | None = None

    def allows(self, collection: str) -> bool:
        """Whether the collection may at least be seen in lists."""
        return self.collections is None or collection in self.collections

    def require(self, need: Need, collection: str | None) -> None:
        """Let a call through.

        Raises:
            QdrantError: 403, in the server's words.
        """
        if self.collections is None:
            if need is not Need.READ and self.everywhere != "m":
                raise forbidden("Global manage access is required")
            return

        if collection is None or need is Need.MANAGE:
            raise forbidden("Global access is required")
        if collection not in self.collections:
            raise forbidden(f"Access to collection {collection} is required")
        if need is Need.WRITE and self.collections[collection] != "rw":
            raise forbidden(f"Write access to collection {collection} is required")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of a server; without any it is open. With `jwt_rbac`, tokens signed with `api_key` count too."""

    api_key: str = ""
    read_only_api_key: str = ""
    jwt_rbac: bool = False

    def access(self, headers: Any) -> Access:  # noqa: ANN401 - any mapping that ignores case
        """What a request with these headers may do.

        Raises:
            QdrantError: 401 without a valid key, 403 with a token that is forged or too old.
        """
        if not self.api_key and not self.read_only_api_key:
            return Access(everywhere="m")

        given = headers.get("api-key") or headers.get("Authorization", "").removeprefix("Bearer ")
        if not given:
            raise QdrantError(401, "Must provide an API key or an Authorization bearer token", plain=True)
        if _same(given, self.api_key):
            return Access(everywhere="m")
        if _same(given, self.read_only_api_key):
            return Access(everywhere="r")

        return self._of_token(given)

    def _of_token(self, token: str) -> Access:
        unknown = QdrantError(401, "Invalid API key or JWT", plain=True)
        if not self.jwt_rbac or not self.api_key:
            raise unknown

        options: Any = {"verify_aud": False}
        try:
            claims = jwt.decode(token, self.api_key, algorithms=["HS256"], leeway=LEEWAY, options=options)
        except jwt.ExpiredSignatureError:
            raise QdrantError(403, "ExpiredSignature", plain=True) from None
        except jwt.InvalidSignatureError:
            raise QdrantError(403, "InvalidSignature", plain=True) from None
        except jwt.InvalidTokenError:
            raise unknown from None

        access = access_of(claims)
        if access is None:
            raise unknown

        return access


def access_of(claims: Json) -> Access | None:
    """What the ``access`` claim says; a token without it allows everything. None if it is malformed."""
    match claims.get("access", "m"):
        case "r" | "m" as everywhere:
            return Access(everywhere=everywhere)
        case list(entries) if all(_is_entry(entry) for entry in entries):
            collections = {entry["collection"]: entry["access"] for entry in entries}
            return Access(collections=collections) if len(collections) == len(entries) else None

    return None


def _is_entry(entry: Any) -> bool:  # noqa: ANN401 - JSON
    # A restriction by payload is refused since 1.15.
    return isinstance(entry, dict) and entry.keys() == {"collection", "access"} and entry["access"] in {"r", "rw"}


def _same(given: str, key: str) -> bool:
    return bool(key) and hmac.compare_digest(given.encode(), key.encode())

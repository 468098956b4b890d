"""What secrets look like: one table for all logs, sentences and checks.

The beginning of a shape stays readable, so that a reader knows which bot or which kind of key it was; the rest is
masked. No shape matches a quote or a backslash: JSON stays JSON when it is masked.
"""

import re
from collections.abc import Iterable
from typing import Final

MASK: Final = "***"

KEY_PREFIXES: Final = (
    "sk-",  # OpenAI, Anthropic (sk-ant-), OpenRouter (sk-or-), DeepSeek and many others
    "pk-",  # public halves of key pairs
    "xai-",  # xAI
    "gsk_",  # Groq
    "gsk-",  # as people mistype it
    "csk-",  # Cerebras
    "AIza",  # Google
    "hf_",  # Hugging Face
)
"""How keys of LLM services begin. No word of a language begins so before eight letters, digits or dashes."""

_DIGIT: Final = r"(?=[\w=+/-]{0,40}\d)"  # bounded, so that a long text is read in linear time

_SHAPES: Final = (
    # A bot's token, also inside an address: …/bot7712345678:AAH…/getMe. The number before the colon is public.
    ((":",), r"(?<=\d{5}:)", r"[A-Za-z0-9_-]{20,}"),
    # Services quote keys with stars: sk-abc***xyz.
    (KEY_PREFIXES, "", r"[\w*.-]{8,}"),
    # Names may begin like these keys: with twenty characters behind it, one of them a digit, it is a key.
    (
        (
            "AQ.",  # Google, newer
            "r8_",  # Replicate
            "fw_",  # Fireworks
            "tgp_v1_",  # Together
            "pplx-",  # Perplexity
            "nvapi-",  # NVIDIA
            "jina_",  # Jina
            "ABSK",  # Amazon Bedrock
            "ghp_", "gho_", "ghu_", "ghs_", "github_pat_",  # GitHub, whose tokens open its models too
            "glpat-",  # GitLab
        ),
        _DIGIT,
        r"[\w=+/-]{20,}",
    ),
    (("pa-",), _DIGIT, r"[\w-]{40,}"),  # Voyage
    (("key-",), _DIGIT, r"[\w*.-]{8,}"),
    (("eyJ",), "", r"[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),  # a JSON Web Token
    (("Bearer ", "bearer ", "BEARER "), "", r"[A-Za-z0-9._~+/=*-]{8,}"),
    (("Basic ", "basic ", "BASIC "), _DIGIT, r"[A-Za-z0-9+/=]{20,}"),
    # Keys in addresses: as a parameter, as user:password@ or as key@.
    ([f"{sign}{name}=" for sign in "?&" for name in ("key", "api_key", "token", "access_token")], "", r"[^\s&#\"'\\]+"),
    (("://",), r"(?:[^\s/?#@:\"'\\]*:)?", r"[^\s/?#@\"'\\]+(?=@)"),
)  # fmt: skip
"""How secrets begin; what else stays readable or has to be there; what is masked."""


def _pattern(beginning: str, shown: str, masked: str) -> str:
    """Write one shape, with an empty group between what stays and what is masked.

    A regular expression of which all alternatives begin with plain letters is searched ten times as fast: so what must
    not come before the beginning is looked for behind it.
    """
    plain = re.escape(beginning)
    alone = f"(?<![A-Za-z0-9]{plain})" if beginning[0].isalnum() else ""
    return f"{plain}{alone}{shown}(){masked}"


LOOKS_SECRET: Final = re.compile(
    "|".join(_pattern(each, shown, masked) for beginnings, shown, masked in _SHAPES for each in beginnings)
)
"""Matches what looks like a secret, with its beginning."""

# A part of a secret too, cut off by mistake: in doubt, a message is deleted from a chat rather than kept.
_MAY_BE_SECRET: Final = re.compile(
    r"\d{5,}:\S{8,}|\b(?:sk|gsk|xai|pk)[-_]\S{4,}|(?<!\S)(?!https?:)(?=\S*\d)[\w:.~+-]{20,}"
)


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask the secrets that are known and all that looks like one.

    Args:
        text: plain text or JSON.
        secrets: the secrets in use, which may look like anything.
    """
    for secret in secrets:
        text = text.replace(secret, MASK)
    return LOOKS_SECRET.sub(_masked, text)


def looks_secret(text: str) -> bool:
    """Whether a message may hold a token or a key, whole or in part, so that it should not stay in a chat."""
    return bool(LOOKS_SECRET.search(text) or _MAY_BE_SECRET.search(text))


def _masked(found: re.Match[str]) -> str:
    shown = next(end for end in found.regs[1:] if end != (-1, -1))[0] - found.start()
    return found[0][:shown] + MASK

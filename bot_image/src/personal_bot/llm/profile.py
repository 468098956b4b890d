"""What a service can do for one model: learned from its refusals, and remembered.

Every service speaks the OpenAI API a little differently. The bot asks for what it likes best; a service that refuses a
field by its name is asked again without that field, and from then on never with it. Deciding is pure; `Profiles` keeps
what was learned on the bot's volume.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from personal_bot.llm.errors import Fault
from personal_bot.state import json_files

_REFUSALS: Final = frozenset({None, 200, 400, 404, 405, 406, 413, 415, 422, 500, 501})
"""HTTP statuses under which services refuse a field; a 5xx counts only when the sentence names one."""
_NO_STREAM: Final = (
    r"verified to stream",
    r"stream(ing)?( mode| responses?)?( is| are)? not (supported|enabled|available|allowed)",
    r"(not|n't) support(ed)? stream",
    r"unsupported.{0,40}\bstream\b",
    r"\bstream\b.{0,40}unsupported",
)
_NO_SYSTEM: Final = (
    r"system (role|message|prompt|instruction)s?.{0,40}(not|n't|unsupported)",
    r"(not|n't) support.{0,30}\bsystem\b",
    r"developer instruction is not enabled",  # Gemma at Gemini's endpoint
    r"only user and assistant roles",
    r"roles must alternate",
    r"role ['\"`]?system\b",
    r"invalid.{0,20}role.{0,20}system",
)
_UNNAMED: Final = (
    r"unknown (field|parameter|argument|name)",
    r"extra (inputs|fields)",
    r"unrecognized",
    r"unexpected (field|keyword|argument)",
)
_BATCH: Final = (
    r"batch.?size",
    r"too many (inputs|texts|items|documents|requests in)",
    r"inputs?.{0,40}(at most|no more than|max)",
    r"(at most|no more than|maximum (of )?) *\d+ (inputs|texts|items|instances|requests|strings)",
    r"array (is )?too long",
    r"input\.contents",  # DashScope
)
_NUMBER: Final = re.compile(
    r"(?:larger than|exceed|at most|no more than|max(?:imum)?(?: allowed)?(?: batch size| of)?|limit(?: of| is)?|up to)"
    r"\D{0,12}(\d+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one service takes for one model.

    Attributes:
        streams: it sends an answer piece by piece.
        stream_usage: it takes `stream_options`, and tells in a stream what was used.
        system_role: it takes a system message; otherwise what is in it goes before the first question.
        encoding_format: it takes the field of this name.
        dimensions: it makes vectors of the length that is asked for.
        versioned: the service wants ``/v1`` after the address that was given.
        batch: how many texts it embeds in one request; 0: as many as are sent.
    """

    streams: bool = True
    stream_usage: bool = True
    system_role: bool = True
    encoding_format: bool = True
    dimensions: bool = True
    versioned: bool = False
    batch: int = 0


def learn(  # noqa: PLR0911 - a table of cases
    profile: Profile, fault: Fault, body: Mapping[str, Any]
) -> Profile | None:
    """What to ask of the service after this refusal; None when it refuses none of what can be left out.

    Args:
        profile: what was known when `body` was made.
        fault: the refusal.
        body: the request as it was sent.
    """
    if fault.status not in _REFUSALS:
        return None
    said = f"{fault.detail} {fault.code} {' '.join(sorted(fault.codes))}".lower()

    if "stream_options" in body and ("stream_options" in said or "include_usage" in said):
        return replace(profile, stream_usage=False)
    if body.get("stream") and ("stream" in fault.codes or _any(_NO_STREAM, said)):
        return replace(profile, streams=False)
    if _has_system(body) and _any(_NO_SYSTEM, said):
        return replace(profile, system_role=False)
    if "encoding_format" in body and "encoding_format" in said:
        return replace(profile, encoding_format=False)
    if "dimensions" in body and ("dimension" in said or "matryoshka" in said):
        return replace(profile, dimensions=False)
    if (smaller := _smaller_batch(fault, body, said)) is not None:
        return replace(profile, batch=smaller)

    # A field is refused and not named: nothing is sent that can be left out.
    if _any(_UNNAMED, said) and {"stream_options", "encoding_format", "dimensions"} & body.keys():
        return replace(profile, stream_usage=False, encoding_format=False, dimensions=False)
    return None


def _any(patterns: Sequence[str], said: str) -> bool:
    return any(re.search(pattern, said) for pattern in patterns)


def _has_system(body: Mapping[str, Any]) -> bool:
    return any(message["role"] == "system" for message in body.get("messages") or ())


def _smaller_batch(fault: Fault, body: Mapping[str, Any], said: str) -> int | None:
    """How many texts to send instead: what the service says, or else half as many."""
    texts = body.get("input")
    if not isinstance(texts, list) or len(texts) < 2:  # noqa: PLR2004 - one text cannot be halved
        return None
    if fault.status != 413 and not _any(_BATCH, said):  # noqa: PLR2004 - HTTP's own number
        return None

    told = [int(number) for number in _NUMBER.findall(said)]
    fitting = [number for number in told if 0 < number < len(texts)]
    return max(fitting, default=len(texts) // 2)


def without_system(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same conversation without the system role: what the system says goes before the first question."""
    said = "\n\n".join(str(message["content"]) for message in messages if message["role"] == "system")
    others = [dict(message) for message in messages if message["role"] != "system"]
    first = next((message for message in others if message["role"] == "user"), None)

    if first is None:
        return [{"role": "user", "content": said}, *others]
    content = first["content"]
    first["content"] = (
        [{"type": "text", "text": said}, *content] if isinstance(content, list) else f"{said}\n\n{content}"
    )
    return others


class Profiles:
    """The profiles of all services and models that the bot has asked, kept in one file on its volume."""

    def __init__(self, file: Path | None = None) -> None:
        """`file` is read once; None keeps nothing."""
        self._file = file
        kept = json_files.read(file) if file else None
        known = {field.name for field in fields(Profile)}
        self._profiles: dict[str, Profile] = {}
        for key, values in kept.items() if isinstance(kept, dict) else ():
            if isinstance(values, dict):
                self._profiles[key] = Profile(**{name: value for name, value in values.items() if name in known})

    def of(self, base_url: str, model: str) -> Profile:
        """What is known of a model at a service."""
        return self._profiles.get(f"{base_url} {model}", Profile())

    def keep(self, base_url: str, model: str, profile: Profile) -> None:
        """Remember what was learned; on a full volume for this process only."""
        self._profiles[f"{base_url} {model}"] = profile
        if self._file:
            try:
                json_files.write(self._file, {key: asdict(one) for key, one in self._profiles.items()})
            except OSError:
                return  # it is learned anew by the next process

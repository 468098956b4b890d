"""What a service says when it refuses, whatever shape its answer has. Pure.

The OpenAI API answers with an `error` object. Services that imitate it answer with a list of these (Gemini), with
FastAPI's `detail` (vLLM, Mistral), with `message` at the top (Mistral, DashScope), with an error under status 200
(OpenRouter, MiniMax), with HTML (a gateway or a wrong address), or with a plain sentence.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_MESSAGES: Final = (
    "message",
    "msg",
    "detail",
    "error_description",
    "error_msg",
    "status_msg",
    "title",
    "error",
    "errors",
)
"""Where services put their sentence, the usual place first."""
_CODES: Final = ("code", "status", "type", "reason", "error_code", "quotaId")
_DEEPEST: Final = 6  # levels of an answer that are looked into
_WAIT: Final = re.compile(
    r"(?:(?:try again|retry(?:ing)?) (?:in|after)|wait(?: for)?) (?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m(?!s))?"
    r"(?:(?P<number>\d+(?:\.\d+)?) ?(?P<unit>ms|s(?:ec|econds?)?|milliseconds?|min(?:utes?)?|hours?)?\b)?",
    re.IGNORECASE,
)
"""How services tell the wait in a sentence: "try again in 1m12.5s", "retry after 2 seconds", "wait 40 s"."""
_SCALES: Final = {"ms": 0.001, "milli": 0.001, "min": 60.0, "h": 3600.0, "s": 1.0}  # by how the unit begins; seconds
_TAGS: Final = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)


def document_of(body: bytes) -> Any:  # noqa: ANN401 - JSON
    """The answer as JSON, or as the text that it is instead; HTML becomes its title, or else its words."""
    text = body.decode(errors="replace").strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass

    if not text.startswith("<"):
        return text
    title = _TITLE.search(text)
    return html.unescape(title[1] if title and title[1].strip() else _TAGS.sub(" ", text))


def is_refusal(document: object) -> bool:
    """Whether an answer with status 200 is a refusal."""
    if not isinstance(document, dict):
        return True
    if document.get("error") or document.get("object") == "error" or document.get("success") is False:
        return True
    base = document.get("base_resp")  # MiniMax
    if isinstance(base, dict) and base.get("status_code"):
        return True
    return not any(key in document for key in ("choices", "data", "usage", "text", "object", "model", "models"))


def sentence_of(document: object) -> str:
    """What the service says, with the fields that it complains about; empty when it says nothing."""
    return "; ".join(dict.fromkeys(part for part in _sentences(document, _DEEPEST) if part))


def wait_of(document: object) -> float | None:
    """Give the seconds that the service asks to wait in its body; None when it does not say.

    Gemini has them as google.rpc.RetryInfo (https://cloud.google.com/apis/design/errors), others in their sentence.
    """
    delays = [seconds for seconds in _delays(document, _DEEPEST) if seconds is not None]
    return delays[0] if delays else _told_wait(sentence_of(document))


def codes_of(document: object) -> frozenset[str]:
    """The service's own names and numbers of the error, and the names of the fields that it complains about."""
    return frozenset(_codes(document, _DEEPEST))


def _delays(document: object, depth: int) -> Iterator[float | None]:
    match document:
        case {"retryDelay": str(delay)}:
            yield _told_wait(f"wait {delay}")
        case list() if depth:
            for one in document:
                yield from _delays(one, depth - 1)
        case dict() if depth:
            for name in ("error", "details"):
                yield from _delays(document.get(name), depth - 1)


def _told_wait(sentence: str) -> float | None:
    for found in _WAIT.finditer(sentence):
        if not any(found.groups()):
            continue
        unit = (found["unit"] or "s").lower()
        scale = next(seconds for start, seconds in _SCALES.items() if unit.startswith(start))
        own = float(found["number"] or 0) * scale
        return own + 60 * int(found["minutes"] or 0) + 3600 * int(found["hours"] or 0)
    return None


def _sentences(document: object, depth: int) -> Iterator[str]:
    match document:
        case str():
            yield document.strip()
        case list() if depth:
            for one in document:
                yield from _sentences(one, depth - 1)
        case dict() if depth:
            yield from _sentences_in(document, depth)


def _sentences_in(document: Mapping[str, Any], depth: int) -> Iterator[str]:
    field = _place(document)
    told = next((document[name] for name in _MESSAGES if document.get(name)), None)
    for sentence in _sentences(told, depth - 1):
        yield f"{field}: {sentence}" if field else sentence

    # OpenRouter says "Provider returned error", and what the provider said stands beside it.
    metadata = document.get("metadata")
    if isinstance(metadata, dict) and isinstance(raw := metadata.get("raw"), str):
        yield from _sentences(document_of(raw.encode()), depth - 1)
    if "base_resp" in document:
        yield from _sentences(document["base_resp"], depth - 1)


def _codes(document: object, depth: int) -> Iterator[str]:
    match document:
        case list() if depth:
            for one in document:
                yield from _codes(one, depth - 1)
        case dict() if depth:
            for name in (*_CODES, "param", "status_code"):
                if isinstance(value := document.get(name), str | int) and not isinstance(value, bool) and value != "":
                    yield str(value)
            if field := _place(document):
                yield field
            for name in (*_MESSAGES, "base_resp", "details", "violations", "innererror"):
                yield from _codes(document.get(name), depth - 1)


def _place(document: Mapping[str, Any]) -> str:
    """The field of the request that pydantic's kind of refusal names: `["body", "stream_options"]`."""
    place = document.get("loc")
    if not isinstance(place, list):
        return ""
    return ".".join(str(part) for part in place if part != "body")

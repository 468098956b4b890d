"""Every refusal of the knowledge, the answers and the LLM client has its sentence."""

import re
from pathlib import Path

import personal_bot
from personal_bot.texts import EN as ENGLISH
from personal_bot.texts import RU as RUSSIAN

_RAISED = re.compile(
    r"""(?:Refusal|CannotReadError)\(\s*(?:"(\w+)" if \w+ else )?"(\w+)"|refusal="(\w+)"|"(store_\w+)",$""",
    re.MULTILINE,
)


def test_every_refusal_has_a_sentence_in_both_languages() -> None:
    root = Path(personal_bot.__file__).parent
    sources = [
        path.read_text(encoding="utf-8")
        for part in ("knowledge", "answers", "llm")
        for path in (root / part).rglob("*.py")
    ]
    keys = {key for source in sources for found in _RAISED.findall(source) for key in found if key}
    assert len(keys) > 25
    assert keys - ENGLISH.keys() == set()
    assert keys - RUSSIAN.keys() == set()

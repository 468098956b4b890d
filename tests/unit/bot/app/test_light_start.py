"""What is not needed is not imported: the first poll goes out before anything heavy, and a bot at rest stays small."""

import subprocess
import sys

import pytest

HEAVY = (
    "PIL",
    "docx",
    "httpx",
    "jinja2",
    "lxml",
    "multiprocessing",
    "numpy",
    "openai",
    "openpyxl",
    "pypdfium2",
    "pyromark",
    "qdrant_client",
    "qdrant_edge",
    "reportlab",
    "sqlite3",
    "telegramify_markdown",
)
"""What no bot at rest has; each is imported when it is first used, or in a process of its own."""

AFTER_THE_FIRST_POLL = (
    "personal_bot.handlers.assembly",
    "personal_bot.handlers.dispatch",
    "personal_bot.knowledge",
    "personal_bot.llm",
    "personal_bot.texts",
    "prometheus_client",
)
"""What only `App._open` brings in."""


def imported_by(module: str) -> set[str]:
    program = f"import sys; sys.argv = ['x']; import {module}; print(*sys.modules)"
    run = [sys.executable, "-c", program]
    done = subprocess.run(run, check=True, capture_output=True, text=True)  # noqa: S603 - our own program
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "not_yet"),
    [
        ("personal_bot.__main__", ("asyncio", "aiohttp", "aiogram", "pydantic", *AFTER_THE_FIRST_POLL, *HEAVY)),
        ("personal_bot.app", (*AFTER_THE_FIRST_POLL, *HEAVY)),
        ("personal_bot.handlers.assembly", HEAVY),
    ],
)
def test_what_is_heavy_is_not_imported_yet(module: str, not_yet: tuple[str, ...]) -> None:
    assert not imported_by(module) & set(not_yet)

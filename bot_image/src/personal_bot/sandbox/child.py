"""The child's side of a sandbox: a process limits itself, does one piece of work and reports how that ended.

A request comes on stdin as a JSON object with ``"memory"`` (bytes), ``"seconds"`` (of CPU) and what the work needs.
Reports go to stdout, a JSON object a line; the last is what the work gave, or ``{"refuse": key, "values": {…}}``, with
``"where"`` when the refusal is a surprise.
"""

import contextlib
import json
import resource
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from personal_bot.sandbox.errors import CannotReadError

_OPEN_FILES: Final = 32
_FIRST_TO_DIE: Final = "1000"
"""The highest `oom_score_adj`: when memory runs out, the kernel kills this process rather than the bot."""


def serve(work: Callable[[dict[str, Any]], dict[str, Any]], *, largest_output: int) -> None:
    """Do the work that stdin asks for; `largest_output` is in bytes of one file."""
    request = json.load(sys.stdin)
    _limit(memory=request["memory"], seconds=request["seconds"], largest_output=largest_output)

    try:
        result = work(request)
    except CannotReadError as error:
        report(refuse=error.key, values=error.values)
    except MemoryError:
        report(refuse="document_too_big_for_memory", values={})
    except Exception:  # noqa: BLE001 - a parser met what its authors did not foresee: the bot logs where
        report(refuse="document_corrupt", values={}, where=traceback.format_exc(limit=-3))
    else:
        report(**result)


def report(**news: Any) -> None:  # noqa: ANN401 - JSON
    """Write one line of news for the bot."""
    sys.stdout.write(json.dumps(news) + "\n")
    sys.stdout.flush()


def _limit(*, memory: int, seconds: int, largest_output: int) -> None:
    # RLIMIT_DATA counts what is written to (since Linux 4.7), so mapped libraries do not use up the budget.
    for kind, soft, hard in (
        (resource.RLIMIT_DATA, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),  # at the soft limit SIGXCPU says why, at the hard one SIGKILL
        (resource.RLIMIT_FSIZE, largest_output, largest_output),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))

    with contextlib.suppress(OSError):  # not every container runtime offers it
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_DIE, encoding="ascii")

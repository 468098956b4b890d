"""A process that reads what strangers made: it limits itself, does one piece of work, and tells how that ended.

A request comes on stdin as a JSON object with ``"memory"`` (bytes), ``"seconds"`` (of CPU) and what the work needs.
News go to stdout, a JSON object a line; the last is what the work gave, or ``{"refuse": key, "values": {…}}``, with
``"where"`` when that is a surprise.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personal_bot.knowledge.extract.segments import CannotReadError

if TYPE_CHECKING:
    from collections.abc import Callable

_FILES = 32


def serve(work: Callable[[dict[str, Any]], dict[str, Any]], *, largest_output: int) -> None:
    """Do the work that stdin asks for; `largest_output` is bytes of one file."""
    request = json.load(sys.stdin)
    _limit(memory=request["memory"], seconds=request["seconds"], largest_output=largest_output)
    try:
        made = work(request)
    except CannotReadError as error:
        tell(refuse=error.key, values=error.values)
    except MemoryError:
        tell(refuse="document_too_big_for_memory", values={})
    except Exception:  # noqa: BLE001 - a reader met what its authors did not foresee: the bot logs where
        tell(refuse="document_corrupt", values={}, where=traceback.format_exc(limit=-3))
    else:
        tell(**made)


def tell(**news: Any) -> None:  # noqa: ANN401 - JSON
    """Tell the bot."""
    sys.stdout.write(json.dumps(news) + "\n")
    sys.stdout.flush()


def _limit(*, memory: int, seconds: int, largest_output: int) -> None:
    # RLIMIT_DATA counts what is really written (since Linux 4.7), so mapped libraries do not eat the budget.
    for kind, soft, hard in (
        (resource.RLIMIT_DATA, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),  # at the soft limit SIGXCPU says why, at the hard one SIGKILL
        (resource.RLIMIT_FSIZE, largest_output, largest_output),
        (resource.RLIMIT_NOFILE, _FILES, _FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))
    with contextlib.suppress(OSError):  # not every sandbox has it
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")  # rather this process than the bot

"""``make bench``: measures, prints a table, and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "hack"))

import archives  # noqa: E402 - its folder and the one above come first
import bot  # noqa: E402
import crowd  # noqa: E402
import extraction  # noqa: E402
import kills  # noqa: E402
import library  # noqa: E402
import master  # noqa: E402
import on_cluster  # noqa: E402
import retrieval  # noqa: E402
import scale  # noqa: E402
from figures import page, section, sections, table  # noqa: E402

PARTS = {
    "A bot as a process": bot.measure,
    "The master bot as a process": master.measure,
    "Fifty people at once": crowd.measure,
    "Killed at random moments": kills.measure,
    "A bot's store": library.measure,
    "Documents into chunks": extraction.measure,
    "Chat archives": archives.measure,
    "What is found": retrieval.measure,
    "On the cluster of `make demo`": on_cluster.measure,
    "Thousands of bots: the operator at scale": scale.measure,
}


async def main() -> None:
    """Measure what was asked for, and put it into the page in place of what it said of it before."""
    parser = argparse.ArgumentParser(prog="python tests/bench", description=__doc__)
    parser.add_argument("only", nargs="?", help="only the parts whose title has this word")
    parser.add_argument("--dry-run", action="store_true", help="print the figures, and leave the page as it is")
    asked = parser.parse_args()
    path = ROOT / "docs/benchmarks.md"
    told = sections(path.read_text()) if path.exists() else {}
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # what was begun is tidied up
    for title, measure in PARTS.items():
        if asked.only and asked.only.lower() not in title.lower():
            continue
        figures = await measure()
        shown = table(figures) if figures else "No cluster is up: nothing measured."
        sys.stdout.write(f"\n{title}\n\n{shown}\n")
        sys.stdout.flush()
        if figures and not asked.dry_run:
            told[title] = section(title, figures)
            path.write_text(page([told[name] for name in PARTS if name in told]))


if __name__ == "__main__":
    asyncio.run(main())

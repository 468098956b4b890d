"""`make bench`: measures, prints a table, and writes docs/develop/benchmarks.md."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import Final

from bench.figures import page, section, sections, table
from bench.parts import PARTS

PAGE: Final = Path(__file__).resolve().parents[2] / "docs/develop/benchmarks.md"


async def main() -> None:
    """Measure what was asked for, and replace the page's section about it."""
    asked = _arguments()
    written = sections(PAGE.read_text()) if PAGE.exists() else {}
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # what was started is tidied up

    for title, measure in PARTS.items():
        if asked.only and asked.only.lower() not in title.lower():
            continue
        figures = await measure(asked.size)
        shown = table(figures) if figures else "No cluster is up: nothing measured."
        sys.stdout.write(f"\n{title}\n\n{shown}\n")
        sys.stdout.flush()

        if figures and not asked.dry_run:
            written[title] = section(title, figures)
            PAGE.write_text(page([written[name] for name in PARTS if name in written]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("only", nargs="?", help="only the parts whose title has this word")
    parser.add_argument("--dry-run", action="store_true", help="print the figures, and leave the page as it is")
    parser.add_argument("--size", type=float, default=1.0, help="0.1: a tenth of everything; only with --dry-run")
    asked = parser.parse_args()
    if asked.size != 1.0 and not asked.dry_run:
        parser.error("only figures of the full size belong on the page: add --dry-run")
    return asked


if __name__ == "__main__":
    asyncio.run(main())

"""``python -m cluster``: what `make` calls."""

import argparse
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Final

import cluster
from cluster import demo, suite
from cluster.context import Context, ToolingError

COMMANDS: Final[Mapping[str, tuple[Callable[[Context], object], str]]] = {
    "up": (cluster.up, "create the cluster"),
    "down": (cluster.down, "delete the cluster, and stop what was started for it"),
    "images": (cluster.images.build, "build the images that are missing"),
    "load": (cluster.images.load, "build them, and load them into the cluster"),
    "demo": (demo.up, "create everything, with the chat page"),
    "demo-down": (demo.down, "delete it all again"),
    "lint": (suite.lint, "run the linters"),
    "types": (suite.types, "run the type checks alone"),
    "unit": (suite.unit, "run the tests that need no cluster"),
    "e2e": (suite.cluster_tests, "run the tests that need one"),
    "test": (suite.run_all, "run every check and test"),
    "test-down": (suite.down, "delete the cluster of the tests"),
}


def main() -> int:
    """Do one thing; what a person has to know is shown as a sentence, not as a traceback."""
    parser = argparse.ArgumentParser(prog="python -m cluster", description=cluster.__doc__.split("\n")[0])
    chosen = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (command, text) in COMMANDS.items():
        chosen.add_parser(name, help=text).set_defaults(command=command)

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: what was begun is tidied up
    try:
        result = parser.parse_args().command(Context.read())
    except ToolingError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    sys.exit(main())

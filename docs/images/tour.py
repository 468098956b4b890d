"""Takes the pictures of the tour: a browser test takes them, and this script makes them small.

    .venv/bin/python docs/images/tour.py

Needs Chromium and its driver.
"""  # noqa: INP001 - a script, no package

import subprocess
import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
TAKEN = CHECKOUT / "artifacts" / "screenshots"
COLOURS = 128


def main() -> None:
    """Run the test, and keep its pictures with as many colours as the eye needs."""
    test = "tests/unit/master/handlers/test_browser.py"
    subprocess.run([sys.executable, "-m", "pytest", "-q", test, "-k", "tour"], cwd=CHECKOUT, check=True)  # noqa: S603
    for path in sorted(TAKEN.glob("tour-*.png")):
        Image.open(path).convert("RGB").quantize(COLOURS).save(HERE / path.name, optimize=True)


if __name__ == "__main__":
    main()

"""What the operator must not load: it holds thousands of bots in little memory."""

import subprocess
import sys


def test_the_operator_does_not_load_the_models() -> None:
    program = "import sys; import personalbots_operator.__main__; sys.exit('personalbots_api.models' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603 - ourselves

"""``python -m personal_bot.texts`` writes `text_keys.py`, the type of all keys, from the English sentences."""

import textwrap
from pathlib import Path
from typing import Final

import personal_bot
from personal_bot.texts.en import TEXTS

PATH: Final = Path(personal_bot.__file__).with_name("text_keys.py")
_WIDTH: Final = 120  # characters of a line
_MODULE: Final = '''\
"""The keys of the bot's sentences, as a type: one that does not exist is a type error.

Written by ``python -m personal_bot.texts``; run it when a sentence is added or removed.
"""

from typing import Literal

# fmt: off
TextKey = Literal[
{keys}
]
'''


def module() -> str:
    """Give the text of the module."""
    keys = ", ".join(f'"{key}"' for key in sorted(TEXTS)) + ","
    lines = textwrap.wrap(keys, _WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
    return _MODULE.format(keys="\n".join(lines))


if __name__ == "__main__":
    PATH.write_text(module(), encoding="utf-8")

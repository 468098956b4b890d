"""`master-bot`: run the master bot; everything it needs to know is in its environment (see `settings`)."""

import asyncio
import logging
import os
import sys
from typing import Final

from aiogram.exceptions import TelegramUnauthorizedError
from aiogram.utils.token import TokenValidationError

from master_bot.app import run
from master_bot.settings import Settings, SettingsError
from personalbots_common import json_logs

EX_CONFIG: Final = 78
"""sysexits.h: something was found in an unconfigured or misconfigured state."""
EX_NOPERM: Final = 77
"""sysexits.h: a permission is missing."""
_CHATTY: Final = ("aiogram",)  # its line for each update says nothing that our lines and metrics do not

logger = logging.getLogger("master_bot")


def main() -> None:
    """Run until told to stop; the exit code says why it ended otherwise."""
    try:
        settings = Settings.from_environment(os.environ)
        json_logs.set_up(settings.log_level, chatty=_CHATTY)
        asyncio.run(run(settings))
    except (SettingsError, FileNotFoundError, TokenValidationError) as error:
        # Logging may not have been set up yet.
        json_logs.set_up(chatty=_CHATTY)
        logger.critical("the master bot cannot start: %s", error)
        sys.exit(EX_CONFIG)
    except TelegramUnauthorizedError:
        logger.critical("Telegram refuses the master bot's token: put the present one from @BotFather into its Secret")
        sys.exit(EX_NOPERM)


if __name__ == "__main__":
    main()

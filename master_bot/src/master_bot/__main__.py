"""`master-bot`: run the master bot; everything it needs to know is in its environment (see `settings`)."""

import asyncio
import logging
import os
import sys
from typing import Final

from aiogram.exceptions import TelegramUnauthorizedError
from aiogram.utils.token import TokenValidationError

from master_bot.app import run
from master_bot.logs import set_up
from master_bot.settings import Settings, SettingsError

EX_CONFIG: Final = 78
"""sysexits.h: something was found in an unconfigured or misconfigured state."""
EX_NOPERM: Final = 77
"""sysexits.h: a permission is missing."""
logger = logging.getLogger("master_bot")


def main() -> None:
    """Run until told to stop; the exit code says why it ended otherwise."""
    try:
        settings = Settings.from_environment(os.environ)
        set_up(settings.log_level)
        asyncio.run(run(settings))
    except (SettingsError, FileNotFoundError, TokenValidationError) as error:
        # Logging may not have been set up yet.
        set_up("INFO")
        logger.critical("the master bot cannot start: %s", error)
        sys.exit(EX_CONFIG)
    except TelegramUnauthorizedError:
        logger.critical("Telegram refuses the master bot's token: put the present one from @BotFather into its Secret")
        sys.exit(EX_NOPERM)


if __name__ == "__main__":
    main()

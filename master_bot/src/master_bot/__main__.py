"""`master-bot`: run the master bot; everything it needs to know is in its environment (see `settings`)."""

import asyncio
import logging
import os
import sys

from aiogram.exceptions import TelegramUnauthorizedError
from aiogram.utils.token import TokenValidationError

from master_bot.app import run
from master_bot.settings import Settings, SettingsError
from personalbots_common import json_logs

EX_CONFIG = 78
"""sysexits.h: something was found in an unconfigured or misconfigured state."""
EX_NOPERM = 77
_CHATTY = ("aiogram",)  # its line for each update says nothing that our lines and metrics do not

log = logging.getLogger("master_bot")


def main() -> None:
    """Run until told to stop; the exit code says why it ended otherwise."""
    try:
        settings = Settings.from_environment(os.environ)
        json_logs.set_up(settings.log_level, chatty=_CHATTY)
        asyncio.run(run(settings))
    except (SettingsError, FileNotFoundError, TokenValidationError) as error:
        json_logs.set_up(chatty=_CHATTY)
        log.critical("the master bot cannot start: %s", error)
        sys.exit(EX_CONFIG)
    except TelegramUnauthorizedError:
        log.critical("Telegram refuses the master bot's token: put the present one from @BotFather into its Secret")
        sys.exit(EX_NOPERM)


if __name__ == "__main__":
    main()

"""`personal-bot`: reads the settings, runs the bot, and ends with an exit code that says why."""

import gc
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from personal_bot import exits
from personal_bot.secret_files import SecretFiles
from personal_bot.settings import ENV_PREFIX, Settings, read_settings
from personalbots_common import json_logs

logger = logging.getLogger(__name__)

_CHATTY = ("httpx", "httpx2", "openai")  # loggers of which only warnings are kept


def main() -> None:
    """Run as a program."""
    gc.disable()  # imports make much garbage-free data: collecting meanwhile takes a fifth of the start
    # The kernel ignores SIGTERM for a container's first process until it has a handler.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(exits.ASKED_TO_STOP))
    sys.exit(run(sys.argv[1:], os.environ))


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the bot to its end; returns the exit code."""
    termination_log = Path(environment.get(f"{ENV_PREFIX}TERMINATION_LOG") or "/dev/termination-log")
    json_logs.set_up(chatty=_CHATTY)

    try:
        settings = read_settings(arguments, environment)
        termination_log = settings.termination_log
        secrets = SecretFiles(settings)
        json_logs.set_up(settings.log_level, secrets=secrets.values, chatty=_CHATTY)
        _run(settings, secrets)
    except exits.ExitError as exit_:
        return _end(exit_, termination_log)
    except Exception as error:  # noqa: BLE001 - the last place that can say what it was
        return _end(exits.InternalError(error), termination_log, error)
    return exits.ASKED_TO_STOP


def _run(settings: Settings, secrets: SecretFiles) -> None:
    """Import only what this run needs: bad arguments end it at once, and a clean-up needs no Telegram."""
    import asyncio  # noqa: PLC0415 - only what this run needs

    if settings.drop_collection:
        from personal_bot.cleanup import drop_collection  # noqa: PLC0415 - only what this run needs

        asyncio.run(drop_collection(settings, secrets))
        return
    if settings.copy_knowledge:
        from personal_bot.copying import copy_knowledge  # noqa: PLC0415 - only what this run needs

        asyncio.run(copy_knowledge(settings, secrets))
        return

    from personal_bot.app import App  # noqa: PLC0415 - only what this run needs

    async def bot() -> None:
        await App(settings, secrets).run()

    asyncio.run(bot())


def _end(exit_: exits.ExitError, termination_log: Path, error: Exception | None = None) -> int:
    facts = {"reason": exit_.reason, "hint": exit_.hint, "code": exit_.code}
    logger.critical(exit_.message, extra=facts, exc_info=error or exit_.__cause__)
    exits.leave_message(exit_, termination_log)
    return exit_.code


if __name__ == "__main__":
    main()

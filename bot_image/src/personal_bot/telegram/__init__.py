"""Telegram's side of the bot. aiogram is imported here, before any module of this package can import it its own way."""

from personal_bot.telegram.lazy_models import import_aiogram

import_aiogram()

"""Telegram's side of the bot. aiogram is imported here, before any module of this package can import it its own way."""

from personalbots_common.light_aiogram import import_aiogram

import_aiogram()

"""What people can do with the bot."""

from personalbots_common.light_aiogram import import_aiogram

import_aiogram()  # before any module of this package can import it its own way

"""What people can do with the bot: one module for each thing, a table that finds it, and the rules of who may."""

from personalbots_common.light_aiogram import import_aiogram

import_aiogram()  # before any module of this package can import it its own way

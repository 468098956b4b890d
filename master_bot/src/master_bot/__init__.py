"""The master bot: gives people bots of their own and tells how they are."""

from personalbots_common.light_aiogram import import_aiogram

import_aiogram()  # before any module here imports aiogram by itself

"""The life of a request: journalled, admitted, run, shown and answered."""

from personalbots_common.light_aiogram import import_aiogram

import_aiogram()  # before any module of this package can import it its own way

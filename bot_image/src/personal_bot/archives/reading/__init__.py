"""Exports of Telegram into messages, in a process of its own: ``python -m personal_bot.archives.reading``."""

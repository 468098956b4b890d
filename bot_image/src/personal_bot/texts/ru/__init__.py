"""The bot's sentences in Russian."""

from personal_bot.texts.ru import answers, archives, files, general, groups, media

TEXTS = general.TEXTS | answers.TEXTS | archives.TEXTS | files.TEXTS | groups.TEXTS | media.TEXTS

"""The bot's sentences in English."""

from personal_bot.texts.en import answers, archives, files, general, groups, media

TEXTS = general.TEXTS | answers.TEXTS | archives.TEXTS | files.TEXTS | groups.TEXTS | media.TEXTS

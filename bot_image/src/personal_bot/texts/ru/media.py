"""The bot's sentences about what is spoken and shown, in Russian."""

TEXTS: dict[str, str] = {
    "voice_hearing": "🎤 Слушаю",
    "voice_heard": "🎤 Услышал: {text}",
    "voice_silent": "🎤 Слов здесь не слышно. Скажите ещё раз или напишите.",
    "voice_unheard": "🎤 Сервис LLM не умеет записывать сказанное. Напишите вопрос, пожалуйста.",
    "picture_looking": "👁 Смотрю на картинку",
    "picture_seen": "👁 Вижу: {text}",
    "picture_sent": "Что на картинке?",
    "picture_shows": "На картинке, которая пришла с этим: {text}",
    "picture_too_large": "👁 В {name} {size}, а файлы я смотрю размером до {limit}. "
    "Отправьте картинку как фото: тогда Telegram её уменьшит.",
    "pictures_unseen": "👁 Эта модель сервиса LLM не видит картинок. Напишите, о чём речь.",
}

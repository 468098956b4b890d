"""The bot's sentences about what is spoken and shown, in English."""

TEXTS: dict[str, str] = {
    "voice_hearing": "🎤 Listening",
    "voice_heard": "🎤 Heard: {text}",
    "voice_silent": "🎤 I heard no words in this. Please say it again, or write it.",
    "voice_unheard": "🎤 The LLM service cannot write down what is spoken. Please write your question.",
    "picture_looking": "👁 Looking at the picture",
    "picture_seen": "👁 Seen: {text}",
    "picture_sent": "What does the picture show?",
    "picture_shows": "The picture that came with this shows: {text}",
    "picture_too_large": "👁 {name} has {size}, and I look at files of up to {limit}. "
    "Please send it as a photo: Telegram makes it smaller then.",
    "pictures_unseen": "👁 This model of the LLM service sees no pictures. Please write what it is about.",
}

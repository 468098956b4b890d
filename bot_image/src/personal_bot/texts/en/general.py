"""The bot's sentences in English."""

from personal_bot.texts.en.documents import DOCUMENTS

TEXTS: dict[str, str] = {
    **DOCUMENTS,
    # Where a request stands.
    "received": "🔍 Got it",
    "in_line": "⏳ In line, place {place}",
    "stage_searching": "🔍 Searching the documents",
    "stage_reading": "📊 Reading what was found",
    "stage_thinking": "🤔 Thinking",
    "stage_writing": "✏️ Writing",
    "llm_waiting": "⏳ The LLM service asked to wait; going on in {seconds} s",
    "llm_slow_so_far": "🐌 The LLM service takes its time; I keep waiting",
    "going_on": "🔄 I am being restarted and go on with this in a moment.",
    "again": "🔄 I was cut off over this more than once and try it again in a moment",
    "stop_button": "⏹ Stop",
    # How a request ends.
    "answer_comes": "👇 I answer here, or right below.",
    "answer_below": "👇 The answer is below.",
    "sources": "Sources",
    "cut_short": "✂️ The answer was cut short here.",
    "stopped": "⏹ Stopped.",
    "timed_out": "⌛ A request may take {minutes} min, and this one is not done. Ask for less at once.",
    "unexpected": "😕 Something went wrong on my side, and it is written down as {id}. Please try again.",
    "gave_up": "😕 I had to start anew {times} times over this and have given up. Please send it in smaller parts.",
    # Commands.
    "command_start": "What I can do",
    "command_help": "How to use me",
    "command_docs": "Your documents",
    "command_new": "Start a new conversation",
    "command_stop": "Stop what I am doing for you",
    "start": (
        "👋 I answer questions from your documents and chats, and show where the answer comes from.\n\n"
        "📎 Send me a file: PDF, DOCX, XLSX, TXT and many more.\n"
        "💬 Or an export of a Telegram chat: I find messages, count, and tell what was talked about.\n"
        "🎤 Then ask in your own words, by voice, or with a photo.\n\n"
        "The buttons show the rest."
    ),
    "start_guest": (
        "👋 I answer questions from my owner's documents, and show where the answer comes from.\n\n"
        "Just ask, in your own words, by voice, or with a photo. The buttons show the rest."
    ),
    "start_docs": "📚 Documents",
    "start_chat": "💬 Chats",
    "start_settings": "⚙️ Settings",
    "start_help": "❓ Help",
    "start_example": "What is {name} about?",
    "start_example_all": "What are the documents about?",
    "help": (
        "Send a file (PDF, DOCX, PPTX, XLSX, ODT, EPUB, HTML, Markdown, TXT, CSV, JSON, EML, source code, "
        "a ZIP of these; up to 20 MB) and I take it in.\n"
        "Ask in your own words, by voice, or with a photo. Numbers such as [1] in an answer point to the sources below "
        "it; 📄 gives the answer as a file.\n\n"
        "/docs lists the documents, renames, downloads and deletes them; /docs and a word find by name\n"
        "/scope chooses which documents I answer from\n"
        "/new starts a new conversation, without what was said before\n"
        "/export gives all that I know as files, which another bot of this kind takes in\n"
        "/stop stops what I am doing for you; so does the button under a running answer"
    ),
    "unknown_command": "I do not know this command. /help says what I can do.",
    "new": "🆕 A new conversation. What was said before no longer counts; the documents stay.",
    "stopping": "⏹ Stopping.",
    "nothing_to_stop": "I am doing nothing for you right now.",
    # What is refused.
    "not_for_you": "This bot belongs to somebody else and answers only to those whom its owner lets in.",
    "anonymous": (
        "You write in the name of a group or a channel, so I cannot tell who you are. Please write as yourself."
    ),
    "owner_only": "Only the owner of this bot can do this.",
    "only_text_and_files": (
        "I understand text, voice messages, photos and files with text. Please write your question, or send a file."
    ),
    "edited_late": (
        "You have changed an earlier message. I answer a changed question only while it is your newest message: "
        "please ask again."
    ),
    "disk_full": "My storage is full. Delete documents with /docs, or give the bot a larger volume.",
    # The knowledge.
    "store_opening": "I am still opening my documents. Please try again in a moment.",
    "store_unreachable": "My documents cannot be reached right now. I keep trying; please ask again in a minute.",
    "store_refused": "The store of my documents refuses the bot's key. Its owner has to set a valid one.",
    "store_failed": (
        "My documents cannot be used right now, and my log says why. The owner can look at it with /debug."
    ),
    "store_full": "My storage is full. Delete documents with /docs, or give the bot a larger volume.",
    "store_locked": "My documents are in use by another process. I keep trying; please ask again in a minute.",
    # The LLM service.
    "llm_key_refused": "🔑 The LLM service refuses the key. The owner has to set a valid one; then just ask again.",
    "llm_quota_exhausted": "💳 The quota of the LLM key is used up. The owner has to top it up; then just ask again.",
    "llm_model_missing": "The LLM service does not offer the model {model}. The owner has to choose another one.",
    "llm_model_forbidden": (
        "🔒 The LLM key may not use the model {model}. The owner can choose another model or key. "
        "The service says: {detail}"
    ),
    "llm_country_refused": (
        "🌍 The LLM service does not serve the country that this bot runs in. The owner needs another service."
    ),
    "llm_flagged": "The LLM service's moderation held this back. Please ask in other words.",
    "llm_address_wrong": (
        "🧭 There is no LLM service under the address that this bot was given. The administrator has to correct it."
    ),
    "llm_proxy_refuses": "📡 The proxy on the way to the LLM service refuses. The administrator has to correct it.",
    "llm_certificate": (
        "🔒 The certificate of the LLM service is not trusted, so I ask it nothing. The administrator has to fix it."
    ),
    "llm_slow": "⌛ The LLM service did not begin to answer in time. Please try again later, or ask for less.",
    "llm_said_nothing": "🤷 The model gave no answer. Please ask again, or in other words.",
    "llm_only_thought": (
        "🤷 The model used up its limit by thinking and gave no answer. Please ask for less, or choose another model."
    ),
    "llm_too_long": "This was too long for the model. Please ask for less at once, or start afresh with /new.",
    "llm_rejected": "The LLM service refused this request: {detail}",
    "llm_rate_limited": (
        "⏳ The limit of the LLM key is reached for longer than I can wait. Please ask again in {seconds} s."
    ),
    "llm_unreachable": "📡 The LLM service cannot be reached right now. Please ask again in a minute.",
    "llm_filtered": "The LLM service's content filter held the answer back. Please ask in other words.",
    "answer_took_too_long": "⌛ A request may take {seconds} s, and this one is not done. Ask for less at once.",
    "no_documents": (
        "There are no documents yet, so I have nothing to answer from. Send me a file: PDF, DOCX, XLSX, "
        "TXT or another one."
    ),
    "nothing_shared": "The owner has opened no document to you, so I have nothing to answer from.",
    "nothing_found": "I found nothing about this in the documents.",
    "nothing_found_by_words": (
        "I found no such words in the documents. My search is being prepared for another model, and the former one is "
        "not offered any more, so until it is done I find words only: please ask with those of the documents."
    ),
    "words_only": (
        "ℹ️ Found by words alone: my search is being prepared for another model, and the former one is not offered "
        "any more."
    ),
}

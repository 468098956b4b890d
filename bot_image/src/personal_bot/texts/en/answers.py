"""The bot's sentences about answers, in English: where they come from, how they read, what they cost."""

TEXTS: dict[str, str] = {
    # What is searched.
    "command_scope": "Choose the documents to answer from",
    "scope_all": "📚 I answer from all documents ({total}). Tap those that I shall keep to.",
    "scope_some": "📌 I answer from the chosen documents only: {count} of {total}.",
    "scope_everything": "📚 All",
    "scope_all_again": "📚 Answer from all documents",
    "scope_note": "📌 Searched: the chosen documents only ({count}). /scope",
    "scope_gone": (
        "The documents that you had chosen are not here any more. From now on I search all of them; please ask again."
    ),
    "nothing_found_in_scope": "The chosen documents ({count}) say nothing about this. /scope changes the choice.",
    # Sources.
    "no_support": "ℹ️ No passage of the documents backs this.",
    "source_gone": "I do not keep the passages of this answer any more. Please ask again.",
    "source_close": "✖ Close",
    # What people control.
    "command_settings": "How answers read: language, length, text or file, model",
    "command_instructions": "Your own wishes for all answers",
    "command_usage": "What was used: requests, tokens, money",
    "command_forget": "Delete what I keep of you",
    "settings_title": "⚙️ Your settings",
    "settings_model": "Model: {model}",
    "settings_instructions": "Your instructions: {instructions}",
    "settings_no_instructions": "none",
    "settings_hint": "/instructions adds wishes of your own. /scope chooses the documents.",
    "settings_language_auto": "🌐 As Telegram",
    "settings_language_en": "English",
    "settings_language_ru": "Русский",
    "settings_length_short": "Short answers",
    "settings_length_auto": "As needed",
    "settings_length_long": "Detailed",
    "settings_models": "🤖 Another model",
    "settings_clear": "🗑 Clear the instructions",
    "settings_choose_model": "🤖 {model} answers you now. Which one shall?",
    "instructions_how": (
        "Write your wishes behind the command, and I keep to them in every answer:\n"
        "/instructions Explain it as to a beginner\n\nNow: {instructions}\n/instructions - removes them."
    ),
    "instructions_set": "✅ I keep to this in every answer from now on.",
    "instructions_gone": "✅ Your instructions are removed.",
    "instructions_too_long": "These instructions go with every question, so please keep them under {most} characters.",
    "usage_title": "📊 This month",
    "usage_line": "requests: {requests}, tokens: {prompt} in, {completion} out",
    "usage_budget": "Budget: {budget}, left: {left}",
    "usage_by_day": "By day",
    "usage_by_person": "By person",
    "usage_you": "you",
    "usage_others": "people who are forgotten",
    "usage_no_prices": "There is no price list, so I cannot tell what it cost.",
    "budget_spent": (
        "💰 This month's budget ({budget}) is spent, so I do not ask the LLM service until the next month. "
        "The owner can raise it."
    ),
    "budget_nearly_spent": "💰 Four fifths of this month's budget are spent. /usage shows on what.",
    "forget_sure": (
        "Delete our conversation, your settings and choices, and your messages in groups whose messages I keep? I keep "
        "none of yours there from then on. It cannot be brought back."
    ),
    "forget_sure_owner": (
        "Delete our conversation, your settings and choices? The documents stay, unless you want them to go too. "
        "It cannot be brought back."
    ),
    "forget_me": "🗑 Delete what is mine",
    "forget_documents": "🗑 Delete that and all documents",
    "forget_kept": "Nothing is deleted.",
    "forgotten": "🗑 It is deleted.",
    # What is said to the bot itself.
    "talk_hello": "👋 Hello! Ask me about your documents, or send me a file.",
    "talk_hello_guest": "👋 Hello! What would you like to know?",
    "talk_thanks": "🙂 You're welcome!",
    "talk_farewell": "👋 Goodbye! I'll be here.",
    "talk_documents": "📚 /docs lists your documents, /chat your chats.",
    "talk_documents_guest": "📚 I answer from my owner's documents. Just ask, and I show where the answer comes from.",
    "talk_readers_owner": (
        "🔒 Only you can ask me, so nobody else sees your documents here. Two more things to know: the LLM service "
        "gets your documents and questions in order to answer, and whoever runs this server keeps the files."
    ),
    "talk_readers_some": (
        "👥 You, and the people whom you let in: they can ask about your documents, and my answers quote them. Chats, "
        "and what you mark private in /docs, stay yours. "
        "The LLM service gets documents and questions in order to answer, and whoever runs this server keeps the files."
    ),
    "talk_readers_all": (
        "🌍 Everybody who finds me can ask about your documents, and my answers quote them. Chats, and what you mark "
        "private in /docs, stay yours. "
        "The LLM service gets documents and questions in order to answer, and whoever runs this server keeps the files."
    ),
    "talk_readers_guest": (
        "🔒 I show our conversation to nobody else in Telegram. I keep it on my owner's storage, and the LLM service "
        "gets your questions in order to answer. /forget deletes what I keep of you."
    ),
}

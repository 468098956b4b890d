"""The bot's sentences about chat archives in English."""

TEXTS: dict[str, str] = {
    "command_chat": "Choose a chat archive",
    "command_top": "Who writes most, and when",
    "command_search": "Find messages",
    "command_dossier": "All about a participant",
    "command_digest": "What was talked about",
    "help_chats": (
        "💬 Telegram chats: in Telegram Desktop open the chat, ⋮ → Export chat history, without media, as JSON (or "
        "HTML); zip the folder if it is larger, and send it here.\n"
        "More than 20 MB even so? Export it in parts by date (From … to …) and send one after the other: messages "
        "are put together by their number. A newer export of the same chat adds to it.\n\n"
        "/chat chooses a chat, /chat all takes all of them\n"
        "/top who writes most, and when: /top last month\n"
        "/search finds messages: /search Python from Anna since 2024-05\n"
        "/dossier all about a participant: /dossier @anna\n"
        "/digest what was talked about: /digest last week\n"
        "Or in words: “top participants”, “search Python”, “dossier on @anna”, “what was discussed last week?”"
    ),
    # Taking in.
    "chats_reading": "💬 Reading {name}: {share} %, messages: {messages}, {left} left",
    "chats_cutting": "💬 Preparing the messages for questions",
    "chats_indexing": "💬 {name}: part {done} of {total}, {left} left; numbers and search work already",
    "chats_in": (
        "✅ {chats} in: {messages} messages of {authors} people, {first} – {last}.\n\n"
        "Ask about it, or try /top, /search and a word, /dossier and a name, /digest."
    ),
    "chats_in_partly": (
        "⚠️ {chats} in: {messages} messages of {authors} people, {first} – {last}. Messages that cannot be read and are "
        "not in: {lost}.\n\n"
        "Ask about it, or try /top, /search and a word, /dossier and a name, /digest."
    ),
    "chats_in_known": "✅ I know this export already: {chats}, {messages} messages.",
    "chats_not_indexed": (
        "✅ {chats} in: {messages} messages. /top and /search work; questions do not yet: {why}\n"
        "Send the same file again later, and I go on from here."
    ),
    "chats_many": "{count} chats are",
    "chats_one": "“{title}” is",
    "archive_cut": (
        "This export ends in the middle. Please export it again, or in parts by date, instead of cutting the file."
    ),
    # Choosing.
    "chats_none": "There are no chat archives yet.\n\n{help}",
    "chats_private": "The owner keeps the chats private, so I answer questions about documents only.",
    "chats_list": "💬 Chats: {count}. Chosen: {chosen}.",
    "chats_line": "{mark} {title} — {messages} messages, {first} – {last}",
    "chats_more": "… and {count} more.",
    "chats_choose": "Choose one with /chat and a part of its name; /chat all takes all of them.",
    "chats_all": "all chats",
    "chat_chosen": "💬 From now on {chat} is meant: questions, numbers, search.",
    "chat_unknown": "There is no chat called “{name}”.",
    "chat_ambiguous": "Several chats are called so: {names}. Please say more of the name.",
    # Numbers.
    "stage_counting": "📊 Counting",
    "top_title": "👥 {chat}{period}",
    "top_total": "{messages} messages, {words} words, {authors} people",
    "top_line": "{number}. {name} — {messages} ({share} %), words: {words}",
    "top_busiest": "Busiest: {weekday}, {hour}:00–{next}:00",
    "top_caption": "{chat}{period}: messages by hour and by weekday",
    "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "nothing_written": "Nobody wrote anything there{period}. There are messages from {first} to {last}.",
    # Search.
    "search_how": (
        "What shall I look for? /search and words; also who wrote and when: /search Python from Anna since 2024-05"
    ),
    "search_none": "🔎 No message has “{words}”{period}.",
    "search_title": "🔎 {words}{period}: {count} messages",
    "search_part": "🔎 {words}{period}: {count} messages, newest first: {first}–{last}",
    "search_by_author": "Author",
    "search_by_period": "Period",
    "search_all_authors": "👥 Everybody",
    "search_all_time": "📅 All the time",
    "search_gone": "I do not keep this search any more. Please search again.",
    "nobody": "Nobody is called “{name}” here. Those who write most: {names}.",
    "several": "Several people may be meant: {names}. Please say more of the name.",
    # What the model reads.
    "dossier_how": "On whom? /dossier and a name or @username. Those who write most: {names}.",
    "dossier_title": "🗂 {name}{period}, {chat}",
    "dossier_numbers": (
        "{messages} messages ({share} % of all), {words} words, {first} – {last}. Writes mostly at "
        "{hour}:00–{next}:00, {weekday} most of all."
    ),
    "dossier_partners": "Replies most to: {names}.",
    "digest_title": "📰 {chat}{period}",
    "digest_numbers": "{messages} messages of {authors} people; most by {names}.",
    "notes_progress": "🗒 Reading messages: {done} of {total}, {left} left",
    "notes_partly": "⌛ The time was up: {done} of {total} messages were read.",
    # Periods, as part of a title.
    "period_between": ", {since} – {until}",
    "period_since": ", since {since}",
    "period_until": ", until {until}",
}

"""The bot's sentences about chat archives in Russian."""

TEXTS: dict[str, str] = {
    "command_chat": "Выбрать чат из архивов",
    "command_top": "Кто и когда больше пишет",
    "command_search": "Найти сообщения",
    "command_dossier": "Всё об участнике",
    "command_digest": "О чём говорили",
    "help_chats": (
        "💬 Чаты Telegram: в Telegram Desktop откройте чат, ⋮ → «Экспорт истории чата», без медиа, в формате JSON "
        "(или HTML); если файл большой, упакуйте папку в zip и пришлите сюда.\n"
        "Всё равно больше 20 МБ? Экспортируйте по частям, по датам (с … по …), и пришлите одну за другой: сообщения "
        "соединятся по номерам. Более новый экспорт того же чата его дополнит.\n\n"
        "/chat выбирает чат, /chat все берёт все\n"
        "/top кто и когда больше пишет: /top за месяц\n"
        "/search ищет сообщения: /search Python от Анны с 05.2024\n"
        "/dossier всё об участнике: /dossier @anna\n"
        "/digest о чём говорили: /digest за неделю\n"
        "Или словами: «топ участников», «поиск Python», «досье на @anna», «что обсуждали за неделю?»"
    ),
    # Taking in.
    "chats_reading": "💬 Читаю {name}: {share} %, сообщений: {messages}, осталось {left}",
    "chats_cutting": "💬 Готовлю сообщения для вопросов",
    "chats_indexing": "💬 {name}: часть {done} из {total}, осталось {left}; числа и поиск уже работают",
    "chats_in": (
        "✅ {chats}. Сообщений: {messages}, участников: {authors}, {first} – {last}.\n\n"
        "Спрашивайте или попробуйте /top, /search и слово, /dossier и имя, /digest."
    ),
    "chats_in_partly": (
        "⚠️ {chats}. Сообщений: {messages}, участников: {authors}, {first} – {last}. Не прочитано и не добавлено "
        "сообщений: {lost}.\n\n"
        "Спрашивайте или попробуйте /top, /search и слово, /dossier и имя, /digest."
    ),
    "chats_in_known": "✅ Этот экспорт у меня уже есть. {chats}, сообщений: {messages}.",
    "chats_not_indexed": (
        "✅ {chats}. Сообщений: {messages}. /top и /search работают, вопросы пока нет: {why}\n"
        "Пришлите тот же файл ещё раз позже, и я продолжу с этого места."
    ),
    "chats_many": "Чатов добавлено: {count}",
    "chats_one": "Чат «{title}» добавлен",
    "archive_cut": (
        "Экспорт обрывается на середине. Экспортируйте заново или по частям, по датам, а не разрезайте файл."
    ),
    # Choosing.
    "chats_none": "Архивов чатов пока нет.\n\n{help}",
    "chats_private": "Чаты владелец никому не открыл, поэтому отвечаю только на вопросы по документам.",
    "chats_list": "💬 Чатов: {count}. Выбрано: {chosen}.",
    "chats_line": "{mark} {title} — сообщений: {messages}, {first} – {last}",
    "chats_more": "… и ещё {count}.",
    "chats_choose": "Выберите чат: /chat и часть названия; /chat все берёт все.",
    "chats_all": "все чаты",
    "chat_chosen": "💬 Теперь имеется в виду {chat}: вопросы, числа, поиск.",
    "chat_unknown": "Чата «{name}» нет.",
    "chat_ambiguous": "Так называются несколько чатов: {names}. Уточните название.",
    # Numbers.
    "stage_counting": "📊 Считаю",
    "top_title": "👥 {chat}{period}",
    "top_total": "Сообщений: {messages}, слов: {words}, участников: {authors}",
    "top_line": "{number}. {name} — {messages} ({share} %), слов: {words}",
    "top_busiest": "Больше всего пишут: {weekday}, {hour}:00–{next}:00",
    "top_caption": "{chat}{period}: сообщения по часам и по дням недели",
    "weekdays": "понедельник вторник среда четверг пятница суббота воскресенье",
    "nothing_written": "Там никто ничего не писал{period}. Есть сообщения с {first} по {last}.",
    # Search.
    "search_how": "Что искать? /search и слова; можно автора и время: /search Python от Анны с 05.2024",
    "search_none": "🔎 Сообщений с «{words}»{period} нет.",
    "search_title": "🔎 {words}{period}: сообщений {count}",
    "search_part": "🔎 {words}{period}: сообщений {count}, сначала новые: {first}–{last}",
    "search_by_author": "Автор",
    "search_by_period": "Период",
    "search_all_authors": "👥 Все участники",
    "search_all_time": "📅 За всё время",
    "search_gone": "Этот поиск я уже не храню. Поищите ещё раз.",
    "nobody": "Никого с именем «{name}» здесь нет. Больше всех пишут: {names}.",
    "several": "Подходят несколько участников: {names}. Уточните имя.",
    # What the model reads.
    "dossier_how": "На кого? /dossier и имя или @username. Больше всех пишут: {names}.",
    "dossier_title": "🗂 {name}{period}, {chat}",
    "dossier_numbers": (
        "Сообщений: {messages} ({share} % от всех), слов: {words}, {first} – {last}. Чаще всего пишет в "
        "{hour}:00–{next}:00, больше всего: {weekday}."
    ),
    "dossier_partners": "Чаще всего отвечает: {names}.",
    "digest_title": "📰 {chat}{period}",
    "digest_numbers": "Сообщений: {messages}, участников: {authors}; больше всех: {names}.",
    "notes_progress": "🗒 Читаю сообщения: {done} из {total}, осталось {left}",
    "notes_partly": "⌛ Время вышло: прочитано сообщений {done} из {total}.",
    # Periods, as part of a title.
    "period_between": ", {since} – {until}",
    "period_since": ", с {since}",
    "period_until": ", по {until}",
}

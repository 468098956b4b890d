"""The bot's sentences about files that it makes, in Russian."""

TEXTS: dict[str, str] = {
    # Answers as files.
    "file_making": "📄 Делаю файл",
    "file_note": "Ответ по моим документам, {date}",
    "file_whole": "📄 Весь ответ с источниками — в файле.",
    "pdf_letters_missing": "Для этой письменности у меня нет шрифта, поэтому вместо PDF — Markdown.",
    "pdf_failed": "PDF из этого не получился, поэтому это Markdown.",
    "settings_form_auto": "💬 Текст",
    "settings_form_pdf": "📄 PDF",
    "settings_form_md": "📝 Markdown",
    # Exports.
    "command_export": "Всё, что я знаю, — файлом",
    "export_private": "Экспорт — только для вас: напишите мне /export в личном чате.",
    "export_progress": "📦 Упаковываю {name}: {done} из {total} ({share} %)",
    "export_part": (
        "📦 Экспорт, часть {part} из {parts}. Документов: {documents}, чатов: {chats}; "
        "а также наш разговор и ваши настройки."
    ),
    "export_how": "Другой такой бот примет его: отправьте файл туда. Токенов и ключей в нём нет.",
    "export_left": "Не вошло — Telegram не берёт у бота больше 50 МБ, или файл не сохранён: {count}",
    "import_ask": (
        "📦 Это экспорт бота. Документов: {documents}, чатов: {chats}, реплик разговора: {turns}. "
        "Принять? Ваши настройки здесь заменятся настройками из него."
    ),
    "import_yes": "📥 Принять",
    "import_again": "🔁 Повторить остальное",
    "import_no": "✖ Нет",
    "import_progress": "📥 Принимаю {name}: {done} из {total} ({share} %)",
    "import_done": "✅ Принято. Документов: {documents}, чатов: {chats}; разговор и настройки тоже.",
    "import_partly": "⚠️ Принято, кроме {failed} из {total}:",
    "import_dropped": "Ничего не принято.",
    "import_gone": "Этого файла у меня уже нет. Отправьте его ещё раз.",
}

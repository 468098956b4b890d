"""The bot's sentences about answers, in Russian: where they come from, how they read, what they cost."""

TEXTS: dict[str, str] = {
    # What is searched.
    "command_scope": "Выбрать, по каким документам отвечать",
    "scope_all": "📚 Отвечаю по всем документам ({total}). Отметьте те, которыми мне ограничиться.",
    "scope_some": "📌 Отвечаю только по выбранным документам: {count} из {total}.",
    "scope_everything": "📚 Все",
    "scope_note": "📌 Искал только в выбранных документах ({count}). /scope",
    "scope_gone": "Выбранных документов больше нет. Теперь ищу во всех; спросите, пожалуйста, ещё раз.",
    "nothing_found_in_scope": "В выбранных документах ({count}) об этом ничего не нашлось. Сменить выбор: /scope.",
    # Sources.
    "no_support": "ℹ️ Этого не подтверждает ни один фрагмент документов.",
    "source_gone": "Фрагменты этого ответа я уже не храню. Спросите ещё раз.",
    "source_close": "✖ Закрыть",
    # What people control.
    "command_settings": "Какими быть ответам: язык, длина, текст или файл, модель",
    "command_instructions": "Ваши пожелания ко всем ответам",
    "command_usage": "Расход: запросы, токены, деньги",
    "command_forget": "Удалить то, что я о вас храню",
    "settings_title": "⚙️ Ваши настройки",
    "settings_model": "Модель: {model}",
    "settings_instructions": "Ваши пожелания: {instructions}",
    "settings_no_instructions": "нет",
    "settings_hint": "/instructions добавит ваши пожелания. /scope выбирает документы.",
    "settings_language_auto": "🌐 Как в Telegram",
    "settings_language_en": "English",
    "settings_language_ru": "Русский",
    "settings_length_short": "Коротко",
    "settings_length_auto": "Как получится",
    "settings_length_long": "Подробно",
    "settings_models": "🤖 Другая модель",
    "settings_clear": "🗑 Убрать пожелания",
    "settings_choose_model": "🤖 Сейчас вам отвечает {model}. Кому отвечать?",
    "instructions_how": (
        "Напишите пожелания после команды, и я буду следовать им в каждом ответе:\n"
        "/instructions Объясняй как новичку\n\nСейчас: {instructions}\n/instructions - убирает их."
    ),
    "instructions_set": "✅ Теперь следую этому в каждом ответе.",
    "instructions_gone": "✅ Пожелания убраны.",
    "instructions_too_long": "Пожелания уходят с каждым вопросом, поэтому пусть будут короче {most} знаков.",
    "usage_title": "📊 Этот месяц",
    "usage_line": "запросов: {requests}, токенов: {prompt} туда, {completion} обратно",
    "usage_budget": "Бюджет: {budget}, осталось: {left}",
    "usage_by_day": "По дням",
    "usage_by_person": "По людям",
    "usage_you": "вы",
    "usage_others": "те, чьи данные удалены",
    "usage_no_prices": "Списка цен нет, поэтому сколько это стоило, сказать не могу.",
    "budget_spent": (
        "💰 Бюджет на этот месяц ({budget}) потрачен, до следующего месяца к сервису LLM не обращаюсь. "
        "Владелец может его увеличить."
    ),
    "budget_nearly_spent": "💰 Потрачено четыре пятых бюджета на этот месяц. На что именно, покажет /usage.",
    "forget_sure": (
        "Удалить нашу переписку, ваши настройки и выбор, а также ваши сообщения в группах, которые я храню? Дальше "
        "ваши сообщения там не хранятся. Вернуть это нельзя."
    ),
    "forget_sure_owner": (
        "Удалить наш разговор, ваши настройки и выбор? Документы останутся, если не удалить и их. Вернуть будет нельзя."
    ),
    "forget_me": "🗑 Удалить моё",
    "forget_documents": "🗑 Удалить это и все документы",
    "forget_kept": "Ничего не удалено.",
    "forgotten": "🗑 Удалено.",
}

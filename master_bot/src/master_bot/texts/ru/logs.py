"""Russian texts about the log of a bot."""

from master_bot.texts.en.logs import Logs


class RussianLogs(Logs):
    """See `Logs`."""

    ask_word = "Что искать в журнале {bot}? Пришлите слово. /cancel закончит."
    found = "Строки {bot} с «{word}»"
    not_found = "В последних строках журнала {bot} нет «{word}»."
    file = "Журнал {bot}, последних строк: {count}"
    debug_file = "Всё, что известно о {bot}"
    following = "👀 Минуту показываю новые строки."
    followed = "Минута прошла."

    button_file = "📄 Файлом"
    button_search = "🔎 Искать"
    button_follow = "👀 Следить минуту"

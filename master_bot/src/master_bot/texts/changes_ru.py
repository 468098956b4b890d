"""What is said in Russian about the settings of a bot."""

from master_bot.texts.changes_en import Changes


class RussianChanges(Changes):
    """See `Changes`."""

    overview = (
        "⚙️ <b>{bot}</b>\n\n"
        "Имя здесь: {title}\n"
        "Модель: <code>{model}</code>\n"
        "Размер: {size}\n"
        "Кто может спрашивать: {access}\n"
        "Сообщения о нём: {news}\n"
        "Мои сообщения: {language}{budget}"
    )
    no_title = "нет"
    own_size = "{memory} памяти"
    only_you = "только вы"
    you_and = "вы и {people}"
    everybody = "все"
    news_on = "я пишу вам, если что-то не так"
    news_off = "выключены"

    ask_key = (
        "Пришлите мне новый ключ к сервису ИИ <code>{service}</code>. Сначала я его проверю; ваше сообщение удалю, как "
        "только прочту. /cancel оставит всё как есть."
    )
    key_changed = "🔑 У {bot} новый ключ. Он начнёт им пользоваться через минуту-другую."
    ask_for_tok = (
        "Пришлите мне действующий токен {bot}: @BotFather → /mybots → {bot} → API Token. Ваше сообщение я удалю, как "
        "только прочту. /cancel оставит всё как есть."
    )
    other_bot = "Это токен {other}, а не {bot}. Ничего не изменено. Пришлите, пожалуйста, токен {bot}."
    rotated = "🔁 У {bot} новый токен, старый больше не действует."
    cannot_rotate = (
        "Вы сами создали {bot} в @BotFather, поэтому заменить его токен можете только вы:\n"
        "1. Откройте @BotFather, отправьте /revoke и выберите {bot}\n"
        "2. Пришлите мне сюда новый токен. Ваше сообщение я удалю, как только прочту.\n\n"
        "/cancel оставит всё как есть."
    )
    made_elsewhere = (
        "{bot} создан не мной, его токен и ключ хранит тот, кто его создал. Попросите, пожалуйста, изменить их его."
    )
    ask_title = "Как называть {bot} здесь? Пришлите имя до 40 букв. /cancel оставит всё как есть."
    bad_title = "Имя – от 1 до 40 букв, в одну строку. Пришлите, пожалуйста, другое."
    renamed = "✏️ Теперь {bot} называется <b>{title}</b>."
    renamed_here = "✏️ Теперь я называю {bot} <b>{title}</b>. Имя в самом Telegram меняется так: @BotFather → /setname."
    choose_model = "С какой моделью {bot} будет думать? Сейчас это <code>{model}</code>."
    choose_size = "Какого размера будет {bot}? Чем он больше, тем быстрее читает большие документы."
    choose_access = "Кто может спрашивать {bot}? Вы можете всегда; документы ему даёте только вы."
    choose_language = "На каком языке мне с вами говорить?"
    language_changed = "✅ Теперь я говорю с вами по-русски."
    changed = "✅ Изменено. Через несколько секунд {bot} это учтёт."
    ask_person = (
        "Кто ещё может спрашивать {bot}? Нажмите клавишу внизу и выберите людей, или пришлите контакт, перешлите "
        "сообщение человека или напишите его номер в Telegram (его подскажет @userinfobot). /cancel закончит."
    )
    hidden_person = (
        "Telegram не говорит мне, кто это; по имени пользователя – тоже. Выберите, пожалуйста, человека клавишей внизу "
        "или пришлите его контакт или номер в Telegram."
    )
    person_added = "✅ Теперь {who} может спрашивать {bot}. Пришлите следующего или /cancel, если это все."
    people = "Кроме вас, {bot} могут спрашивать эти люди. Нажмите на имя, чтобы убрать его."
    too_many_people = "Этот список полон."
    news_muted = "🔕 Больше не пишу вам сам о {bot}. Включить снова: /settings."
    news_back = "🔔 Снова напишу вам, если с {bot} что-то не так."
    not_offered = "Этого больше не предлагают. Что есть – покажет /settings."
    largest = "У {bot} уже самый большой размер."
    grown = "📈 Теперь у {bot} памяти: {memory}."

    button_settings = "⚙️ Настройки"
    button_model = "Модель"
    button_size = "Размер"
    button_access = "Кто спрашивает"
    button_key = "Новый ключ"
    button_new_tok = "Новый токен"
    button_rotate = "Заменить токен"
    button_rename = "Переименовать"
    button_mute = "🔕 Не сообщать"
    button_unmute = "🔔 Сообщать"
    button_back = "« Назад"
    button_only_me = "Только я"
    button_people = "Кого я назову"
    button_everybody = "Все"
    button_add_person = "➕ Добавить человека"
    key_choose_people = "👥 Выбрать людей"
    button_more_memory = "📈 Больше памяти"

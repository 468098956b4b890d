"""Russian texts: the way to a bot, the list, starts, deletions, buttons and errors."""

from collections.abc import Mapping
from typing import ClassVar

from master_bot.models import CredentialProblem, StartupStep
from master_bot.texts.en.general import English
from master_bot.texts.keys import CauseText
from master_bot.texts.ru.admin import RussianAdmin
from master_bot.texts.ru.bot_settings import RussianChanges
from master_bot.texts.ru.causes import CAUSES
from master_bot.texts.ru.debug import RussianDetails
from master_bot.texts.ru.logs import RussianLogs


class Russian(English):
    """See `English`."""

    language = "ru"
    own_name = "Русский"

    commands: ClassVar[Mapping[str, str]] = {
        "start": "Создать своего бота",
        "bots": "Ваши боты",
        "status": "Как дела у бота",
        "debug": "Что не так, подробно",
        "logs": "Последние строки журнала бота",
        "restart": "Перезапустить бота",
        "stop": "Остановить бота на время",
        "resume": "Снова запустить остановленного бота",
        "settings": "Модель, ключ, размер и доступ",
        "rename": "Назвать бота иначе",
        "rotate": "Заменить токен бота",
        "delete": "Удалить бота",
        "help": "Что я умею",
        "cancel": "Прервать начатое",
    }

    help = (
        "Я создаю ботов, которые читают ваши документы и переписки и отвечают по ним на вопросы, указывая источники. "
        "Спрашивать вашего бота можете только вы, пока не разрешите другим.\n\n"
        "/start – создать бота\n"
        "/bots – ваши боты, с кнопками для всего, что ниже\n"
        "/status – как дела у бота или у каждого из них\n"
        "/debug – что не так и что делать, со всеми подробностями\n"
        "/logs 50 – последние 50 строк его журнала; /logs find error – только строки со словом «error»\n"
        "/restart – перезапустить\n"
        "/stop и /resume – дать отдохнуть и запустить снова\n"
        "/settings – модель, ключ, токен, размер и кто может спрашивать\n"
        "/rename – назвать иначе\n"
        "/rotate – заменить токен\n"
        "/delete – удалить (сначала я переспрошу)\n"
        "/cancel – прервать начатое\n\n"
        "Если ботов несколько, добавьте имя: <code>/status @my_bot</code>"
    )

    first_step = (
        "Здравствуйте! Давайте создадим вашего собственного бота. Это займёт около минуты.\n\n"
        "<b>Шаг 1 из {steps}: новый бот в Telegram</b>\n"
        "1. Откройте @BotFather и отправьте <code>/newbot</code>\n"
        "2. Придумайте имя, например <i>Библиотека Анны</i>\n"
        "3. Придумайте имя пользователя, которое кончается на <i>bot</i>, например <i>anna_library_bot</i>\n"
        "4. @BotFather ответит токеном – строкой вида <code>1234567890:AAE…</code>. "
        "Скопируйте её и пришлите мне сюда (или перешлите всё сообщение целиком).\n\n"
        "Я удалю ваше сообщение, как только прочту. /cancel – прервать."
    )
    first_step_one_tap = (
        "Здравствуйте! Давайте создадим вашего собственного бота. Это займёт около минуты.\n\n"
        "<b>Шаг 1 из {steps}: новый бот в Telegram</b>\n"
        "Нажмите кнопку и подтвердите: Telegram создаст бота. Открыть его сможете только вы, пока не разрешите "
        "другим.\n\n"
        "Уже есть бот или Telegram говорит, что ботов слишком много? Тогда пришлите мне токен "
        "одного из них (@BotFather → <code>/mybots</code> → ваш бот → API Token; или <code>/newbot</code> для "
        "нового). Я удалю ваше сообщение, "
        "как только прочту. /cancel – прервать."
    )
    second_step = (
        "✅ {bot} – ваш.\n\n"
        "<b>Шаг 2 из 3: ключ к сервису ИИ</b>\n"
        "Ваш бот отвечает с помощью {service}, а платите за это вы, со своего счёта там. "
        "Создайте, пожалуйста, ключ API {where} и пришлите его мне сюда.\n\n"
        "Я удалю ваше сообщение, как только прочту. /cancel – прервать."
    )
    ai_service = "сервиса ИИ"
    ai_service_named = "сервиса ИИ {name}"
    key_website = "на сайте сервиса"
    key_page = "на странице {page}"
    last_step = (
        "✅ Для {bot} есть всё, что нужно.\n\n"
        "<b>Шаг {number} из {number}: настройки</b>\n"
        "Имя здесь: {title}\n"
        "Модель: <code>{model}</code>\n"
        "Память: {size}\n"
        "Кто может спрашивать: {access}\n"
        "Мои сообщения о нём: {language}\n"
        "Ключ к сервису ИИ: {key}{store}\n\n"
        "Всё так? Нажмите <b>Создать бота</b>. Кнопки под ней меняют остальное; чтобы дать имя, просто пришлите "
        "его мне. Почти всё можно изменить и потом: /settings."
    )
    store_own = "Документы: на отдельном диске"
    store_server = "Документы: на общем сервере; потом это не изменить"
    a_month = "до {amount} {currency} в месяц"
    budget = "Бюджет на ИИ: {money}, потрачено {used}%"
    key_shared = "от администратора"
    key_own = "ваш"
    only_key_is_missing = "Токен {bot} у меня уже есть. Теперь пришлите, пожалуйста, ключ к сервису ИИ."
    send_it_again = "Токена у меня больше нет. Пришлите его, пожалуйста, ещё раз, и я перенесу бота сюда."
    send_text = "Пришлите, пожалуйста, обычным текстовым сообщением."
    begin_again = "Нас прервали, и токена у меня больше нет. Начните, пожалуйста, сначала: /start"
    cancelled = "Готово: начатое отменено."
    cancelled_draft = "Готово: начатое отменено, присланные токен и ключ удалены."
    nothing_to_cancel = "Отменять нечего. /help покажет, что я умею."
    delete_yourself = (
        "⚠️ Мне не удалось удалить ваше сообщение с токеном или ключом. Удалите его, пожалуйста, сами. Если его мог "
        "видеть кто-то ещё, получите новый: токен – у @BotFather командой <code>/revoke</code>, ключ – на сайте "
        "сервиса ИИ."
    )
    hidden_to_be_safe = (
        "Это похоже на токен или ключ, поэтому на всякий случай я удалил ваше сообщение. Создать бота – /start, дать "
        "вашему боту новый токен или ключ – /settings."
    )
    for_botfather = (
        "<code>/{command}</code> – команда для @BotFather: откройте его и отправьте её там. "
        "Создать бота здесь – /start."
    )
    not_understood = "Я вас не понял. /help покажет, что я умею, /bots – ваших ботов."
    refusals: ClassVar[Mapping[CredentialProblem, str]] = {
        CredentialProblem.TOKEN_FORMAT: (
            "Это не токен бота. Токен – это цифры, двоеточие и ещё 35 букв и цифр, например "
            "<code>1234567890:AAE…</code>. Скопируйте его из сообщения @BotFather и пришлите ещё раз."
        ),
        CredentialProblem.TOKEN_REFUSED: (
            "Telegram не знает этого токена: возможно, он скопирован не целиком или заменён новым. "
            "Возьмите действующий у @BotFather (<code>/mybots</code> → ваш бот → API Token) и пришлите мне."
        ),
        CredentialProblem.TOKEN_OF_MASTER: (
            "Это мой собственный токен! Создайте нового бота у @BotFather и пришлите его токен."
        ),
        CredentialProblem.TOKEN_USED_BY_YOU: (
            "{bot} – уже один из ваших ботов, он есть в /bots. Для другого создайте нового бота у @BotFather."
        ),
        CredentialProblem.TOKEN_USED: "{bot} здесь уже занят. Создайте нового бота у @BotFather и пришлите его токен.",
        CredentialProblem.BEING_DELETED: "{bot} здесь как раз удаляется. Пришлите токен ещё раз через минуту.",
        CredentialProblem.TOKEN_HAS_WEBHOOK: (
            "Этот бот подключён к другому сервису и отдаёт сообщения ему, поэтому работать ещё и здесь он не может. "
            "Если хотите перенести его сюда, нажмите кнопку (или пришлите токен ещё раз): тогда я отключу его от "
            "другого сервиса. Если нет – /cancel."
        ),
        CredentialProblem.TELEGRAM_AWAY: (
            "Telegram сейчас мне не отвечает, поэтому проверить токен не удалось. Пришлите его ещё раз через минуту."
        ),
        CredentialProblem.KEY_FORMAT: (
            "Это не ключ API: ключ – одно слово без пробелов. Пришлите, пожалуйста, только ключ."
        ),
        CredentialProblem.KEY_REFUSED: (
            "Сервис ИИ не принимает этот ключ: возможно, он скопирован не целиком, истёк или отключён. "
            "Создайте новый на сайте сервиса и пришлите мне."
        ),
        CredentialProblem.KEY_WITHOUT_MONEY: (
            "Ключ настоящий, но на его счёте нет денег. Пополните счёт на сайте сервиса и пришлите ключ ещё раз "
            "или пришлите другой."
        ),
        CredentialProblem.MODEL_MISSING: (
            "С этим ключом сервис ИИ не даёт модель <code>{model}</code>, которая нужна вашему боту. "
            "Разрешите её в настройках ключа на сайте сервиса или пришлите другой ключ."
        ),
        CredentialProblem.LLM_AWAY: (
            "Сервис ИИ сейчас не отвечает, поэтому проверить ключ не удалось. Пришлите его ещё раз через минуту."
        ),
    }

    live_title = "<b>{bot}</b> уже в пути…"
    live_slow = "Это дольше обычного. Я слежу, от вас ничего не нужно."
    live_done = "🎉 <b>{bot}</b> готов ({seconds} с). Откройте его и пришлите документ или вопрос."
    live_again = "🟢 <b>{bot}</b> снова готов ({seconds} с)."
    live_failed = "<b>{bot}</b> пока не запускается."
    live_given_up = "Здесь я больше не слежу. Что дальше – скажет /debug."
    live_superseded = "{bot}: продолжение ниже."
    live_gone = "{bot} удалён."
    live_stopped = "{bot} остановлен. /resume запустит его снова."
    steps: ClassVar[Mapping[StartupStep, str]] = {
        StartupStep.ORDERED: "создаётся",
        StartupStep.VOLUME: "диск готов",
        StartupStep.PLACED: "сервер найден",
        StartupStep.IMAGE: "образ загружен",
        StartupStep.STARTED: "запущен",
        StartupStep.POLLS: "связь с Telegram",
    }

    no_bots = "У вас пока нет бота. /start создаст его."
    your_bots = "<b>Ваши боты</b>"
    your_bots_of = "<b>Ваши боты</b> ({count} из {most} возможных)"
    all_bots = "<b>Все боты</b> ({count})"
    bot_line = "{light} <b>{bot}</b> – {state}"
    owned_by = "владелец {owner}"
    documents = "документов: {count}"
    last_active = "пользовались {ago} назад"
    which_bot = "Какой бот?"
    no_such_bot = "У вас нет бота с таким именем. /bots покажет ваших."
    what_to_do = "💡 {remedy}"

    stopping = "⏸ Останавливаю {bot}. Его документы остаются. /resume запустит его снова."
    stopped_already = "{bot} уже остановлен. /resume запустит его снова."
    runs_already = "{bot} не остановлен. /status покажет, как у него дела."
    restart_of_stopped = "{bot} остановлен, перезапускать нечего. /resume запустит его снова."
    being_deleted = "{bot} удаляется."
    delete_question = (
        "<b>Удалить {bot}?</b>\n\n"
        "Бот сразу перестанет отвечать, его настройки и присланный вами ключ будут удалены.{documents}\n\n"
        "Сохранить его документы?\n"
        "• <b>Сохранить</b>: если снова подключите здесь этого же бота, он всё вспомнит.\n"
        "• <b>Удалить</b>: исчезнет навсегда.\n\n"
        "Сам бот останется у вас в @BotFather; там его можно удалить или использовать иначе."
    )
    delete_documents = " Он прочёл документов: {count}."
    going_kept = "🗑 {bot} остановлен и через минуту будет удалён. То, что он прочёл, сохранится для вас."
    going_all = "🗑 {bot} остановлен и через минуту будет удалён вместе со всем, что прочёл."
    deletion_pending = "{bot} будет удалён в течение минуты. Оставить его?"
    news_updated = "🔄 {bot} обновлён до новой версии. Всё, что он прочёл, на месте."
    news_over = "🟢 {bot} снова работает."
    deleted_kept = "🗑 {bot} удалён. То, что он прочёл, сохранено для вас."
    deleted_all = "🗑 {bot} удалён вместе со всем, что прочёл."
    not_deleted = "Хорошо, {bot} остаётся."

    no_log = "У {bot} сейчас нет журнала: он не работает. /debug скажет почему."
    log_title = "Последние строки {bot}"
    empty_log = "Журнал пуст."

    button_new_bot = "✨ Создать моего бота"
    button_create = "✅ Создать бота"
    button_language = "Язык"
    button_store = "Документы"
    button_move = "🔌 Перенести сюда"
    button_own_key = "Мой ключ"
    button_open = "💬 Открыть {bot}"
    button_status = "Состояние"
    button_debug = "Подробно"
    button_logs = "Журнал"
    button_restart = "Перезапустить"
    button_wake = "☀️ Разбудить"
    button_stop = "Остановить"
    button_resume = "Запустить снова"
    button_delete = "Удалить"
    button_keep = "Удалить бота, прочитанное сохранить"
    button_all = "Удалить всё"
    button_no = "Нет, оставить бота"
    button_undo = "↩️ Отменить удаление"
    button_list = "« Мои боты"
    button_again = "🔄 Обновить"

    failed = (
        "Простите, у меня что-то сломалось. Попробуйте, пожалуйста, через минуту. Если повторится, сообщите "
        "администратору этот номер: {number}"
    )
    cluster_away = (
        "Простите, серверы сейчас недоступны. Пришлите или нажмите, пожалуйста, то же самое ещё раз через минуту: "
        "дважды ничего не сделается. Если это надолго, сообщите администратору этот номер: {number}"
    )
    cluster_waited_for = (
        "Простите, серверы сейчас недоступны. От вас ничего не нужно: я продолжу, как только они появятся."
    )
    cluster_away_too_long = (
        "Простите, серверы всё ещё недоступны. Вернитесь, пожалуйста, позже: отправьте /start, а затем токен только "
        "что созданного бота (@BotFather → <code>/mybots</code> → ваш бот → API Token). Если это надолго, сообщите "
        "администратору "
        "этот номер: {number}"
    )
    gone_meanwhile = "Этого уже нет: его только что изменили или удалили. /bots покажет ваших ботов."
    cluster_refused = "Простите, серверы этого не разрешили. Сообщите администратору номер: {number}"
    old_button = "Эта кнопка больше не действует. /bots покажет ваших ботов."
    private_only = "Напишите мне, пожалуйста, в личный чат."

    day = "д"
    hour = "ч"
    minute = "мин"
    megabyte = "МБ"
    gigabyte = "ГБ"
    decimal = ","
    second = "с"

    causes: ClassVar[Mapping[str, CauseText]] = CAUSES
    changes = RussianChanges()
    logs = RussianLogs()
    details = RussianDetails()
    admin = RussianAdmin()

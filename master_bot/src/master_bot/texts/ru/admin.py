"""Russian texts for administrators, and for people at the limits that they set."""

from collections.abc import Mapping
from typing import ClassVar

from master_bot.texts.en.admin import Admin


class RussianAdmin(Admin):
    """See `Admin`."""

    commands: ClassVar[Mapping[str, str]] = {
        "admin": "Все боты сразу",
        "find": "Найти бота по имени или владельцу",
        "health": "Всё ли отвечает",
        "quota": "Сколько ботов может быть у человека",
        "invite": "Ссылка-приглашение",
        "broadcast": "Написать всем владельцам",
    }
    help = (
        "\n\n<b>Для вас как администратора</b>\n"
        "/admin – все боты сразу\n"
        "/find – найти бота по имени или владельцу\n"
        "/health – всё ли отвечает\n"
        "/quota – сколько ботов может быть у человека\n"
        "/invite – ссылка-приглашение\n"
        "/broadcast – написать всем владельцам"
    )
    start_hint = "\n\nВы администратор: все боты – в /admin."

    summary = "<b>Все боты</b>: {count}, людей: {owners}"
    state_line = "{light} {count} × {state}"
    most_documents = "<b>Больше всего документов</b>"
    most_restarts = "<b>Больше всего перезапусков</b>"
    top_line = "{bot}: {count} (владелец {owner})"
    summary_help = (
        "/find имя или владелец · /health · /quota · /invite · /broadcast текст\n"
        "Остальные команды действуют для любого бота: <code>/stop @some_bot</code>"
    )
    find_what = "Напишите, что искать: имя или номер владельца: <code>/find anna</code>"
    found = "<b>Найдено</b>: {count}"
    found_none = "Такого бота нет."

    health = "<b>Самочувствие</b>"
    health_line = "{sign} {part}: {said}"
    part_telegram = "Telegram"
    part_cluster = "Kubernetes"
    part_llm = "сервис ИИ"
    part_operator = "оператор"
    heard = "последний ответ {seconds} с назад"
    answers = "отвечает за {milliseconds} мс"
    silent = "не отвечает"
    silent_bots = "ботов без присмотра: {count}"
    looks_after = "присматривает за всеми ботами"
    part_nodes = "серверы"
    nodes_ready = "готовы {ready} из {count}"
    nodes_unseen = (
        "мне не разрешено смотреть на узлы кластера; это разрешает значение чарта "
        "<code>masterBot.seesNodes: true</code>"
    )
    node_troubles: Mapping[str, str] = {
        "Silent": "• <b>{node}</b> давно не отзывается: выключен или отрезан от сети.",
        "NotReady": "• <b>{node}</b> не готов (NotReady): {message}.",
        "MemoryPressure": "• <b>{node}</b>: не хватает памяти (MemoryPressure); боты могут с него переехать.",
        "DiskPressure": "• <b>{node}</b>: не хватает места на диске (DiskPressure); боты могут с него переехать.",
        "PIDPressure": "• <b>{node}</b>: слишком много процессов (PIDPressure); боты могут с него переехать.",
        "NetworkUnavailable": "• <b>{node}</b>: для ботов ещё нет сети (NetworkUnavailable).",
        "Cordoned": "• <b>{node}</b> закрыт для новых ботов; открыть: <code>kubectl uncordon {node}</code>.",
    }

    invite = (
        "Кто откроет эту ссылку в течение {days} дн., сможет создать здесь бота:\n<code>{link}</code>\n"
        "Каждая команда /invite даёт новую."
    )
    invite_open = "Создавать ботов здесь и так может каждый, приглашение не нужно."
    invite_closed = "Приглашения выключены в настройках."
    broadcast_what = "Что отправить всем владельцам? Напишите сейчас; перед отправкой я всё покажу. /cancel – прервать."
    broadcast_ask = "Отправить это? Получателей: {count}\n\n{text}"
    broadcast_running = "📣 Отправляю: {done} из {count}"
    broadcast_done = "📣 Отправлено {done} из {count}; недоступны: {failed}."
    broadcast_gone = "Этого сообщения уже нет. Напишите, пожалуйста, /broadcast ещё раз."
    broadcast_dropped = "Хорошо, ничего не отправлено."
    button_drop = "Отмена"
    broadcast_message = "📣 <b>От администратора</b>\n\n{text}"
    button_send = "📣 Отправить"

    quota_all = "Сколько ботов может быть у человека: {most}"
    quota_any = "сколько угодно"
    quota_of = "{person}: {most}"
    quota_what = (
        "<code>/quota 123456789 5</code> разрешит одному человеку 5 ботов (0 – сколько угодно), "
        "<code>/quota 123456789 -</code> – столько же, сколько всем."
    )
    quota_now = "{person}: ботов {count}, разрешено {most}."
    stopped_your_bot = "⏸ Администратор остановил {bot}. Его документы остаются; /resume запустит его снова."
    deletes_your_bot = "🗑 Администратор удаляет {bot}. Если вы этого не ждали, напишите ему, пожалуйста."
    keeps_your_bot = "{bot} всё-таки не удалён."

    only_invited = "Создать бота здесь можно только по приглашению. Попросите ссылку у того, кто рассказал вам обо мне."
    bad_invitation = "Это приглашение больше не действует. Попросите, пожалуйста, новую ссылку."
    closed = "Сейчас новых ботов здесь создать нельзя. Те, что есть, работают дальше."
    quota = (
        "У вас уже столько ботов, сколько здесь разрешено: {count}. Удалите одного (/delete), чтобы освободить место."
    )
    too_fast = "Многовато сразу. Подождите, пожалуйста, полминуты; то, что придёт раньше, я пропущу."

// Every word of the page, in English and Russian.

const TEXTS = {
  en: {
    page: "Chats", chats: "Chats", account: "Account and settings", search: "Search or @username", connecting: "Connecting…",
    back: "Back to the chats", more: "More", messages: "Messages", to_bottom: "To the newest message",
    commands: "Commands", cancel: "Cancel", attach: "Attach a file", message: "Message", keyboard: "Bot's keyboard",
    send: "Send", drop: "Drop files here to send them", close: "Close", ok: "OK", menu: "Menu", start: "Start",
    restart: "Start again", unblock: "Unblock",
    join_title: "Who are you?",
    join_text: "This messenger lives on this machine only. A name is all it takes; with the same name you are the same person again.",
    your_name: "Your name", join: "Come in", language: "Language",
    bot: "bot", typing: "typing…", upload_document: "sending a file…", upload_photo: "sending a photo…",
    working: "working…", official: "makes bots", you: "You", thinking: "Thinking…", stop: "Stop", edited: "edited",
    document: "File", photo: "Photo", draft: "Draft", no_messages: "No messages yet", today: "Today", yesterday: "Yesterday",
    nothing_found: "No bot is called that", found: "Bots",
    what_can: "What can this bot do?", reply: "Reply", copy: "Copy text", delete: "Delete", copied: "Copied", voice: "Voice message",
    voice_ask: "The model behind these bots cannot hear. Type what you say.", voice_words: "What you say",
    clear: "Delete the chat", clear_ask: "Delete this chat? The bot cannot write to you until you start it again.",
    block: "Block the bot", block_ask: "Block this bot? It will not be able to write to you.",
    switch_person: "Another person", other_language: "Русский", hint_show: "What to try",
    too_long: "A caption has at most 1024 characters", failed: "It did not work: ", empty_file: "The file is empty",
    gone: "There is no bot of that name: @",
    copy_code: "Copy", new_bot: "Make a bot", new_bot_text: "manages bots and offers to make one for you.",
    username: "Username, ends in bot", create: "Make it", bot_created: "Bot made: ",
    new_group: "New group", new_group_text: "Add bots to it from its menu. They hear commands, and replies to what they wrote.",
    group_name: "Name of the group", members: "in the group", add_bot: "Add a bot", add_bot_text: "Which bot?", joined: "joined", left: "left",
    hint_title: "What to try", hint_hide: "Hide",
    hint_botfather: "Write to {botfather}: /newbot, a name, a username. It gives you a token.",
    hint_master: "Open {master}, press Start, and give it the token.",
    hint_key: "It asks for a key of the language model. Here {key} will do.",
    hint_key_any: "It asks for a key of the language model.",
    hint_own: "Open your new bot, send it a document, and ask what is in it.",
    hint_find: "Any bot opens by its @username in the search.",
    pick: "Choose a chat to begin", pin: "pinned", reached: "The bot has it", sent: "Sent", verified: "built in", unread: "unread",
  },
  ru: {
    page: "Чаты", chats: "Чаты", account: "Профиль и настройки", search: "Поиск или @username", connecting: "Соединение…",
    back: "К списку чатов", more: "Ещё", messages: "Сообщения", to_bottom: "К новым сообщениям",
    commands: "Команды", cancel: "Отмена", attach: "Прикрепить файл", message: "Сообщение", keyboard: "Клавиатура бота",
    send: "Отправить", drop: "Отпустите файлы здесь, чтобы отправить", close: "Закрыть", ok: "Хорошо", menu: "Меню", start: "Запустить",
    restart: "Запустить снова", unblock: "Разблокировать",
    join_title: "Кто вы?",
    join_text: "Этот мессенджер живёт только на этой машине. Достаточно имени; с тем же именем вы снова тот же человек.",
    your_name: "Ваше имя", join: "Войти", language: "Язык",
    bot: "бот", typing: "печатает…", upload_document: "отправляет файл…", upload_photo: "отправляет фото…",
    working: "занят…", official: "создаёт ботов", you: "Вы", thinking: "Думаю…", stop: "Стоп", edited: "изменено",
    document: "Файл", photo: "Фото", draft: "Черновик", no_messages: "Сообщений пока нет", today: "Сегодня", yesterday: "Вчера",
    nothing_found: "Такого бота нет", found: "Боты",
    what_can: "Что умеет этот бот?", reply: "Ответить", copy: "Скопировать текст", delete: "Удалить", copied: "Скопировано", voice: "Голосовое сообщение",
    voice_ask: "Модель за этими ботами не умеет слышать. Наберите, что вы говорите.", voice_words: "Что вы говорите",
    clear: "Удалить чат", clear_ask: "Удалить этот чат? Бот не сможет писать вам, пока вы не запустите его снова.",
    block: "Заблокировать бота", block_ask: "Заблокировать бота? Он не сможет вам писать.",
    switch_person: "Другой человек", other_language: "English", hint_show: "Что попробовать",
    too_long: "В подписи не больше 1024 знаков", failed: "Не получилось: ", empty_file: "Файл пуст",
    gone: "Нет бота с таким именем: @",
    copy_code: "Копировать", new_bot: "Создать бота", new_bot_text: "управляет ботами и предлагает создать бота для вас.",
    username: "Юзернейм, в конце bot", create: "Создать", bot_created: "Бот создан: ",
    new_group: "Новая группа", new_group_text: "Ботов добавляют через её меню. Они слышат команды и ответы на свои сообщения.",
    group_name: "Название группы", members: "в группе", add_bot: "Добавить бота", add_bot_text: "Какого бота?", joined: "теперь в группе", left: "больше не в группе",
    hint_title: "Что попробовать", hint_hide: "Скрыть",
    hint_botfather: "Напишите {botfather}: /newbot, имя, юзернейм. В ответ придёт токен.",
    hint_master: "Откройте {master}, нажмите «Запустить» и пришлите ему токен.",
    hint_key: "Он спросит ключ языковой модели. Здесь подойдёт {key}.",
    hint_key_any: "Он спросит ключ языковой модели.",
    hint_own: "Откройте своего нового бота, пришлите документ и спросите, что в нём.",
    hint_find: "Любого бота можно найти в поиске по @username.",
    pick: "Выберите чат", pin: "закреплён", reached: "Бот получил", sent: "Отправлено", verified: "встроенный", unread: "непрочитано",
  },
};

let language = "en";

export const languages = [["en", "English"], ["ru", "Русский"]];

export function currentLanguage() {
  return language;
}

export function chooseLanguage(code) {
  language = code in TEXTS ? code : "en";
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-i18n]")) element.textContent = t(element.dataset.i18n);
  for (const element of document.querySelectorAll("[data-i18n-label]")) element.setAttribute("aria-label", t(element.dataset.i18nLabel));
  for (const element of document.querySelectorAll("[data-i18n-placeholder]")) element.placeholder = t(element.dataset.i18nPlaceholder);
}

export function t(key) {
  return TEXTS[language][key] ?? key;
}

export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(language, {hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
}

export function day(seconds) {
  const date = new Date(seconds * 1000);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return t("today");
  if (days === 1) return t("yesterday");
  return date.toLocaleDateString(language, {day: "numeric", month: "long", year: days > 300 ? "numeric" : undefined});
}

export function shortDate(seconds) {
  const date = new Date(seconds * 1000);
  if (date.toDateString() === new Date().toDateString()) return clock(seconds);
  return date.toLocaleDateString(language, {day: "numeric", month: "short"});
}

export function bytes(count) {
  const units = language === "ru" ? ["Б", "КБ", "МБ", "ГБ"] : ["B", "KB", "MB", "GB"];
  let size = count;
  let unit = 0;
  for (; size >= 1024 && unit < 3; unit += 1) size /= 1024;
  return `${size.toLocaleString(language, {maximumFractionDigits: unit ? 1 : 0})} ${units[unit]}`;
}

"""What @BotFather says, in English and Russian (HTML)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TEXTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({
    "en": MappingProxyType({
        "description": "Here bots are born. Write /newbot, choose a name, and get a token for your bot.",
        "command_newbot": "make a bot",
        "command_mybots": "your bots",
        "command_token": "show a bot's token",
        "command_revoke": "give a bot a new token",
        "command_deletebot": "delete a bot",
        "command_cancel": "stop what we are doing",
        "command_help": "what I can do",
        "help": "I make bots and look after their tokens.\n\n/newbot – make a bot\n/mybots – your bots\n\n"
                "<b>Tokens</b>\n/token – show a bot's token\n/revoke – give a bot a new token\n"
                "/deletebot – delete a bot\n\n/cancel – stop what we are doing",
        "ask_name": "A new bot, fine. What shall people see as its name?",
        "bad_name": "A name has 1 to 64 characters. Another one, please.",
        "ask_username": "Now its username: Latin letters, digits and underscores, and <code>bot</code> at the end, "
                        "such as <code>anna_docs_bot</code>.",
        "must_end_in_bot": "The username has to end in <code>bot</code>, such as <code>anna_docs_bot</code>. "
                           "Once more, please.",
        "invalid": "This username will not do. It takes 5 to 32 Latin letters, digits and underscores, begins with "
                   "a letter and ends in <code>bot</code>.",
        "occupied": "Somebody has this username already. Please think of another one.",
        "done": "Done! Your bot lives at t.me/{username}.\n\nThis is its token, with which a program speaks for it:\n"
                "<code>{token}</code>\n\nWhoever has the token has the bot: keep it to yourself.",
        "quota": "You have {limit} bots already, and more is not allowed. /deletebot makes room.",
        "choose": "Choose a bot:",
        "no_bots": "You have no bots yet. /newbot makes one.",
        "bot": "<b>{name}</b> @{username}\n\nWhat shall we do with it?",
        "token": "The token of @{username}:\n<code>{token}</code>",
        "revoked": "The old token of @{username} no longer works. The new one:\n<code>{token}</code>",
        "ask_delete": "Delete @{username}? That cannot be undone.",
        "deleted": "@{username} is gone.",
        "gone": "This bot is not there any more.",
        "cancelled": "All right. What next? /help tells what I can do.",
        "token_button": "Token",
        "revoke_button": "New token",
        "delete_button": "Delete",
        "yes_delete": "Yes, delete it",
        "back": "No, keep it",
    }),
    "ru": MappingProxyType({
        "description": "Здесь рождаются боты. Напишите /newbot, придумайте имя и получите токен своего бота.",
        "command_newbot": "создать бота",
        "command_mybots": "ваши боты",
        "command_token": "показать токен бота",
        "command_revoke": "дать боту новый токен",
        "command_deletebot": "удалить бота",
        "command_cancel": "прервать начатое",
        "command_help": "что я умею",
        "help": "Я создаю ботов и храню их токены.\n\n/newbot – создать бота\n/mybots – ваши боты\n\n"
                "<b>Токены</b>\n/token – показать токен бота\n/revoke – дать боту новый токен\n"
                "/deletebot – удалить бота\n\n/cancel – прервать начатое",
        "ask_name": "Новый бот, хорошо. Какое имя будут видеть люди?",
        "bad_name": "В имени от 1 до 64 знаков. Придумайте, пожалуйста, другое.",
        "ask_username": "Теперь юзернейм: латинские буквы, цифры и подчёркивания, в конце <code>bot</code>, "
                        "например <code>anna_docs_bot</code>.",
        "must_end_in_bot": "Юзернейм должен кончаться на <code>bot</code>, например <code>anna_docs_bot</code>. "
                           "Попробуйте ещё раз.",
        "invalid": "Такой юзернейм не подойдёт. Нужно от 5 до 32 латинских букв, цифр и подчёркиваний, первой буква, "
                   "в конце <code>bot</code>.",
        "occupied": "Этот юзернейм уже занят. Придумайте, пожалуйста, другой.",
        "done": "Готово! Ваш бот живёт по адресу t.me/{username}.\n\nВот его токен, с ним программа говорит от его "
                "имени:\n<code>{token}</code>\n\nУ кого токен, у того и бот: никому его не показывайте.",
        "quota": "У вас уже {limit} ботов, больше нельзя. Место освободит /deletebot.",
        "choose": "Выберите бота:",
        "no_bots": "У вас ещё нет ботов. Создайте первого: /newbot.",
        "bot": "<b>{name}</b> @{username}\n\nЧто с ним сделать?",
        "token": "Токен бота @{username}:\n<code>{token}</code>",
        "revoked": "Прежний токен бота @{username} больше не действует. Новый:\n<code>{token}</code>",
        "ask_delete": "Удалить @{username}? Вернуть его будет нельзя.",
        "deleted": "Бота @{username} больше нет.",
        "gone": "Этого бота уже нет.",
        "cancelled": "Хорошо. Что дальше? /help расскажет, что я умею.",
        "token_button": "Токен",
        "revoke_button": "Новый токен",
        "delete_button": "Удалить",
        "yes_delete": "Да, удалить",
        "back": "Нет, оставить",
    }),
})  # fmt: skip

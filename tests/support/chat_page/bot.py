"""A bot of aiogram's that shows each thing the chat page can show."""

from typing import Any, Final

import aiogram
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    KeyboardButtonRequestManagedBot,
    ReplyKeyboardMarkup,
)
from aiogram.types import Message as BotMessage

PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c6360f8cf500f0003820180e4a1fd2a0000000049454e44ae426082"
)
BUTTONS: Final = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="Toast", callback_data="toast"),
            InlineKeyboardButton(text="Alert", callback_data="alert"),
        ],
        [InlineKeyboardButton(text="Invite", url="https://t.me/master_bot?start=from_anna")],
    ]
)
MANAGED: Final = KeyboardButtonRequestManagedBot(request_id=1, suggested_username="made_here_bot")
KEYS: Final = ReplyKeyboardMarkup(
    keyboard=[[KeyboardButton(text="Blue"), KeyboardButton(text="Make one", request_managed_bot=MANAGED)]]
)
RICH: Final = (
    "<b>bold</b> <tg-spoiler>secret</tg-spoiler> t.me/master_bot /help &lt;script&gt;"
    '<pre><code class="language-python">print("😀")</code></pre>'
    "<blockquote expandable>1\n2\n3\n4\n5</blockquote>"
)


def make_dispatcher(bot: aiogram.Bot) -> aiogram.Dispatcher:  # noqa: C901 - a handler for each thing
    """A bot that shows each thing the page can show."""
    dispatcher = aiogram.Dispatcher()

    @dispatcher.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        await query.answer("You pressed it", show_alert=query.data == "alert")

    @dispatcher.message(aiogram.F.document)
    async def document(message: BotMessage) -> None:
        assert message.document
        content = await bot.download(message.document)
        assert content
        await message.answer_document(BufferedInputFile(content.read()[::-1], "reversed.txt"), caption="reversed")

    @dispatcher.message(aiogram.F.voice)
    async def voice(message: BotMessage) -> None:
        assert message.voice
        await message.answer(f"voice of {message.voice.file_size} bytes")

    @dispatcher.message(aiogram.F.photo)
    async def photo(message: BotMessage) -> None:
        await message.answer_photo(BufferedInputFile(PNG, "dot.png"))

    @dispatcher.message(aiogram.F.text == "draft")
    async def draft(message: BotMessage) -> None:
        await bot.send_chat_action(message.chat.id, "typing")
        await bot.send_message_draft(message.chat.id, 1, text="Half a sen", can_stop=True)

    @dispatcher.stopped_message_generation()
    async def stopped(event: Any) -> None:  # noqa: ANN401 - aiogram's own
        await bot.send_message(event.chat.id, "Stopped.")

    @dispatcher.message(aiogram.F.text == "edit")
    async def edit(message: BotMessage) -> None:
        sent = await message.answer("before")
        await sent.edit_text("after")
        await (await message.answer("soon gone")).delete()

    @dispatcher.message(aiogram.F.text == "rich")
    async def rich(message: BotMessage) -> None:
        await message.reply(RICH, parse_mode="HTML")

    @dispatcher.message(aiogram.F.text == "sources")
    async def sources(message: BotMessage) -> None:
        row = [InlineKeyboardButton(text=f"[{number}]", callback_data="toast") for number in range(1, 9)]
        await message.answer("Eight", reply_markup=InlineKeyboardMarkup(inline_keyboard=[row]))

    @dispatcher.message(aiogram.F.text == "keys")
    async def keys(message: BotMessage) -> None:
        await message.answer("Choose", reply_markup=KEYS)

    @dispatcher.message()
    async def echo(message: BotMessage) -> None:
        await message.answer(f"echo: {message.text}", reply_markup=BUTTONS)

    return dispatcher

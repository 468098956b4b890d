"""English texts: the way to a bot, the list, starts, deletions, buttons and errors."""

from collections.abc import Mapping
from typing import ClassVar

from master_bot.models import CredentialProblem, StartupStep
from master_bot.texts.en.admin import Admin
from master_bot.texts.en.bot_settings import Changes
from master_bot.texts.en.causes import CAUSES
from master_bot.texts.en.debug import Details
from master_bot.texts.en.logs import Logs
from master_bot.texts.keys import CauseText


class English:
    """The texts. `{…}` are facts that are put in; the markup is Telegram's HTML."""

    language: str = "en"
    own_name: str = "English"

    commands: ClassVar[Mapping[str, str]] = {
        "start": "Make a bot of your own",
        "bots": "Your bots",
        "status": "How a bot is doing",
        "debug": "What is wrong, in detail",
        "logs": "The last lines of a bot's log",
        "restart": "Restart a bot",
        "stop": "Stop a bot for a while",
        "resume": "Start a stopped bot again",
        "settings": "Model, key, size and access of a bot",
        "rename": "Call a bot something else",
        "rotate": "Replace a bot's token",
        "delete": "Delete a bot",
        "help": "What I can do",
        "cancel": "Drop what we are doing",
    }

    help: str = (
        "I make bots that read your documents and chats and answer questions from them, with sources. "
        "Only you can ask your bot, until you let others.\n\n"
        "/start – make a bot\n"
        "/bots – your bots, with buttons for everything below\n"
        "/status – how a bot, or each of them, is doing\n"
        "/debug – what is wrong and what to do, with all details\n"
        "/logs 50 – the last 50 lines of its log; /logs find error – only the lines with “error”\n"
        "/restart – restart it\n"
        "/stop and /resume – let it rest, start it again\n"
        "/settings – its model, key, token, size, and who may ask it\n"
        "/rename – call it something else\n"
        "/rotate – replace its token\n"
        "/delete – delete it (I will ask first)\n"
        "/cancel – drop what we are doing\n\n"
        "If you have several bots, add the name: <code>/status @my_bot</code>"
    )

    first_step: str = (
        "Hello! Let's make a bot of your own. It takes about a minute.\n\n"
        "<b>Step 1 of {steps}: a new bot from Telegram</b>\n"
        "1. Open @BotFather and send <code>/newbot</code>\n"
        "2. Choose a name, for example <i>Anna's library</i>\n"
        "3. Choose a user name that ends in <i>bot</i>, for example <i>anna_library_bot</i>\n"
        "4. @BotFather answers with a token, a line like <code>1234567890:AAE…</code>. "
        "Copy it and send it to me here (or forward me the whole message).\n\n"
        "I delete your message as soon as I have read it. /cancel stops this."
    )
    first_step_one_tap: str = (
        "Hello! Let's make a bot of your own. It takes about a minute.\n\n"
        "<b>Step 1 of {steps}: a new bot from Telegram</b>\n"
        "Press the button and confirm: Telegram makes a bot for you. Only you can open it, until you let others.\n\n"
        "Already have a bot, or does Telegram say that you have too many? Send me the token of one instead "
        "(@BotFather → <code>/mybots</code> → your bot → API Token; or <code>/newbot</code> for a new one). I delete "
        "your message as soon as I "
        "have read it. /cancel stops this."
    )
    second_step: str = (
        "✅ {bot} is yours.\n\n"
        "<b>Step 2 of 3: a key for the AI service</b>\n"
        "Your bot uses {service}, and you pay for that with your own account there. Please make an API key {where} and "
        "send it to me here.\n\n"
        "I delete your message as soon as I have read it. /cancel stops this."
    )
    ai_service: str = "the AI service"
    ai_service_named: str = "the AI service {name}"
    key_website: str = "on the service's website"
    key_page: str = "at {page}"
    last_step: str = (
        "✅ I have all that {bot} needs.\n\n"
        "<b>Step {number} of {number}: settings</b>\n"
        "Name here: {title}\n"
        "Model: <code>{model}</code>\n"
        "Memory: {size}\n"
        "Who may ask it: {access}\n"
        "My messages about it: {language}\n"
        "Key for the AI service: {key}{store}\n\n"
        "Happy with this? Tap <b>Create the bot</b>. The buttons below it change things; to give it a name, just "
        "send me "
        "one. You can change almost all of it later: /settings."
    )
    store_own: str = "Documents: on a disk of its own"
    store_server: str = "Documents: on the shared server; this cannot be changed later"
    a_month: str = "up to {amount} {currency} a month"
    budget: str = "AI budget: {money}, {used}% used"
    key_shared: str = "from the administrator"
    key_own: str = "yours"
    only_key_is_missing: str = "I have the token of {bot} already. Now please send me the key for the AI service."
    send_it_again: str = "I no longer have the token. Please send it once more, and I move the bot here."
    send_text: str = "Please send it as a text message."
    begin_again: str = "We were interrupted and I no longer have your token. Please begin again: /start"
    cancelled: str = "Done, I dropped it."
    cancelled_draft: str = "Done, I dropped it, and the token and key that you sent me are deleted."
    nothing_to_cancel: str = "There is nothing to cancel. /help shows what I can do."
    delete_yourself: str = (
        "⚠️ I could not delete your message with the token or key in it. Please delete it yourself. If anyone "
        "else may have seen it, ask for a new one: @BotFather → <code>/revoke</code> for a token, the AI service's "
        "website for a "
        "key."
    )
    hidden_to_be_safe: str = (
        "That looked like a token or a key, so I deleted the message to be safe. To make a bot, send /start; to "
        "give one of your bots a new token or key, /settings."
    )
    for_botfather: str = (
        "<code>/{command}</code> is a command of @BotFather: open that chat and send it there. "
        "To make a bot here, send /start."
    )
    not_understood: str = "I did not understand that. /help shows what I can do, /bots shows your bots."
    refusals: ClassVar[Mapping[CredentialProblem, str]] = {
        CredentialProblem.TOKEN_FORMAT: (
            "That is not a bot token. It is a line of digits, a colon and 35 letters and digits, like "
            "<code>1234567890:AAE…</code>. Copy it from @BotFather's message and send it again."
        ),
        CredentialProblem.TOKEN_REFUSED: (
            "Telegram does not know this token: it may be incomplete or replaced by a newer one. "
            "Get the current one from @BotFather (<code>/mybots</code> → your bot → API Token) and send it to me."
        ),
        CredentialProblem.TOKEN_OF_MASTER: (
            "That is my own token! Please make a new bot with @BotFather and send its token."
        ),
        CredentialProblem.TOKEN_USED_BY_YOU: (
            "{bot} is one of your bots already: /bots shows it. For another one, make a new bot with @BotFather."
        ),
        CredentialProblem.TOKEN_USED: (
            "{bot} is in use here already. Please make a new bot with @BotFather and send its token."
        ),
        CredentialProblem.BEING_DELETED: "{bot} is just being deleted here. Please send the token again in a minute.",
        CredentialProblem.TOKEN_HAS_WEBHOOK: (
            "This bot is connected to another service, which gets its messages, so it cannot work here as well. "
            "If you want to move it here, press the button (or send the token once more): I then disconnect it from "
            "the other service. If not, /cancel."
        ),
        CredentialProblem.TELEGRAM_AWAY: (
            "Telegram does not answer me just now, so I could not check the token. Please send it again in a minute."
        ),
        CredentialProblem.KEY_FORMAT: (
            "That is not an API key: a key is one word without spaces. Please send just the key."
        ),
        CredentialProblem.KEY_REFUSED: (
            "The AI service does not accept this key: it may be incomplete, expired or switched off. "
            "Make a new one on the service's website and send it to me."
        ),
        CredentialProblem.KEY_WITHOUT_MONEY: (
            "The key is real, but its account has no money left. Top it up on the service's website and send the key "
            "again, or send another key."
        ),
        CredentialProblem.MODEL_MISSING: (
            "With this key the AI service does not offer the model <code>{model}</code> that your bot needs. "
            "Allow it in the key's settings on the service's website, or send another key."
        ),
        CredentialProblem.LLM_AWAY: (
            "The AI service does not answer just now, so I could not check the key. Please send it again in a minute."
        ),
    }

    live_title: str = "<b>{bot}</b> is on its way…"
    live_slow: str = "It takes longer than usual. I keep watching, you need not do anything."
    live_done: str = "🎉 <b>{bot}</b> is ready ({seconds} s). Open it and send it a document or a question."
    live_again: str = "🟢 <b>{bot}</b> is ready again ({seconds} s)."
    live_failed: str = "<b>{bot}</b> is still starting."
    live_given_up: str = "I stop watching here. /debug tells how it goes on."
    live_superseded: str = "{bot}: this goes on below."
    live_gone: str = "{bot} was deleted."
    live_stopped: str = "{bot} is stopped. /resume starts it again."
    steps: ClassVar[Mapping[StartupStep, str]] = {
        StartupStep.ORDERED: "requested",
        StartupStep.VOLUME: "storage ready",
        StartupStep.PLACED: "server found",
        StartupStep.IMAGE: "image loaded",
        StartupStep.STARTED: "started",
        StartupStep.POLLS: "connected to Telegram",
    }

    no_bots: str = "You have no bot yet. /start makes one."
    your_bots: str = "<b>Your bots</b>"
    your_bots_of: str = "<b>Your bots</b> ({count} of {most} that you may have)"
    all_bots: str = "<b>All bots</b> ({count})"
    bot_line: str = "{light} <b>{bot}</b> – {state}"
    owned_by: str = "owner {owner}"
    documents: str = "documents: {count}"
    last_active: str = "last used {ago} ago"
    which_bot: str = "Which bot?"
    no_such_bot: str = "You have no bot of that name. /bots shows yours."
    what_to_do: str = "💡 {remedy}"

    stopping: str = "⏸ {bot} is being stopped. Its documents stay. /resume starts it again."
    stopped_already: str = "{bot} is stopped already. /resume starts it again."
    runs_already: str = "{bot} is not stopped. /status tells how it is doing."
    restart_of_stopped: str = "{bot} is stopped, so there is nothing to restart. /resume starts it again."
    being_deleted: str = "{bot} is being deleted."
    delete_question: str = (
        "<b>Delete {bot}?</b>\n\n"
        "The bot stops answering at once, its settings and the key that you gave are deleted.{documents}\n\n"
        "Keep its documents?\n"
        "• <b>Keep it</b>: if you connect the same bot here again, it still knows everything.\n"
        "• <b>Delete it</b>: it is gone for good.\n\n"
        "The bot itself stays with you at @BotFather; there you can delete it or use it elsewhere."
    )
    delete_documents: str = " Documents that it has read: {count}."
    going_kept: str = "🗑 {bot} is stopped and will be deleted in a minute. What it has read is kept for you."
    going_all: str = "🗑 {bot} is stopped and will be deleted in a minute, with all that it has read."
    deletion_pending: str = "{bot} will be deleted within a minute. Shall it stay?"
    news_updated: str = "🔄 {bot} runs a newer version now. What it has read is all there."
    news_over: str = "🟢 {bot} works again."
    deleted_kept: str = "🗑 {bot} is deleted. What it has read is kept for you."
    deleted_all: str = "🗑 {bot} is deleted, with all that it has read."
    not_deleted: str = "All right, {bot} stays."

    no_log: str = "{bot} has no log at the moment: it does not run. /debug tells why."
    log_title: str = "Last lines of {bot}"
    empty_log: str = "The log is empty."

    button_new_bot: str = "✨ Make my bot"
    button_create: str = "✅ Create the bot"
    button_language: str = "Language"
    button_store: str = "Documents"
    button_move: str = "🔌 Move it here"
    button_own_key: str = "My own key"
    button_open: str = "💬 Open {bot}"
    button_status: str = "Status"
    button_debug: str = "Debug"
    button_logs: str = "Logs"
    button_restart: str = "Restart"
    button_wake: str = "☀️ Wake up"
    button_stop: str = "Stop"
    button_resume: str = "Resume"
    button_delete: str = "Delete"
    button_keep: str = "Delete the bot, keep what it read"
    button_all: str = "Delete everything"
    button_no: str = "No, keep the bot"
    button_undo: str = "↩️ Undo"
    button_list: str = "« My bots"
    button_again: str = "🔄 Refresh"

    failed: str = (
        "Something went wrong on my side, sorry. Please try again in a minute. If it happens again, tell the "
        "administrator this number: {number}"
    )
    cluster_away: str = (
        "I cannot reach the servers just now, sorry. Please send or press the same once more in a minute; nothing is "
        "done twice by it. If it lasts, tell the administrator this number: {number}"
    )
    cluster_waited_for: str = (
        "I cannot reach the servers just now, sorry. You need not do anything: I go on as soon as they are back."
    )
    cluster_away_too_long: str = (
        "I still cannot reach the servers, sorry. Please come back later: send /start and then the token of the bot "
        "that you have just made (@BotFather → <code>/mybots</code> → your bot → API Token). If it lasts, tell the "
        "administrator "
        "this number: {number}"
    )
    gone_meanwhile: str = "That is no longer there: somebody has just changed or deleted it. /bots shows your bots."
    cluster_refused: str = "The servers did not allow that, sorry. Please tell the administrator this number: {number}"
    old_button: str = "This button no longer works. /bots shows your bots."
    private_only: str = "Please write to me in a private chat."

    day: str = "d"
    hour: str = "h"
    minute: str = "min"
    megabyte: str = "MB"
    gigabyte: str = "GB"
    decimal: str = "."
    second: str = "s"

    causes: ClassVar[Mapping[str, CauseText]] = CAUSES
    changes: Changes = Changes()
    logs: Logs = Logs()
    details: Details = Details()
    admin: Admin = Admin()

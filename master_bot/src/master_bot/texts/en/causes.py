"""Every cause of the catalogue, in plain English for the owner of the bot."""

from collections.abc import Mapping
from typing import Final

from master_bot.texts.keys import CauseText

_WAIT: Final = "Nothing to do, it goes on by itself."

CAUSES: Final[Mapping[str, CauseText]] = {
    "Polling": CauseText("works", "{bot} works.", "Open it and ask it something."),
    "Starting": CauseText("starting", "{bot} is starting.", "It takes some seconds. If not, send /debug again."),
    "Restarting": CauseText("starting again", "{bot} is being started again.", "It takes some seconds."),
    "Asleep": CauseText(
        "sleeps",
        "{bot} sleeps, since nobody has written to it for long. Everything it has read is kept.",
        "Just write to it: it looks for messages every now and then. /restart wakes it at once, /settings has when it "
        "may sleep.",
    ),
    "Stopped": CauseText(
        "stopped", "{bot} is stopped, as you asked.", "/resume starts it again; its documents are still there."
    ),
    "Terminating": CauseText("being deleted", "{bot} is being deleted.", _WAIT),
    "Unschedulable": CauseText(
        "waits for a free server",
        "No server has room for {bot} at the moment.",
        "It starts by itself when there is room. If it lasts, tell the administrator.",
    ),
    "VolumePending": CauseText(
        "waits for its disk",
        "The disk for the documents of {bot} is not ready.",
        "It usually takes some seconds. If it lasts, tell the administrator; they see more under /debug.",
    ),
    "ImagePullFailed": CauseText(
        "program cannot be loaded",
        "The program of {bot} ({image}) cannot be loaded.",
        "Tell the administrator: the image's name or the access to it is wrong. It is tried again by itself.",
    ),
    "SecretMissing": CauseText(
        "token or key is missing",
        "The token or the key of {bot} is not where it should be.",
        "Give it a new token and a new key in /settings, or tell the administrator.",
    ),
    "TokenRefused": CauseText(
        "Telegram refuses the token",
        "Telegram no longer accepts the token of {bot}: it was replaced or the bot was deleted at @BotFather.",
        "Take the current token from @BotFather (your bot → API Token) and give it to me: /settings → New token.",
    ),
    "TokenHeldElsewhere": CauseText(
        "runs elsewhere too",
        "Another program uses the token of {bot} at the same time, and Telegram serves only one.",
        "Stop the other program. If you do not know it, replace the token with /rotate.",
    ),
    "TokenConflict": CauseText(
        "made twice",
        "The same Telegram bot is connected here twice; the older one keeps it.",
        "Delete this one with /delete, or give it a bot of its own from @BotFather.",
    ),
    "QuotaExceeded": CauseText(
        "one bot too many",
        "You have more bots than are allowed here, so {bot} has no place.",
        "Delete one of the others with /delete; this one then starts by itself. Or ask the administrator for more.",
    ),
    "TelegramUnreachable": CauseText(
        "cannot reach Telegram",
        "{bot} runs, but cannot reach Telegram.",
        "It keeps trying. If it lasts, tell the administrator: the servers' way to Telegram is blocked.",
    ),
    "NotPolling": CauseText(
        "does not hear you",
        "{bot} runs, but no longer hears from Telegram.",
        "It usually recovers within minutes. To have it sooner: /restart.",
    ),
    "OutOfMemory": CauseText(
        "out of memory",
        "{bot} needed more memory than its {memory} and was ended; it starts again by itself.",
        "Send it large documents one at a time. If it happens again, give it a larger size in /settings or ask the "
        "administrator for one.",
    ),
    "CrashLoop": CauseText(
        "keeps crashing",
        "{bot} crashes again and again (exit code {exit_code}, {restarts} restarts).",
        "It is tried again with growing pauses; /restart tries at once. If it lasts, send the administrator the file "
        "from /debug.",
    ),
    "BadArguments": CauseText(
        "started wrongly",
        "The program of {bot} does not fit the way it is started.",
        "Tell the administrator: the image is of another version, or a setting is wrong.",
    ),
    "PodRefused": CauseText(
        "not allowed to start",
        "The servers do not allow {bot} to start: {message}",
        "Tell the administrator: a limit is reached or a rule forbids it. It is tried again by itself.",
    ),
    "PodNameTaken": CauseText(
        "its place is taken",
        "Something else stands where {bot} should start.",
        "Tell the administrator, who can remove it; the bot then starts by itself.",
    ),
    "Evicted": CauseText(
        "is moving",
        "{bot} had to leave its server and is being started on another.",
        _WAIT,
    ),
    "NodeLost": CauseText(
        "server failed",
        "The server that {bot} ran on does not answer.",
        "It is started elsewhere when that is safe. If it takes more than ten minutes, tell the administrator.",
    ),
    "PodStuck": CauseText(
        "old run does not go",
        "The former run of {bot} cannot end: something on the servers holds it.",
        "Tell the administrator; they see more under /debug. {bot} starts by itself when it is gone.",
    ),
    "InvalidSpec": CauseText(
        "settings do not fit",
        "The settings of {bot} cannot be used: {message}",
        "Tell the administrator, or delete the bot (keep what it read) and connect it again with /start.",
    ),
    "NotChecked": CauseText("works", "{bot} works; the AI service has not been asked yet.", "Ask the bot something."),
    "KeyAccepted": CauseText("works", "{bot} works, the AI service accepts the key.", "Nothing to do."),
    "KeyRefused": CauseText(
        "key refused",
        "The AI service does not accept the key of {bot}.",
        "Make a new key on the service's website and give it to me: /settings → New key.",
    ),
    "ModelMissing": CauseText(
        "model is missing",
        "The AI service does not offer the model {model} to {bot}.",
        "Allow it in the key's settings on the service's website, or choose another one in /settings. The "
        "administrator chooses the model that it searches with.",
    ),
    "ModelForbidden": CauseText(
        "model is not allowed",
        "The key of {bot} may not use the model {model}.",
        "Allow it to the key on the service's website, or choose another model or key in /settings.",
    ),
    "CountryRefused": CauseText(
        "country is not served",
        "The AI service does not serve the country that {bot} runs in.",
        "Tell the administrator: {bot} needs another AI service.",
    ),
    "AddressWrong": CauseText(
        "AI service not found",
        "There is no AI service under the address that {bot} was given.",
        "Tell the administrator, who can correct the address.",
    ),
    "RateLimited": CauseText(
        "AI service is busy",
        "The AI service slows {bot} down, as it asks too often.",
        "It waits and goes on by itself. If it comes often, raise the limits on the service's website.",
    ),
    "QuotaExhausted": CauseText(
        "account is empty",
        "The account of {bot} with the AI service has no money left.",
        "Top it up on the service's website, and it goes on by itself; or /settings → New key.",
    ),
    "BudgetSpent": CauseText(
        "budget is used up",
        "What {bot} may spend on the AI service this month is used up, so it does not answer until the next month.",
        "Wait for the first of the month, ask the administrator for more, or give it a key of your own: /settings → "
        "New key.",
    ),
    "Unreachable": CauseText(
        "AI service is away",
        "{bot} hears you, but the AI service does not answer.",
        "It keeps trying. If it lasts, tell the administrator.",
    ),
    "Unknown": CauseText("not running", "Nothing is known of what {bot} has read while it does not run.", _WAIT),
    "Opening": CauseText("opens its documents", "{bot} is opening what it has read.", "It takes some seconds."),
    "Opened": CauseText("works", "{bot} works, what it has read is open.", "Nothing to do."),
    "StoreUnreachable": CauseText(
        "documents are away",
        "{bot} hears you, but the server that keeps its documents does not answer.",
        "It keeps trying. If it lasts, tell the administrator.",
    ),
    "StoreRefused": CauseText(
        "documents are locked away",
        "The server that keeps the documents of {bot} refuses it.",
        "Tell the administrator: the key or the collection for it is wrong.",
    ),
    "StoreFull": CauseText(
        "disk is full",
        "The disk of {bot} is full: it answers, but can read nothing new.",
        "Delete documents in the bot, or ask the administrator for a larger disk.",
    ),
    "StoreLocked": CauseText(
        "documents are in use",
        "What {bot} has read is still held by its former run.",
        "It is freed within a minute. If not: /restart.",
    ),
    "OperatorSilent": CauseText(
        "nobody looks after it",
        "The service that looks after the bots does not react.",
        "Tell the administrator: the operator is not working. Bots that run go on running.",
    ),
    "Other": CauseText("has a problem", "{bot} reports: {message}", "Send the administrator the file from /debug."),
}

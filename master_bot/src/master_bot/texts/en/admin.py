"""English texts for administrators, and for people at the limits that they set."""

from collections.abc import Mapping
from typing import ClassVar


class Admin:
    """The texts of running it for many."""

    commands: ClassVar[Mapping[str, str]] = {
        "admin": "All bots at a glance",
        "find": "Find a bot by its name or owner",
        "health": "Whether everything answers",
        "quota": "How many bots a person may have",
        "invite": "An invitation link",
        "broadcast": "Write to all owners",
    }
    help: str = (
        "\n\n<b>For you as an administrator</b>\n"
        "/admin – all bots at a glance\n"
        "/find – find a bot by its name or owner\n"
        "/health – whether everything answers\n"
        "/quota – how many bots a person may have\n"
        "/invite – an invitation link\n"
        "/broadcast – write to all owners"
    )
    start_hint: str = "\n\nYou are an administrator: /admin shows all bots."

    summary: str = "<b>All bots</b>: {count}, of {owners} people"
    state_line: str = "{light} {count} × {state}"
    most_documents: str = "<b>Most documents</b>"
    most_restarts: str = "<b>Most restarts</b>"
    top_line: str = "{bot}: {count} (owner {owner})"
    summary_help: str = (
        "/find name or owner · /health · /quota · /invite · /broadcast text\n"
        "All other commands work for every bot: <code>/stop @some_bot</code>"
    )
    find_what: str = "Write what to look for, a name or an owner's number: <code>/find anna</code>"
    found: str = "<b>Found</b>: {count}"
    found_none: str = "There is no bot like that."

    health: str = "<b>Health</b>"
    health_line: str = "{sign} {part}: {said}"
    part_telegram: str = "Telegram"
    part_cluster: str = "Kubernetes"
    part_llm: str = "AI service"
    part_operator: str = "operator"
    heard: str = "last answer {seconds} s ago"
    answers: str = "answers in {milliseconds} ms"
    silent: str = "does not answer"
    silent_bots: str = "not looked after: {count} bots"
    looks_after: str = "looks after all bots"
    part_nodes: str = "servers"
    nodes_ready: str = "{ready} of {count} ready"
    nodes_unseen: str = (
        "I may not look at the cluster's nodes; the chart's value <code>masterBot.seesNodes: true</code> allows it"
    )
    node_troubles: Mapping[str, str] = {
        "Silent": "• <b>{node}</b> has not reported for a while: it is off, or cut off from the network.",
        "NotReady": "• <b>{node}</b> is not ready (NotReady): {message}.",
        "MemoryPressure": "• <b>{node}</b> is short of memory (MemoryPressure); bots may be moved away from it.",
        "DiskPressure": "• <b>{node}</b> is short of disk space (DiskPressure); bots may be moved away from it.",
        "PIDPressure": "• <b>{node}</b> runs too many processes (PIDPressure); bots may be moved away from it.",
        "NetworkUnavailable": "• <b>{node}</b> has no network for bots yet (NetworkUnavailable).",
        "Cordoned": "• <b>{node}</b> takes no new bots until somebody opens it: <code>kubectl uncordon {node}</code>.",
    }

    invite: str = (
        "Whoever opens this link within {days} days may make a bot here:\n<code>{link}</code>\n"
        "Every /invite gives a new one."
    )
    invite_open: str = "Everybody may make bots here already, so no invitation is needed."
    invite_closed: str = "Invitations are switched off in the configuration."
    broadcast_what: str = (
        "What shall I send to all owners? Write it now; you see it once more before I send it. /cancel ends this."
    )
    broadcast_ask: str = "Send this to {count} people?\n\n{text}"
    broadcast_running: str = "📣 Sending: {done} of {count}"
    broadcast_done: str = "📣 Sent to {done} of {count} people; {failed} cannot be reached."
    broadcast_gone: str = "That message is no longer here. Please write /broadcast again."
    broadcast_dropped: str = "All right, I sent nothing."
    button_drop: str = "Cancel"
    broadcast_message: str = "📣 <b>From the administrator</b>\n\n{text}"
    button_send: str = "📣 Send it"

    quota_all: str = "Bots a person may have: {most}"
    quota_any: str = "any number"
    quota_of: str = "{person}: {most}"
    quota_what: str = (
        "<code>/quota 123456789 5</code> lets one person have 5 bots (0: any number), "
        "<code>/quota 123456789 -</code> as many as everybody."
    )
    quota_now: str = "{person} has {count} bots and may have {most}."
    stopped_your_bot: str = "⏸ An administrator has stopped {bot}. Its documents stay; /resume starts it again."
    deletes_your_bot: str = "🗑 An administrator is deleting {bot}. Please write to them if you did not expect that."
    keeps_your_bot: str = "{bot} is not deleted after all."

    only_invited: str = (
        "Bots can be made here by invitation only. "
        "Please ask the person who told you about me for their invitation link."
    )
    bad_invitation: str = "This invitation is no longer valid. Please ask for a new link."
    closed: str = "No new bots can be made here at the moment. The bots that exist go on working."
    quota: str = "You have as many bots as are allowed here: {count}. /delete one to make room for another."
    too_fast: str = "That was a bit much at once. Please wait half a minute; I pass over what comes until then."

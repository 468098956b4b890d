"""The bot's sentences about groups in English."""

TEXTS: dict[str, str] = {
    "command_group": "What I keep of a group",
    "command_ask": "Ask about what was said here",
    "ask_how": "Write your question behind the command: /ask When do we meet?",
    # In the group.
    "group_ask": (
        "👋 Hello! I am a personal bot of {owner}. If you agree, I keep what is written here from now on: the text, "
        "who wrote it and when, replies and forwards, no pictures and no files. {owner} and those whom {owner} lets in "
        "can then search it and ask about it; for that the text also goes to the LLM service that {owner} uses.\n\n"
        "Nothing is kept until an administrator of this group or {owner} agrees below. Afterwards everybody can have "
        "their own messages removed with /forget@{bot}, and I keep none of theirs from then on. An administrator can "
        "stop all of it at any time: /group@{bot}"
    ),
    "group_yes": "✅ Keep messages from now on",
    "group_keeping": (
        "💬 I keep what is written here, for {owner} and those whom {owner} lets in. {agreed} agreed to it.\n\n"
        "Not yours? /forget@{bot} removes your messages here, and I keep none of yours from then on.\n"
        "An administrator or {owner} can stop it with the button."
    ),
    "group_stop": "⏹ Stop keeping",
    "group_privacy": (
        "👀 Telegram shows me only commands and replies to me here (privacy mode). To let me see all messages, "
        "{owner} can make me an administrator, or turn the mode off (@BotFather → /setprivacy → Disable), then remove "
        "me from this group and add me again."
    ),
    "group_admins_only": "Only an administrator of this group or my owner can decide this.",
    "group_yours": "This button belongs to somebody else.",
    "group_unknown": "Nothing of this group is kept. My owner can remove me and add me again; then I ask.",
    "group_not_mine": (
        "👋 I am a personal bot, and only my owner can add me to a group, so I leave again. Nothing was kept."
    ),
    "group_forgotten": (
        "🗑 Your messages here are removed, and I keep none of yours from now on. Answers that quoted them before stay "
        "in the chat."
    ),
    "group_again_button": "↩ Keep mine again",
    "group_again": "✅ What you write here from now on is kept again.",
    "group_nothing_kept": (
        "In a group I answer from what was said in it only, and nothing of this one can be searched yet. "
        "/group says how it stands."
    ),
    "private_only": "Let us do this in our private chat, so that nothing private lands here.",
    # To the owner in private.
    "groups_how": (
        "👥 Add me to a group, and I ask there whether its messages may be kept. An administrator or you agree with a "
        "button. Then /top, /search, /dossier, /digest and questions know them, together with an export of the same "
        "group. Telegram shows me all messages only if I am an administrator there, or if you turned privacy mode off "
        "before adding me (@BotFather → /setprivacy → Disable).\n"
    ),
    "groups_keeping": "messages are kept",
    "groups_waiting": "nothing is kept",
    "groups_gone": "I am not there any more; what was kept stays, /docs deletes it",
    "groups_everything": (
        "In a group I answer from its own messages. With ☑ also from all your documents, and everybody "
        "there can read it."
    ),
    "group_gone": (
        "👥 I am not in “{title}” any more. What I kept of it stays: {messages} messages. /docs deletes it."
    ),
    "group_hears_now": "👀 In “{title}” I am an administrator now and see all messages.",
}

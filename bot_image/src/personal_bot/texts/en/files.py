"""The bot's sentences about files that it makes, in English."""

TEXTS: dict[str, str] = {
    # Answers as files.
    "file_making": "📄 Making a file",
    "file_note": "An answer from my documents, {date}",
    "file_whole": "📄 The whole answer, with its sources, is in the file.",
    "pdf_letters_missing": "I have no typeface for this script, so this is Markdown instead of a PDF.",
    "pdf_failed": "A PDF could not be made of this, so it is Markdown.",
    "settings_form_auto": "💬 Text",
    "settings_form_pdf": "📄 PDF",
    "settings_form_md": "📝 Markdown",
    # Exports.
    "command_export": "All that I know, as a file",
    "export_private": "An export is for you alone: please write /export to me privately.",
    "export_progress": "📦 Packing {name}: {done} of {total} ({share} %)",
    "export_part": (
        "📦 Export, part {part} of {parts}. Documents: {documents}, chats: {chats}; "
        "also our conversation and your settings."
    ),
    "export_how": "Another bot of this kind takes it in: send it there. It holds no tokens and no keys.",
    "export_left": "Not in it, since Telegram takes no more than 50 MB from a bot or the file was not kept: {count}",
    "import_ask": (
        "📦 This is an export of a bot. Documents: {documents}, chats: {chats}, turns of the conversation: {turns}. "
        "Shall I take it in? Your settings here are replaced by those in it."
    ),
    "import_yes": "📥 Take it in",
    "import_again": "🔁 Try the rest again",
    "import_no": "✖ No",
    "import_progress": "📥 Taking in {name}: {done} of {total} ({share} %)",
    "import_done": "✅ It is in. Documents: {documents}, chats: {chats}; the conversation and your settings, too.",
    "import_partly": "⚠️ It is in, except {failed} of {total}:",
    "import_dropped": "Nothing was taken in.",
    "import_gone": "I do not have this file any more. Please send it again.",
}

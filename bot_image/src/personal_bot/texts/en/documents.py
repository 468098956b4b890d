"""What the bot says about documents in English."""

DOCUMENTS: dict[str, str] = {
    # How far a document is taken in.
    "downloading": "📥 Downloading {name}",
    "downloading_share": "📥 Downloading {name}: {done} of {total} ({share} %)",
    "ingest_started": "📥 Reading {name}",
    "ingest_pages": "📥 Reading {name}: page {done} of {total} ({share} %)",
    "ingest_chunks": "📥 Taking in {name}: {share} %",
    "ingest_bytes": "📥 Reading {name}: {done} of {total} ({share} %)",
    "ingest_share": "📥 Reading {name}: {share} %",
    "ingest_rows": "📥 Reading {name}: row {done} of {total} ({share} %)",
    "ingest_slides": "📥 Reading {name}: slide {done} of {total} ({share} %)",
    "ingest_sheets": "📥 Reading {name}: sheet {done} of {total} ({share} %)",
    "ingest_chapters": "📥 Reading {name}: chapter {done} of {total} ({share} %)",
    "ingest_files": "📥 Reading {name}: file {done} of {total} ({share} %)",
    "time_left": "about {left} left",
    # What became of it.
    "ingested": "✅ {name} is in. Ask me about it.",
    "ingested_partly": "⚠️ {name} is in, but not all of it. Ask me about the rest.",
    "already_known": "✅ I know {name} already. Ask me about it.",
    "ingested_skipped": "Not taken in, files in it: {count}",
    "inbox_taken": "📂 Taken in from the folder on my volume: {name}. Ask me about it.",
    "inbox_chat": "📂 From the folder on my volume, {name}:\n{told}",
    "inbox_refused": "📂 {name} in the folder on my volume was not taken in and lies in {folder} now. {why}",
    # What of a document was not taken in.
    "lost_title": "Not taken in:",
    "lost_pages": "pages without text, only pictures (a scan): {where}. Recognise their text (OCR) and send it again.",
    "lost_pages_broken": "pages that cannot be read: {where}. Save the file anew and send it again.",
    "lost_slides": "slides that are only pictures: {where}.",
    "lost_chapters": "chapters without text: {where}.",
    "lost_pictures": "pictures as large as a page, whose text I do not read: {count}.",
    "lost_objects": "embedded objects, which I do not read: {count}.",
    "lost_xfa": "a form that only Adobe's programs show (XFA). Print it to PDF and send that.",
    "lost_formulas": "formulas without their results: {count}. Open the file in Excel, save it and send it again.",
    "lost_parts": "parts that cannot be read: {where}. Save the file anew and send it again.",
    "lost_letters": "letters that could not be decoded (�): {count}. Save the file as UTF-8 and send it again.",
    "lost_binary": "characters that are no text (binary data): {count}.",
    "lost_glyphs": "letters whose font hides what they are: {count}. Recognise the text (OCR) and send it again.",
    "lost_cut": "the end of the file is missing; what came before it is in.",
    "lost_vectors": "parts that the LLM service could not embed: {count}. Only questions with their words find them.",
    "lost_messages": "messages that cannot be read: {count}.",
    # Texts of the chat.
    "material_ask": "Shall I add this text to your documents, or answer it?",
    "material_add": "📥 Add to documents",
    "material_answer": "💬 Answer it",
    "material_gone": "I do not have this text any more. Please send it again.",
    # Links.
    "links_off": "I do not open links here; the administrator can allow it. Please send me the file instead.",
    "link_private": "This link leads into a private network, and I open public addresses only.",
    "link_unreachable": "What this link leads to cannot be reached. Please check it, or send me a file.",
    "link_failed": "The server behind this link answers {status} instead of the page. Please send me a file.",
    "link_too_large": "What this link leads to is larger than {limit}. Please send me a part of it as a file.",
    # The list of documents.
    "docs_title": "📚 Documents: {count}",
    "docs_line": "{number}. {name} — {size}",
    "docs_empty": "There are no documents yet. Send me a file: PDF, DOCX, XLSX, TXT or another one.",
    "docs_found": "🔎 Documents with “{query}” in their names: {count}",
    "docs_found_none": "No document has “{query}” in its name. /docs lists all of them.",
    "docs_reindexing": (
        "🔄 I am preparing my search for another model: {share} % done. Until then I search with the former one."
    ),
    "docs_reindexing_waits": (
        "🔄 I am preparing my search for another model: {share} % done, and it has to wait. {why} Until then I "
        "search with the former one."
    ),
    "docs_hint": "A button opens a document; /docs and a word find by name.",
    "docs_card": "📄 {name}\n\n{size}\nAdded: {added}",
    "docs_is_open": "👥 Whoever may ask me gets answers from it.",
    "docs_is_private": "🔒 Only you get answers from it.",
    "docs_open": "👥 Let others read it",
    "docs_hide": "🔒 Make it private",
    "docs_rename": "✏️ Rename",
    "docs_download": "📥 Download",
    "docs_delete": "🗑 Delete",
    "docs_delete_all": "🗑 Delete all of these",
    "docs_back": "◀ Back",
    "docs_sure_all": "Delete all of these documents ({count})? They cannot be brought back.",
    "docs_deleted_all": "🗑 Documents deleted: {count}.",
    "docs_rename_ask": "✏️ Reply to this message with the new name of {name}.\n\n{mark}",
    "docs_renamed": "✏️ {old} is called {new} now.",
    "docs_name_bad": "A name has 1 to {longest} letters, in one line.",
    "docs_no_original": "The file of {name} was not kept, so it cannot be downloaded.",
    "docs_too_large_to_send": "{name} is larger than 50 MB, and Telegram lets bots send no more.",
    "document_name_taken": "Another document is called {name} already.",
    "docs_sure": "Delete {name}? It cannot be brought back.",
    "docs_yes": "🗑 Delete",
    "docs_no": "Keep",
    "docs_deleted": "🗑 {name} is deleted.",
    "docs_gone": "This document is not here any more.",
    "docs_page": "{page} of {pages}",
    # Documents that cannot be taken in.
    "file_too_large": (
        "{name} is larger than 20 MB, and Telegram gives bots no more. Please split it, or save it without pictures "
        "(an export of chats: without media, in a zip). The administrator knows other ways for large files."
    ),
    "file_not_loaded": "{name} could not be downloaded from Telegram. Please send it again.",
    "document_unknown": "This document is not here any more.",
    "document_empty": "This document is empty: there is no text in it.",
    "document_encrypted": "This document is protected with a password. Please send it without one.",
    "document_corrupt": "This document is damaged and cannot be read. Please save it anew and send it again.",
    "document_without_text": (
        "This document has no text, only pictures (a scan). Please recognise its text first (OCR), then send it again."
    ),
    "document_unpacks_too_large": "Unpacked, this document is larger than I can take. Please split it.",
    "document_mismatch": (
        "This is not what its name says: it claims to be {claimed}, but is {found}. Please send it under its "
        "right name."
    ),
    "document_type_unsupported": (
        "I cannot read this kind of file. I read PDF, DOCX, DOC, RTF, PPTX, PPT, XLSX, XLS, ODT, ODS, ODP, EPUB, FB2, "
        "HTML, Markdown, TXT, CSV, JSON, EML, MBOX, MSG, VCF, SRT, source code, or a ZIP of these."
    ),
    "document_heic": "This is a photo in HEIC format. Send it as a JPEG photo: then you can ask about it.",
    "document_djvu": "I cannot read DjVu. Save it as a PDF with recognised text and send that.",
    "document_too_large": (
        "This document is too large for this bot: {size}, and at most {limit} can be taken in. Please split it."
    ),
    "document_too_big_for_memory": (
        "Reading this document takes more memory than this bot has. Please split it, or give the bot more."
    ),
    "document_took_too_long": "Reading this document takes longer than {seconds} s, so I stopped. Please split it.",
    "embedding_changed": (
        "The embedding model was changed: its vectors have {got} numbers, and those of my documents {had}. The "
        "owner has to set the former model, or begin with an empty collection."
    ),
    "archive_too_deep": "Archives in archives are unpacked only three deep. Please send the inner one by itself.",
    "archive_too_many_files": "There are more than {limit} files in this archive. Please split it.",
    "archive_without_documents": "In this archive there is no file that I can read.",
}

"""What the bot says about documents in Russian."""

DOCUMENTS: dict[str, str] = {
    # How far a document is taken in.
    "downloading": "📥 Загружаю {name}",
    "downloading_share": "📥 Загружаю {name}: {done} из {total} ({share} %)",
    "ingest_started": "📥 Читаю {name}",
    "ingest_pages": "📥 Читаю {name}: страница {done} из {total} ({share} %)",
    "ingest_chunks": "📥 Добавляю {name}: {share} %",
    "ingest_bytes": "📥 Читаю {name}: {done} из {total} ({share} %)",
    "ingest_share": "📥 Читаю {name}: {share} %",
    "ingest_rows": "📥 Читаю {name}: строка {done} из {total} ({share} %)",
    "ingest_slides": "📥 Читаю {name}: слайд {done} из {total} ({share} %)",
    "ingest_sheets": "📥 Читаю {name}: лист {done} из {total} ({share} %)",
    "ingest_chapters": "📥 Читаю {name}: глава {done} из {total} ({share} %)",
    "ingest_files": "📥 Читаю {name}: файл {done} из {total} ({share} %)",
    "time_left": "осталось около {left}",
    # What became of it.
    "ingested": "✅ Добавлено: {name}. Спрашивайте.",
    "ingested_partly": "⚠️ Добавлено не всё: {name}. Об остальном спрашивайте.",
    "already_known": "✅ {name} у меня уже есть. Спрашивайте.",
    "ingested_skipped": "Не добавлено файлов из него: {count}",
    "inbox_taken": "📂 Добавлено из папки на моём томе: {name}. Спрашивайте.",
    "inbox_chat": "📂 Из папки на моём томе, {name}:\n{told}",
    "inbox_refused": "📂 {name} из папки на моём томе не добавлен и лежит теперь в {folder}. {why}",
    # What of a document was not taken in.
    "lost_title": "Не добавлено:",
    "lost_pages": "страницы без текста, только картинки (скан): {where}. Распознайте текст (OCR) и пришлите снова.",
    "lost_pages_broken": "страницы, которые не читаются: {where}. Сохраните файл заново и пришлите снова.",
    "lost_slides": "слайды, на которых только картинки: {where}.",
    "lost_chapters": "главы без текста: {where}.",
    "lost_pictures": "картинки размером со страницу, текст которых я не читаю: {count}.",
    "lost_objects": "встроенные объекты, которые я не читаю: {count}.",
    "lost_xfa": "форма, которую показывают только программы Adobe (XFA). Напечатайте её в PDF и пришлите.",
    "lost_formulas": "формулы без вычисленных значений: {count}. Откройте файл в Excel, сохраните и пришлите снова.",
    "lost_parts": "части, которые не читаются: {where}. Сохраните файл заново и пришлите снова.",
    "lost_letters": "буквы, которые не удалось прочитать (�): {count}. Сохраните файл в UTF-8 и пришлите снова.",
    "lost_binary": "знаки, которые не текст (двоичные данные): {count}.",
    "lost_glyphs": "буквы, о которых шрифт не говорит, какие они: {count}. Распознайте текст (OCR) и пришлите снова.",
    "lost_cut": "конца файла нет; то, что до него, добавлено.",
    "lost_vectors": "части, которые сервис LLM не смог обработать для поиска: {count}. Их находят только те же слова.",
    "lost_messages": "сообщения, которые не читаются: {count}.",
    # Texts of the chat.
    "material_ask": "Добавить этот текст в документы или ответить на него?",
    "material_add": "📥 В документы",
    "material_answer": "💬 Ответить",
    "material_gone": "Этого текста у меня уже нет. Пришлите его ещё раз.",
    # Links.
    "links_off": "Ссылки я здесь не открываю: это может разрешить администратор. Пришлите, пожалуйста, сам файл.",
    "link_private": "Эта ссылка ведёт в закрытую сеть, а я открываю только открытые адреса.",
    "link_unreachable": "То, на что ведёт ссылка, недоступно. Проверьте её или пришлите файл.",
    "link_failed": "Сервер по этой ссылке отвечает {status} вместо страницы. Пришлите файл.",
    "link_too_large": "По этой ссылке больше {limit}. Пришлите часть этого файлом.",
    # The list of documents.
    "docs_title": "📚 Документов: {count}",
    "docs_line": "{number}. {name} — {size}",
    "docs_empty": "Документов пока нет. Пришлите файл: PDF, DOCX, XLSX, TXT или другой.",
    "docs_found": "🔎 Документов с «{query}» в названии: {count}",
    "docs_found_none": "Документов с «{query}» в названии нет. /docs покажет все.",
    "docs_reindexing": ("🔄 Готовлю поиск для другой модели: готово {share} %. До тех пор ищу с помощью прежней."),
    "docs_reindexing_waits": (
        "🔄 Готовлю поиск для другой модели: готово {share} %, и пока приходится ждать. {why} До тех пор ищу "
        "с помощью прежней."
    ),
    "docs_hint": "Кнопка открывает документ; /docs и слово ищут по названию.",
    "docs_card": "📄 {name}\n\n{size}\nДобавлен: {added}",
    "docs_is_open": "👥 Ответы по нему получают все, кто может меня спрашивать.",
    "docs_is_private": "🔒 Ответы по нему получаете только вы.",
    "docs_open": "👥 Открыть другим",
    "docs_hide": "🔒 Только для меня",
    "docs_rename": "✏️ Переименовать",
    "docs_download": "📥 Скачать",
    "docs_delete": "🗑 Удалить",
    "docs_delete_all": "🗑 Удалить все эти",
    "docs_back": "◀ Назад",
    "docs_sure_all": "Удалить все эти документы ({count})? Вернуть будет нельзя.",
    "docs_deleted_all": "🗑 Удалено документов: {count}.",
    "docs_rename_ask": "✏️ Ответьте на это сообщение новым названием для {name}.\n\n{mark}",
    "docs_renamed": "✏️ {old} теперь называется {new}.",
    "docs_name_bad": "В названии от 1 до {longest} букв, в одну строку.",
    "docs_no_original": "Файл {name} не сохранился, скачать его нельзя.",
    "docs_too_large_to_send": "{name} больше 50 МБ, а больше Telegram ботам отправлять не даёт.",
    "document_name_taken": "Другой документ уже называется {name}.",
    "docs_sure": "Удалить {name}? Вернуть будет нельзя.",
    "docs_yes": "🗑 Удалить",
    "docs_no": "Оставить",
    "docs_deleted": "🗑 Удалено: {name}.",
    "docs_gone": "Этого документа уже нет.",
    "docs_page": "{page} из {pages}",
    # Documents that cannot be taken in.
    "file_too_large": (
        "{name} больше 20 МБ, а больше Telegram ботам не отдаёт. Разделите файл или сохраните его без картинок "
        "(экспорт чатов — без медиа, в zip). Другие способы для больших файлов знает администратор."
    ),
    "file_not_loaded": "Не удалось загрузить {name} из Telegram. Пришлите ещё раз.",
    "document_unknown": "Этого документа уже нет.",
    "document_empty": "Документ пуст: в нём нет текста.",
    "document_encrypted": "Документ защищён паролем. Пришлите его без пароля.",
    "document_corrupt": "Документ повреждён, прочитать его нельзя. Сохраните его заново и пришлите ещё раз.",
    "document_without_text": (
        "В документе нет текста, только картинки (скан). Распознайте текст (OCR) и пришлите ещё раз."
    ),
    "document_unpacks_too_large": "В распакованном виде документ слишком велик. Разделите его.",
    "document_mismatch": (
        "Файл не то, чем назван: по имени {claimed}, на деле {found}. Пришлите его под верным именем."
    ),
    "document_type_unsupported": (
        "Такие файлы я читать не умею. Умею PDF, DOCX, DOC, RTF, PPTX, PPT, XLSX, XLS, ODT, ODS, ODP, EPUB, FB2, HTML, "
        "Markdown, TXT, CSV, JSON, EML, MBOX, MSG, VCF, SRT, исходный код или ZIP из них."
    ),
    "document_heic": "Это фото в формате HEIC. Сохраните его как JPEG и пришлите как фото: тогда о нём можно спросить.",
    "document_djvu": "Файлы DjVu я читать не умею. Сохраните его как PDF с распознанным текстом и пришлите снова.",
    "document_too_large": "Документ слишком велик для этого бота: {size}, а можно не больше {limit}. Разделите его.",
    "document_too_big_for_memory": (
        "На чтение документа боту не хватает памяти. Разделите его или дайте боту больше памяти."
    ),
    "document_took_too_long": "Чтение документа заняло больше {seconds} с, поэтому я остановился. Разделите его.",
    "embedding_changed": (
        "Модель эмбеддингов сменили: её векторы длины {got}, а у документов {had}. Владельцу нужно вернуть "
        "прежнюю модель или начать с пустой коллекции."
    ),
    "archive_too_deep": "Архивы в архивах я распаковываю только на три уровня. Пришлите внутренний отдельно.",
    "archive_too_many_files": "В архиве больше {limit} файлов. Разделите его.",
    "archive_without_documents": "В архиве нет ни одного файла, который я умею читать.",
}

"""The table of all handlers: who answers which kind of intent, which button and which command."""

import functools
from collections.abc import Mapping
from typing import Any

from personal_bot.archives.chat_query import COMMANDS
from personal_bot.handlers.command_menu import set_menus
from personal_bot.handlers.commands import Commands
from personal_bot.handlers.core import Core
from personal_bot.handlers.documents import Documents
from personal_bot.handlers.erasure import Erasure
from personal_bot.handlers.exports import Exports
from personal_bot.handlers.groups.decisions import GroupDecisions
from personal_bot.handlers.media import Media
from personal_bot.handlers.permissions import guests_choose
from personal_bot.handlers.personal_settings import PersonalSettings
from personal_bot.handlers.routes import Handler, Routes, answered
from personal_bot.handlers.scope import DocumentChoice
from personal_bot.handlers.small_talk import SmallTalk
from personal_bot.handlers.sources import Sources
from personal_bot.handlers.usage_report import UsageReport
from personal_bot.handlers.welcome import Welcome
from personal_bot.handlers.wiring import ChatParts, People, Services, Stores, Work
from personal_bot.telegram.buttons import (
    AnswerFileButton,
    CloseButton,
    DocumentsButton,
    ForgetButton,
    GroupButton,
    ImportButton,
    MenuButton,
    PastedTextButton,
    ScopeButton,
    SearchButton,
    SettingsButton,
    SourceButton,
    StopButton,
)
from personal_bot.telegram.intents import Link, PastedText, Picture, Recording, Rename, TextQuestion, Upload


def route_table(  # noqa: PLR0913 - the handlers need all of them
    core: Core, services: Services, stores: Stores, *, ways: People, parts: ChatParts, work: Work
) -> Routes:
    """Make the handlers, and the table of them."""
    owner_id, library = core.settings.user_id, services.library
    commands = Commands(messenger=ways.messenger, dialogues=stores.dialogues, runner=ways.runner)
    documents = Documents(messenger=ways.messenger, library=library, readers=ways.readers)
    choice = DocumentChoice(ways.readers, stores.preferences)
    personal = PersonalSettings(preferences=stores.preferences, llm=services.llm, owner_id=owner_id)
    sources = Sources(messenger=ways.messenger, shown=stores.shown, results=parts.results, readers=ways.readers)
    welcome, erasure = _welcome(core, ways), _erasure(core, services, stores, parts, work)
    groups = GroupDecisions(
        connection=core.connection,
        messenger=ways.messenger,
        archives=services.archives,
        states=stores.groups,
        pages=parts.pages,
        erasure=parts.erasure,
        owner_id=owner_id,
    )

    with_answer = functools.partial(answered, ways.messenger)
    return Routes(
        intents=_intents(core, services, stores, work, documents),
        buttons={
            # These answer the press by themselves, with a sentence when there is one to say.
            StopButton: commands.press_stop,
            SourceButton: sources.press_source,
            SearchButton: parts.searches.press,
            GroupButton: groups.press,
            # These are answered before they do anything.
            CloseButton: with_answer(commands.press_close),
            AnswerFileButton: with_answer(sources.press_file),
            DocumentsButton: with_answer(documents.press),
            ScopeButton: with_answer(choice.press),
            SettingsButton: with_answer(personal.press),
            ForgetButton: with_answer(erasure.press),
            ImportButton: with_answer(work.imports.press),
            MenuButton: with_answer(welcome.press),
            PastedTextButton: with_answer(work.pasted_texts.press),
        },
        commands={
            "start": welcome.command,
            "help": commands.help,
            "docs": documents.command,
            "scope": choice.command,
            **dict.fromkeys(COMMANDS, work.questions.chat_command),
            "group": groups.command,
            "new": commands.new,
            "stop": commands.stop,
            "ask": commands.ask,
            "settings": personal.command,
            "instructions": personal.instructions,
            "usage": UsageReport(core.usage, owner_id=owner_id).command,
            "forget": erasure.command,
            "export": _exports(core, services, stores).command,
        },
        group_commands=dict.fromkeys(("start", "help", "group", "forget"), groups.command),
        unknown_command=commands.unknown,
    )


def _intents(
    core: Core, services: Services, stores: Stores, work: Work, documents: Documents
) -> Mapping[type[Any], Handler]:
    talk = SmallTalk(core.settings, work.questions)
    media = Media(
        connection=core.connection,
        llm=services.llm,
        preferences=stores.preferences,
        answering=talk.work,
        folder=core.settings.data_dir / "incoming",
    )
    return {
        TextQuestion: talk.question,
        PastedText: work.pasted_texts.offer,
        Link: work.uploads.link,
        Upload: work.uploads.upload,
        Recording: media.recording,
        Picture: media.picture,
        Rename: documents.rename,
    }


def _welcome(core: Core, ways: People) -> Welcome:
    owner_id = core.settings.user_id
    return Welcome(
        messenger=ways.messenger,
        readers=ways.readers,
        owner_id=owner_id,
        guests_choose=guests_choose(core.settings),
        set_menus=functools.partial(set_menus, core.connection, owner_id=owner_id),
    )


def _erasure(core: Core, services: Services, stores: Stores, parts: ChatParts, work: Work) -> Erasure:
    return Erasure(
        stores=(stores.dialogues, stores.shown, stores.searches, work.pasted_texts, stores.preferences, core.usage),
        forget_in_groups=parts.erasure.forget_person,
        journal=core.journal,
        library=services.library,
        owner_id=core.settings.user_id,
    )


def _exports(core: Core, services: Services, stores: Stores) -> Exports:
    return Exports(
        library=services.library,
        archives=services.archives,
        dialogues=stores.dialogues,
        preferences=stores.preferences,
        owner_id=core.settings.user_id,
        folder=core.settings.data_dir / "exports",
    )

"""The parts that talk with people, each made once and tied to the others."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from personal_bot.answer_files.files import AnswerFiles
from personal_bot.handlers.chats.archive import Chats
from personal_bot.handlers.chats.search import Searches
from personal_bot.handlers.chats.summaries import Summaries
from personal_bot.handlers.command_menu import set_menus
from personal_bot.handlers.commands import Commands
from personal_bot.handlers.dispatch import FrontDesk
from personal_bot.handlers.documents import Documents
from personal_bot.handlers.exports import Exports
from personal_bot.handlers.groups.membership import Groups
from personal_bot.handlers.media import Senses
from personal_bot.handlers.pasted_text import Materials
from personal_bot.handlers.personal_settings import Controls
from personal_bot.handlers.questions import Work
from personal_bot.handlers.scope import Scope
from personal_bot.handlers.welcome import Welcome
from personal_bot.requests.answers import Replies
from personal_bot.requests.runner import Runner
from personal_bot.settings import AccessMode
from personal_bot.state.dialogues import Dialogues
from personal_bot.state.group_states import GroupStates
from personal_bot.state.preferences import PreferencesStore
from personal_bot.state.searches import KeptSearches
from personal_bot.state.shown_passages import ShownPassages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from personal_bot.answers.answerer import Answerer
    from personal_bot.archives.archives import Archives
    from personal_bot.knowledge.extraction import ExtractionLimits
    from personal_bot.knowledge.library import Library
    from personal_bot.llm.client import LLM
    from personal_bot.metrics import Metrics
    from personal_bot.requests.admission import Admission
    from personal_bot.requests.journal import Journal
    from personal_bot.settings import Settings
    from personal_bot.state.usage import Usage
    from personal_bot.telegram.client import Connection
    from personal_bot.telegram.updates import Me


def assemble(  # noqa: PLR0913 - it brings these together, which is its purpose
    *,
    settings: Settings,
    connection: Connection,
    journal: Journal,
    admission: Admission,
    metrics: Metrics,
    usage: Usage,
    llm: LLM,
    library: Library,
    archives: Archives,
    answerer: Answerer,
    limits: ExtractionLimits,
    me: Callable[[], Awaitable[Me]],
) -> tuple[FrontDesk, Groups]:
    """Make the front desk and all that it hands work to; the groups have work of their own besides.

    `me` waits until it is known who the bot is.
    """
    dialogues = Dialogues(settings.data_dir / "dialogues")
    preferences = PreferencesStore(settings.data_dir / "preferences")
    shown = ShownPassages(settings.data_dir / "passages")
    library.on_deleted(shown.forget_documents)
    files = AnswerFiles(settings.data_dir / "answer-files", limits)
    replies = Replies(preferences=preferences, shown=shown, files=files)
    runner = Runner(
        connection=connection,
        journal=journal,
        dialogues=dialogues,
        admission=admission,
        metrics=metrics,
        usage=usage,
        request_timeout=settings.request_timeout,
        owner_id=settings.user_id,
    )
    kept_searches = KeptSearches(settings.data_dir / "searches")
    searches = Searches(archives, kept_searches)
    chats = Chats(
        archives=archives,
        library=library,
        preferences=preferences,
        summaries=Summaries(archives, llm, replies, request_timeout=settings.request_timeout),
        files=files,
        searches=searches,
    )
    exports = Exports(
        connection=connection,
        library=library,
        archives=archives,
        chats=chats,
        dialogues=dialogues,
        preferences=preferences,
        models=lambda: llm.windows,
        owner_id=settings.user_id,
        folder=settings.data_dir / "exports",
    )
    groups = Groups(
        connection=connection,
        archives=archives,
        chats=chats,
        states=GroupStates(settings.data_dir / "groups"),
        shown=shown,
        owner_id=settings.user_id,
        me=me,
    )
    work = Work(
        connection=connection,
        library=library,
        answerer=answerer,
        dialogues=dialogues,
        preferences=preferences,
        replies=replies,
        chats=chats,
        exports=exports,
        groups=groups,
        incoming=settings.data_dir / "incoming",
    )
    guests_choose = settings.access_mode is not AccessMode.PUBLIC
    welcome = Welcome(library, owner_id=settings.user_id, guests_choose=guests_choose)
    materials = Materials(connection=connection, folder=settings.data_dir / "material")
    commands = Commands(
        connection=connection,
        dialogues=dialogues,
        runner=runner,
        scope=Scope(library, preferences),
        shown=shown,
        own=Controls(
            preferences=preferences,
            usage=usage,
            dialogues=dialogues,
            shown=shown,
            searches=kept_searches,
            materials=materials,
            journal=journal,
            library=library,
            llm=llm,
            forget_in_groups=groups.forget_person,
            owner_id=settings.user_id,
        ),
        documents=Documents(connection=connection, library=library),
        groups=groups,
        searches=searches,
        welcome=welcome,
        owner_id=settings.user_id,
        guests_choose=guests_choose,
        set_menus=functools.partial(set_menus, connection, owner_id=settings.user_id),
    )
    desk = FrontDesk(
        settings=settings,
        connection=connection,
        journal=journal,
        runner=runner,
        commands=commands,
        work=work,
        preferences=preferences,
        chats=chats,
        replies=replies,
        exports=exports,
        senses=Senses(
            connection=connection,
            llm=llm,
            preferences=preferences,
            folder=settings.data_dir / "incoming",
        ),
        materials=materials,
        groups=groups,
        welcome=welcome,
        me=me,
    )
    return desk, groups

"""Removes a person's messages of groups, from the archives and from answers that rest on them."""

from collections.abc import Sequence

from personal_bot.archives.archives import Archives
from personal_bot.handlers.groups.indexing import GroupIndexing
from personal_bot.handlers.groups.messages import person
from personal_bot.state.group_states import GroupStates
from personal_bot.state.shown_passages import ShownPassages


class GroupErasure:
    """Forgets what people said in groups; the bot keeps nothing of them there from then on."""

    def __init__(
        self, *, archives: Archives, states: GroupStates, shown: ShownPassages, indexing: GroupIndexing
    ) -> None:
        self._archives = archives
        self._states = states
        self._shown = shown
        self._indexing = indexing

    async def forget_person(self, user_id: int) -> None:
        """Remove a person's messages in all groups.

        Raises:
            OSError: the volume is full.
        """
        if groups := list(self._states.all()):
            await self.forget_in(groups, user_id)

    async def forget_in(self, groups: Sequence[int], user_id: int) -> None:
        """Remove a person's messages in some groups.

        Raises:
            OSError: the volume is full.
        """
        documents = await self._archives.forget_author(person(user_id), groups)
        await self._shown.forget_documents(frozenset(documents) - {""})
        await self._indexing.at_once()

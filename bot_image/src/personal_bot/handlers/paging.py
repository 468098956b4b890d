"""Lists that come by the page, with buttons to the pages before and after. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from personal_bot.telegram.buttons import Button

ItemT_co = TypeVar("ItemT_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Where a page is in a list.

    Attributes:
        number: of the page, from 0.
        count: of pages; at least one.
    """

    number: int
    count: int

    def turns(
        self, to: Callable[[int], Button], *, label: Callable[[str, int], str] = lambda sign, _: sign
    ) -> list[tuple[str, str]]:
        """The buttons to the page before and the page after, as far as there are any.

        Args:
            to: the button that leads to a page.
            label: what is on it, from an arrow and the page.
        """
        neighbours = (("◀", self.number - 1), ("▶", self.number + 1))
        return [to(page).labelled(label(sign, page)) for sign, page in neighbours if 0 <= page < self.count]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOf(Generic[ItemT_co]):
    """A page of a list; `first` is the number of its first item, from 1."""

    items: Sequence[ItemT_co]
    first: int
    pages: Pages


def pages_of(total: int, *, number: int, size: int) -> Pages:
    """The page of this number, or the last one when there are fewer."""
    count = max(1, (total + size - 1) // size)
    return Pages(number=min(max(number, 0), count - 1), count=count)


def page_of(items: Sequence[ItemT_co], *, number: int, size: int) -> PageOf[ItemT_co]:
    """The items of the page of this number, or of the last one when there are fewer."""
    pages = pages_of(len(items), number=number, size=size)
    start = pages.number * size
    return PageOf(items=items[start : start + size], first=start + 1, pages=pages)

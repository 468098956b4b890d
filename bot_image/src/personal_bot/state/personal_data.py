"""The one thing that all stores of personal data can do: forget a person."""

from typing import Protocol


class PersonalData(Protocol):
    """A store of what the bot keeps of people."""

    def forget_person(self, user_id: int) -> None:
        """Forget a person.

        Raises:
            OSError: the volume cannot be written.
        """

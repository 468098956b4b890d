"""Groups: who is in them, what each bot there hears, and what people do in them.

The rules of https://core.telegram.org/bots/features#privacy-mode: a bot in privacy mode hears commands for it, commands
for anybody when it spoke last, replies to its messages, and service messages; mentions alone do not reach it. An
administrator hears everything, and so does a bot whose privacy mode was off when it was added. In a basic group every
account numbers the messages by itself; here all of a group's see the same numbers.
"""

import secrets
from dataclasses import dataclass, field
from typing import Final

from standins.telegram.entities import detected, to_json
from standins.telegram.errors import ApiError, forbidden
from standins.telegram.models import Bot, CallbackQuery, Chat, Json, Person
from standins.telegram.world import NotPossibleError, World

IN: Final = frozenset({"creator", "administrator", "member"})
ADMINS: Final = frozenset({"creator", "administrator"})
_RIGHTS: Final = (
    "can_be_edited", "can_manage_chat", "can_change_info", "can_delete_messages", "can_invite_users",
    "can_restrict_members", "can_pin_messages", "can_promote_members", "can_manage_video_chats", "can_post_stories",
    "can_edit_stories", "can_delete_stories", "can_send_welcome_messages", "is_anonymous",
)  # fmt: skip


@dataclass(eq=False, slots=True, kw_only=True)  # changes: it is the state of the server
class Group:
    """`peer` stands for the group where a person stands in a private chat: it has its id, its name and its feed."""

    peer: Person
    supergroup: bool
    members: dict[int, str] = field(default_factory=dict)  # status by id; those who left stay in
    hears_all: set[int] = field(default_factory=set)  # bots that were added with their privacy mode off
    messages: dict[int, Json] = field(default_factory=dict)
    last_message_id: int = 0
    last_bot: int = 0  # the bot that wrote last
    read: dict[int, int] = field(default_factory=dict)  # up to which message, by person
    upgraded_to: int = 0

    @property
    def id(self) -> int:
        return self.peer.id

    @property
    def kind(self) -> str:
        return "supergroup" if self.supergroup else "group"

    def as_json(self) -> Json:
        return {"id": self.id, "type": self.kind, "title": self.peer.name}

    def present(self) -> list[int]:
        """The ids of those who are in it now."""
        return [number for number, status in self.members.items() if status in IN]


@dataclass(eq=False, slots=True, kw_only=True)  # changes: it is the state of the server
class GroupChat(Chat):
    """A group as one bot sees it."""

    group: Group

    def as_json(self) -> Json:
        return self.group.as_json()

    @property
    def name(self) -> str:
        return str(self.group.id)

    def members(self) -> list[int]:
        return self.group.present()

    def take_number(self) -> int:
        self.group.last_message_id += 1
        return self.group.last_message_id

    def written(self) -> None:
        self.group.last_bot = self.bot.id

    def require_writable(self) -> None:
        """Let the bot write.

        Raises:
            ApiError: it may not, in Telegram's words.
        """
        status = self.group.members.get(self.bot.id, "left")

        if self.group.upgraded_to:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, words, migrate_to_chat_id=self.group.upgraded_to)

        if status == "kicked":
            raise forbidden(f"bot was kicked from the {self.group.kind} chat")
        if status not in IN:
            raise forbidden(f"bot is not a member of the {self.group.kind} chat")


class Groups:
    """Acts of people in groups."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._groups: dict[int, Group] = {}

    def make(self, title: str, creator: Person, *, supergroup: bool) -> Group:
        """A new group; a supergroup's id begins with -100."""
        number = -(1_000_000_000_000 + secrets.randbelow(10**9) + 10**9) if supergroup else -secrets.randbelow(10**9)
        group = Group(
            peer=Person(id=number, name=title, language_code=""), supergroup=supergroup, members={creator.id: "creator"}
        )
        self._groups[number] = group
        return group

    def of(self, number: int) -> Group:
        """The group with this id.

        Raises:
            NotPossibleError: there is none.
        """
        if number not in self._groups:
            raise NotPossibleError("there is no such group")
        return self._groups[number]

    def add(self, group: Group, who: Person | Bot, by: Person) -> None:
        """Add somebody; only members can.

        Raises:
            NotPossibleError: the person is no member, or the other is one already.
        """
        self._require_in(group, by)

        if group.members.get(who.id) in IN:
            raise NotPossibleError("USER_ALREADY_PARTICIPANT")

        if isinstance(who, Bot):
            who.chats.setdefault(
                group.id, GroupChat(bot=who, person=group.peer, messages=group.messages, started=True, group=group)
            )
            group.hears_all.discard(who.id)

            if not who.privacy:
                group.hears_all.add(who.id)

        self._set_status(group, who, "member", by)
        user = who.as_user()
        joined: Json = {"new_chat_members": [user], "new_chat_member": user, "new_chat_participant": user}
        self._say(group, by, joined)

    def set_status(self, group: Group, who: Person | Bot, status: str, by: Person) -> None:
        """Make somebody an administrator or a plain member, or throw them out; only administrators can.

        Raises:
            NotPossibleError: the person is no administrator, or the other no member.
        """
        if group.members.get(by.id) not in ADMINS or group.members.get(who.id) not in IN:
            raise NotPossibleError("CHAT_ADMIN_REQUIRED")

        self._set_status(group, who, status, by)

        if status == "kicked":
            self._say(group, by, {"left_chat_member": who.as_user(), "left_chat_participant": who.as_user()})

    def leave(self, group: Group, bot: Bot) -> None:
        """What leaveChat does."""
        bot.chats[group.id].require_writable()
        self._set_status(group, bot, "left", bot)

    def say(self, group: Group, person: Person, text: str, *, reply_to: int | None, more: Json) -> Json:
        """Write into the group; `more` adds fields of the message, as ``forward_origin``."""
        self._require_in(group, person)
        found = to_json(text, detected(text, []))
        content: Json = {"text": text} if text else {}
        content |= ({"entities": found} if found else {}) | more
        answered = group.messages.get(reply_to) if reply_to else None
        if answered:
            content |= {"reply_to_message": {k: v for k, v in answered.items() if k != "reply_to_message"}}

        return self._say(group, person, content)

    def edit(self, group: Group, person: Person, number: int, text: str) -> Json:
        """Change a message of one's own.

        Raises:
            NotPossibleError: there is no such message, or somebody else wrote it.
        """
        message = group.messages.get(number)
        if not message or message["from"]["id"] != person.id:
            raise NotPossibleError("MESSAGE_ID_INVALID")

        found = to_json(text, detected(text, []))
        message.pop("entities", None)
        message |= {"text": text, "edit_date": int(self._world.clock.now())} | ({"entities": found} if found else {})
        self._notify(group, {"type": "edited", "message": message})
        self._hear(group, message, "edited_message")

        return message

    def read(self, group: Group, person: Person, up_to: int) -> None:
        """Let the person have read the messages up to this one."""
        self._require_in(group, person)
        group.read[person.id] = max(up_to, group.read.get(person.id, 0))
        event: Json = {"type": "read_by_person", "up_to": up_to, "unread": unread(group, person)}
        person.feed.add(event | {"chat": str(group.id)})

    def of_person(self, person: Person) -> list[Group]:
        """The groups that a person is in."""
        return [group for group in self._groups.values() if person.id in group.present() and not group.upgraded_to]

    def press(self, group: Group, person: Person, number: int, row: int, column: int) -> Json:
        """Press a button under a bot's message: gives ``query_id``.

        Raises:
            NotPossibleError: there is no such button.
        """
        self._require_in(group, person)
        message = group.messages.get(number, {})
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        if not (0 <= row < len(rows) and 0 <= column < len(rows[row])):
            raise NotPossibleError("there is no such button")

        bot = self._world.bots[message["from"]["id"]]
        query = CallbackQuery(
            id=str(secrets.randbits(62)), chat=bot.chats[group.id], message_id=number, asked=self._world.clock.now()
        )
        self._world.queries[query.id] = query
        self._world.add_update(bot, "callback_query", {
            "id": query.id, "from": person.as_user(), "message": dict(message), "chat_instance": str(group.id),
            "data": rows[row][column].get("callback_data", ""),
        })  # fmt: skip

        return {"query_id": query.id}

    def upgrade(self, group: Group, by: Person) -> Group:
        """Make a supergroup of a basic group: another chat, with the same people, whose messages begin at 1.

        The bots are told of their new membership, by the person who did it, and then of the move; what they hear first
        is not documented, and this order is the harder one.

        Raises:
            NotPossibleError: it is none, or the person did not make it.
        """
        if group.supergroup or group.upgraded_to or group.members.get(by.id) != "creator":
            raise NotPossibleError("CHAT_ID_INVALID")

        made = self.make(group.peer.name, by, supergroup=True)
        made.hears_all = set(group.hears_all)

        for number, status in group.members.items():
            bot = self._world.bots.get(number)
            if not bot:
                made.members[number] = status
            elif status in IN:
                bot.chats[made.id] = GroupChat(
                    bot=bot, person=made.peer, messages=made.messages, started=True, group=made
                )
                self._set_status(made, bot, status, by)

        self._say(group, by, {"migrate_to_chat_id": made.id})
        self._say(made, by, {"migrate_from_chat_id": group.id})
        group.upgraded_to = made.id

        return made

    def _say(self, group: Group, person: Person, content: Json) -> Json:
        group.last_message_id += 1
        message: Json = {
            "message_id": group.last_message_id, "from": person.as_user(), "chat": group.as_json(),
            "date": int(self._world.clock.now()),
        } | content  # fmt: skip
        group.messages[group.last_message_id] = message
        self._notify(group, {"type": "message", "message": message})
        self._hear(group, message, "message")

        return message

    def _hear(self, group: Group, message: Json, kind: str) -> None:
        for number, status in group.members.items():
            bot = self._world.bots.get(number)
            if bot and status in IN and hears(group, bot, message):
                self._world.add_update(bot, kind, dict(message))

    def _set_status(self, group: Group, who: Person | Bot, status: str, by: Person | Bot) -> None:
        before = group.members.get(who.id, "left")
        group.members[who.id] = status

        if isinstance(who, Bot):
            self._world.add_update(who, "my_chat_member", {
                "chat": group.as_json(), "from": by.as_user(), "date": int(self._world.clock.now()),
                "old_chat_member": member_json(who, before), "new_chat_member": member_json(who, status),
            })  # fmt: skip

        self._notify(group, {"type": "members"})

    def _notify(self, group: Group, event: Json) -> None:
        """Tell the screens of all who are in the group."""
        people = [self._world.people[number] for number in group.present() if number in self._world.people]
        for person in (group.peer, *people):
            person.feed.add(event | {"chat": str(group.id)})

    @staticmethod
    def _require_in(group: Group, person: Person) -> None:
        if group.members.get(person.id) not in IN or group.upgraded_to:
            raise NotPossibleError("USER_NOT_PARTICIPANT")


def hears(group: Group, bot: Bot, message: Json) -> bool:
    """Whether a message of a person in the group reaches a bot in it."""
    if bot.id in group.hears_all or group.members[bot.id] in ADMINS:
        return True

    text = message.get("text") or message.get("caption")
    if not text and not any(kind in message for kind in ("document", "photo", "sticker", "voice")):
        return True  # a service message
    if message.get("reply_to_message", {}).get("from", {}).get("id") == bot.id:
        return True
    if not text or not text.startswith("/"):
        return False

    addressee = text.split()[0].partition("@")[2].lower()
    return bool(addressee == bot.username.lower() if addressee else group.last_bot == bot.id)


def unread(group: Group, person: Person) -> int:
    """How many messages of others the person has not read."""
    up_to = group.read.get(person.id, 0)
    return sum(number > up_to and message["from"]["id"] != person.id for number, message in group.messages.items())


def member_json(who: Person | Bot, status: str) -> Json:
    """https://core.telegram.org/bots/api#chatmember."""
    member: Json = {"user": who.as_user(), "status": status}

    if status == "administrator":
        return member | dict.fromkeys(_RIGHTS, False)
    if status == "creator":
        return member | {"is_anonymous": False}

    return member | ({"until_date": 0} if status == "kicked" else {})

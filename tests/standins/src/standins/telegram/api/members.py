"""Groups as a bot asks of them (https://core.telegram.org/bots/api#getchatmember)."""

from standins.telegram.api.arguments import Call
from standins.telegram.errors import bad_request
from standins.telegram.groups import ADMINS, IN, Group, GroupChat, Groups, member_json
from standins.telegram.models import Json


def _group(call: Call) -> Group:
    chat_id = call.chat_id()
    chat = call.bot.chats.get(chat_id) if isinstance(chat_id, int) else None
    if not isinstance(chat, GroupChat):
        raise bad_request("chat not found")

    chat.require_writable()
    return chat.group


def get_chat_member(call: Call) -> Json:
    """Somebody in a group, with their status.

    Raises:
        ApiError: the bot is not in the group, or nobody has this id.
    """
    group, number = _group(call), call.integer("user_id")
    if number <= 0:
        raise bad_request("invalid user_id specified")

    who = call.world.people.get(number) or call.world.bots.get(number)
    if not who:
        raise bad_request("user not found")

    return member_json(who, group.members.get(number, "left"))


def get_chat_administrators(call: Call) -> list[Json]:
    """Those who are people, and the bot itself."""
    members = _group(call).members.items()
    people, own = call.world.people, {call.bot.id: call.bot}

    return [
        member_json(people.get(number) or own[number], status)
        for number, status in members
        if status in ADMINS and (number in people or number in own)
    ]


def get_chat_member_count(call: Call) -> int:
    return sum(status in IN for status in _group(call).members.values())


def leave_chat(call: Call) -> bool:
    Groups(call.world).leave(_group(call), call.bot)
    return True

"""Managed bots, of Bot API 9.6: one bot makes others for people and holds their tokens.

https://core.telegram.org/bots/api#getmanagedbottoken
"""

from standins.telegram.api.arguments import Call
from standins.telegram.errors import bad_request
from standins.telegram.models import Bot, Json


def _managed(call: Call) -> Bot:
    bot = call.world.bots.get(call.integer("user_id"))
    if not bot or bot.manager != call.bot.id:
        raise bad_request("BOT_ACCESS_FORBIDDEN" if bot else "user not found")
    return bot


def get_managed_bot_token(call: Call) -> str:
    return _managed(call).token


def replace_managed_bot_token(call: Call) -> str:
    return call.world.replace_token(_managed(call))


def get_access_settings(call: Call) -> Json:
    bot = _managed(call)
    if bot.access is None:
        return {"is_access_restricted": False}
    people = (call.world.people.get(number) for number in bot.access)
    return {"is_access_restricted": True, "added_users": [person.as_user() for person in people if person]}


def set_access_settings(call: Call) -> bool:
    """Who may write to a managed bot: everybody, or its owner and up to ten others.

    Raises:
        ApiError: too many people, or not its manager.
    """
    bot = _managed(call)
    added = [int(number) for number in call.json("added_user_ids") or []]
    if len(added) > 10:
        raise bad_request("USERS_TOO_MUCH")

    bot.access = added if call.flag("is_access_restricted") else None
    return True

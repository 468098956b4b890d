"""reply_markup: checked as Telegram checks it."""

from typing import Any, Final

from standins.telegram.api.arguments import Call
from standins.telegram.entities import utf16_length
from standins.telegram.errors import bad_request
from standins.telegram.models import Chat, Json

_ACTIONS: Final = (
    "callback_data", "url", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip
CALLBACK_DATA_LIMIT: Final = 64  # bytes


def read_markup(call: Call) -> Json | None:
    """The reply markup of a call; None if there is none, or an inline keyboard without buttons.

    Raises:
        ApiError: no keyboard that Telegram takes.
    """
    markup = call.json("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")

    if "inline_keyboard" in markup:
        rows = [[_inline_button(button) for button in row] for row in _rows(markup["inline_keyboard"])]
        rows = [row for row in rows if row]
        return {"inline_keyboard": rows} if rows else None

    if "keyboard" in markup:
        rows = [[_key(button) for button in row] for row in _rows(markup["keyboard"])]
        return markup | {"keyboard": [row for row in rows if row]}

    return markup if markup.get("remove_keyboard") or markup.get("force_reply") else None


def apply_reply_keyboard(chat: Chat, markup: Json | None) -> None:
    """Show, or take away, the keyboard under the person's input."""
    if markup and "keyboard" in markup:
        chat.keyboard = markup
    elif markup and markup.get("remove_keyboard"):
        chat.keyboard = None


def _rows(rows: Any) -> list[list[Any]]:  # noqa: ANN401 - what a bot sent, before it is checked
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "keyboard" of the ReplyKeyboardMarkup must be an Array of Arrays')
    return list(rows)


def _inline_button(button: Any) -> Json:  # noqa: ANN401 - the same
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")

    checked: Json = {key: value for key, value in button.items() if value is not None}
    if not str(checked.get("text", "")).strip():
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be non-empty')
    if not any(action in checked for action in _ACTIONS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in checked and not 0 < len(str(checked["callback_data"]).encode()) <= CALLBACK_DATA_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")

    if "url" in checked:
        url = str(checked["url"]).strip()
        if not url.startswith(("http://", "https://", "tg://")):
            if "." not in url or " " in url:
                raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")

            url = f"http://{url}"

        checked["url"] = url

    return checked


def _key(button: Any) -> Json:  # noqa: ANN401 - the same
    if isinstance(button, str):
        button = {"text": button}

    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request('can\'t parse keyboard button: Field "text" must be of type String')
    if utf16_length(button["text"]) > 256:
        raise bad_request("BUTTON_TYPE_INVALID")

    checked: Json = {key: value for key, value in button.items() if value is not None}
    return checked

"""The Bot API's methods (https://core.telegram.org/bots/api#available-methods)."""

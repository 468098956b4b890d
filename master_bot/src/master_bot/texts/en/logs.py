"""English texts about the log of a bot."""


class Logs:
    """The texts about logs."""

    ask_word: str = "What shall I look for in the log of {bot}? Send me a word. /cancel ends this."
    found: str = "Lines of {bot} with «{word}»"
    not_found: str = "There is no «{word}» in the last lines of {bot}'s log."
    file: str = "The log of {bot}, the last {count} lines"
    debug_file: str = "Everything that is known of {bot}"
    following: str = "👀 I show new lines for a minute."
    followed: str = "That was a minute."

    button_file: str = "📄 As a file"
    button_search: str = "🔎 Search"
    button_follow: str = "👀 Follow for a minute"

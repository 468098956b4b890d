"""English texts about the settings of a bot."""


class Changes:
    """The texts of the settings."""

    overview: str = (
        "⚙️ <b>{bot}</b>\n\n"
        "Name here: {title}\n"
        "Model: {model}\n"
        "Memory: {size}\n"
        "Who may ask it: {access}\n"
        "Sleeps: {sleep}\n"
        "News about it: {news}\n"
        "My messages: {language}{budget}"
    )
    no_title: str = "none"
    own_size: str = "{memory}"
    only_choice: str = "{value} (the only one offered here)"
    only_you: str = "only you"
    you_and: str = "you and {people}"
    everybody: str = "everybody"
    no_sleep: str = "never"
    sleeps_after: str = "after {span} without messages"
    news_on: str = "you get an alert when something breaks"
    news_off: str = "off"

    ask_key: str = (
        "Please send me the new key for {service}; you make one {where}. I try it first "
        "and delete your message as soon as I have read it. /cancel leaves everything as it is."
    )
    key_changed: str = "🔑 {bot} has its new key. It uses it within a minute or two."
    ask_for_tok: str = (
        "Please send me the current token of {bot}: @BotFather → <code>/mybots</code> → {bot} → API Token. I delete "
        "your message as "
        "soon as I have read it. /cancel leaves everything as it is."
    )
    other_bot: str = "This is the token of {other}, not of {bot}. Nothing was changed. Please send the one of {bot}."
    tok_taken: str = "🔁 {bot} uses the token that you sent from now on."
    rotated: str = "🔁 {bot} has a new token, the old one no longer works."
    cannot_rotate: str = (
        "You made {bot} with @BotFather yourself, so only you can have its token replaced:\n"
        "1. Open @BotFather, send <code>/revoke</code> and choose {bot}\n"
        "2. Send me the new token here. I delete your message as soon as I have read it.\n\n"
        "/cancel leaves everything as it is."
    )
    made_elsewhere: str = (
        "{bot} was not made by me, so its token and key are kept by the person who made it. "
        "Please ask them to change it."
    )
    ask_title: str = "What shall {bot} be called here? Send me a name of up to 40 letters. /cancel leaves it as it is."
    bad_title: str = "A name has 1 to 40 letters, in one line. Please send another one."
    renamed: str = "✏️ {bot} is called <b>{title}</b> from now on."
    renamed_here: str = (
        "✏️ I call {bot} <b>{title}</b> from now on. To change what Telegram shows: @BotFather → <code>/setname</code>."
    )
    choose_model: str = "Which model shall {bot} answer with? It is now <code>{model}</code>."
    choose_size: str = "How much memory shall {bot} have? With more it reads large documents faster."
    choose_access: str = "Who may ask {bot}? You always may; only you can give it documents."
    choose_sleep: str = (
        "When may {bot} sleep? A sleeping bot takes up no room on the servers. It looks every quarter of an hour "
        "whether somebody has written, and answers then. Nothing is lost, and nothing forgotten."
    )
    choose_language: str = "Which language shall I speak with you?"
    language_changed: str = "✅ I speak English with you from now on."
    changed: str = "✅ Changed. {bot} takes it up within seconds."
    ask_person: str = (
        "Who else may ask {bot}? Press the button below to choose people, or send me a contact, forward me a message "
        "of "
        "theirs, or send their Telegram number (@userinfobot tells it). /cancel ends this."
    )
    hidden_person: str = (
        "Telegram does not tell me who that is, nor whose a user name is. Please choose the person with the button "
        "below, or send their contact or their Telegram number."
    )
    person_added: str = "✅ {who} may ask {bot} now. Send me another person, or /cancel when you are done."
    people: str = "Besides you, these may ask {bot}. Press a name to take it off the list."
    too_many_people: str = (
        "That list is full: it has room for {most}. Take somebody off it first: /settings → Who may ask."
    )
    news_muted: str = "🔕 I no longer write to you about {bot} unless you ask. /settings turns it on again."
    news_back: str = "🔔 I tell you again when something is wrong with {bot}."
    not_offered: str = "This is not on offer any more. /settings shows what is."
    largest: str = "{bot} has the largest size already. Ask the administrator if it needs more."
    grown: str = "📈 {bot} has {memory} of memory now."

    button_settings: str = "⚙️ Settings"
    button_model: str = "Model"
    button_size: str = "Memory"
    button_sleep: str = "💤 Sleep"
    button_access: str = "Who may ask"
    button_key: str = "New key"
    button_new_tok: str = "New token"
    button_rotate: str = "Replace the token"
    button_rename: str = "Rename"
    button_mute: str = "🔕 No news"
    button_unmute: str = "🔔 News on"
    button_back: str = "« Back"
    button_only_me: str = "Only me"
    button_people: str = "People I name"
    button_everybody: str = "Everybody"
    button_add_person: str = "➕ Add a person"
    key_choose_people: str = "👥 Choose people"
    button_more_memory: str = "📈 More memory"

"""What the bot keeps of people, each kind in small JSON files on the bot's volume."""

"""What the bot does in groups."""

"""What the cluster asks of the bot: health, state, metrics, limits."""

"""What the bot knows: documents taken in, kept in a store, and found again."""

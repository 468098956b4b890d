"""Chat archives: exports and groups taken in message by message, counted, searched, and read by the model in parts."""

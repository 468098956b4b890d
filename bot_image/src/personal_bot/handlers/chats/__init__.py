"""What people do with archives of chats."""

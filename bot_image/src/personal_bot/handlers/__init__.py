"""What people can do with the bot: one module for each thing, a table that finds it, and the rules of who may."""

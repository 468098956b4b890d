"""Text as it is: prose, source code, JSON; and the character set that it is in."""

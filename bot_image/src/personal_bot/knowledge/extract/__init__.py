"""Text out of documents, in a process of its own: ``python -m personal_bot.knowledge.extract``.

A document is a stranger's input to parsers written in C: here they may crash, hang or use up memory without harm. The
process limits itself before it opens the document, knows no secret, and ends with the document. Keep the imports of
this package small: every document pays for them.
"""

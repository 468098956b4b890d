"""Answers as files: PDF, set in a process of its own, or Markdown."""

"""Pages: PDF, web pages and books."""

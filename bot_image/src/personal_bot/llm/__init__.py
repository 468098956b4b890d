"""The LLM service: one client for chat and embeddings, which waits as it is asked to and names what is wrong."""

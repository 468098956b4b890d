"""A server that speaks the OpenAI API and answers only from the text that it is given.

It needs no key, no network and no graphics card: embeddings are those of a small real model, answers are sentences
of the numbered passages in the prompt. It refuses what OpenAI refuses, in OpenAI's words, and misbehaves on demand.
"""

import os

# Before NumPy is loaded, once and for all: for matrices as small as these more threads only wait for each other, thirty
# times as long when the processors are busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from standins.llm.calls import Settings
from standins.llm.client import LLMClient
from standins.llm.embedding import Embedder
from standins.llm.faults import Fault
from standins.llm.standin import LLMStandIn

__all__ = ["Embedder", "Fault", "LLMClient", "LLMStandIn", "Settings"]

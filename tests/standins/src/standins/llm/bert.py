"""A BERT encoder of the size of all-MiniLM-L6-v2, computed by NumPy alone.

Its layers, mean pooling over the tokens that are not padding, then unit length: what sentence-transformers does with
the same weights, without a framework of half a gigabyte.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from tokenizers import Tokenizer

Floats: TypeAlias = NDArray[np.float32]

MAX_TOKENS: Final = 256  # as sentence-transformers runs this model: it ignores the rest of a longer text


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """The weights, and what they make of tokens."""

    tokenizer: Tokenizer
    weights: dict[str, Floats]
    layers: int
    heads: int
    epsilon: float

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read ``config.json``, ``tokenizer.json`` and ``model.safetensors`` from the folder."""
        config = json.loads((folder / "config.json").read_text())
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)

        with safe_open(folder / "model.safetensors", framework="numpy") as tensors:  # maps the file: half the peak
            weights = {
                name: tensors.get_tensor(name)
                for name in tensors.keys()  # noqa: SIM118 - not a mapping
                if tensors.get_slice(name).get_dtype() == "F32"
            }

        return cls(
            tokenizer=tokenizer,
            weights=weights,
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            epsilon=config["layer_norm_eps"],
        )

    def encode(self, tokens: Sequence[Sequence[int]]) -> Floats:
        """Give one unit vector per row of token ids."""
        longest = max(len(ids) for ids in tokens)
        ids = np.zeros((len(tokens), longest), dtype=np.int64)
        mask = np.zeros((len(tokens), longest), dtype=np.float32)

        for row, known in enumerate(tokens):
            ids[row, : len(known)] = known
            mask[row, : len(known)] = 1

        states = self._embeddings(ids)

        for layer in range(self.layers):
            states = self._layer(states, mask, f"encoder.layer.{layer}")

        pooled: Floats = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
        return pooled

    def _embeddings(self, ids: NDArray[np.int64]) -> Floats:
        summed = (
            self.weights["embeddings.word_embeddings.weight"][ids]
            + self.weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + self.weights["embeddings.token_type_embeddings.weight"][0]
        )
        return self._norm(summed, "embeddings.LayerNorm")

    def _layer(self, states: Floats, mask: Floats, name: str) -> Floats:
        attended = self._linear(
            self._attention(states, mask, f"{name}.attention.self"), f"{name}.attention.output.dense"
        )
        states = self._norm(states + attended, f"{name}.attention.output.LayerNorm")
        wide = _gelu(self._linear(states, f"{name}.intermediate.dense"))

        return self._norm(states + self._linear(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _attention(self, states: Floats, mask: Floats, name: str) -> Floats:
        rows, length, width = states.shape
        query, key, value = (
            self._linear(states, f"{name}.{part}").reshape(rows, length, self.heads, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) * np.float32((width / self.heads) ** -0.5)
        scores += (mask[:, None, None, :] - 1) * np.float32(1e9)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        attended: Floats = (scores @ value).transpose(0, 2, 1, 3).reshape(rows, length, width)

        return attended

    def _linear(self, states: Floats, name: str) -> Floats:
        weight = self.weights[f"{name}.weight"]
        flat = states.reshape(-1, states.shape[-1]) @ weight.T  # one large product instead of one per text
        flat += self.weights[f"{name}.bias"]
        return np.asarray(flat.reshape(*states.shape[:-1], len(weight)))

    def _norm(self, states: Floats, name: str) -> Floats:
        centred = states - states.mean(axis=-1, keepdims=True)
        variance = np.square(centred).mean(axis=-1, keepdims=True)
        scaled: Floats = centred / np.sqrt(variance + np.float32(self.epsilon))
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def _gelu(x: Floats) -> Floats:
    """BERT's exact GELU; NumPy has no erf, so Abramowitz & Stegun 7.1.26 (error below 1.5e-7)."""
    z = np.abs(x) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * z)
    tail = np.full_like(t, 1.061405429)

    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592, 0):
        tail *= t
        tail += np.float32(coefficient)

    tail *= np.exp(-z * z)  # 1 - erf(z)
    halved: Floats = np.float32(0.5) * (x + np.abs(x) * (1 - tail)).astype(np.float32)
    return halved

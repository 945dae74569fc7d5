"""Sentence vectors of a BERT-like ONNX model (bge-small-en-v1.5 by default).

CLS pooling, unit length, and the model's instruction before questions, as its model card says
(huggingface.co/BAAI/bge-small-en-v1.5).  Runs on a thread of its own with few inner threads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.assets.locate import locate
from app.config.llm import EmbeddingSettings
from app.kernel.blocking import Lane
from app.kernel.errors import BrokenFile, Unavailable
from app.llm.embedding.batches import batches
from app.llm.embedding.port import EmbedderCapabilities, Meter

QUERY_PREFIX = "Represent this sentence for searching relevant passages: "
LONGEST = 512
"""Positions that the model knows."""


class OnnxEmbedder:
    """See the module and `Embedder`."""

    def __init__(self, settings: EmbeddingSettings, models_dir: Path) -> None:
        self._settings = settings
        self._models_dir = models_dir
        self._lane = Lane("solo-embed")
        self._session: Any = None
        self._tokenizer: Any = None
        self._dimensions = 0

    @property
    def capabilities(self) -> EmbedderCapabilities:
        return EmbedderCapabilities(Path(self._settings.model).name, self._dimensions, LONGEST)

    async def load(self) -> None:
        await self._lane.run(self._open)
        self._dimensions = len((await self.embed(("warm",), query=True))[0])

    def _open(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        folder = locate(self._models_dir, self._settings.model, what="embedding model")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._settings.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # Waiting threads sleep: they would take the core from speech and language model.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # (both libraries raise bare or private types)
            raise BrokenFile(
                f"The embedding model in {folder} cannot be loaded: it is damaged or incomplete.",
                hint="Look at it with: solo models verify",
            ) from error
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()

    async def embed(
        self, texts: tuple[str, ...], *, query: bool, meter: Meter | None = None
    ) -> tuple[tuple[float, ...], ...]:
        # One call of the lane for each batch: a question may slip in between passages.
        prefix = QUERY_PREFIX if query else ""
        encoded = await self._lane.run(self._encode, [prefix + text for text in texts])
        vectors: list[tuple[float, ...]] = [()] * len(texts)
        for batch in batches([len(ids) for ids in encoded]):
            found = await self._lane.run(self._vectors, [encoded[index] for index in batch])
            for index, vector in zip(batch, found.tolist(), strict=True):
                vectors[index] = tuple(vector)
        return tuple(vectors)

    def _encode(self, texts: list[str]) -> list[list[int]]:
        if self._tokenizer is None:
            raise Unavailable("The embedding model is not loaded.")
        return [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]

    def _vectors(self, rows: list[list[int]]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(rows), dimensions)."""
        shape = (len(rows), max(map(len, rows)))
        ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros(shape, np.int64)}
        wanted = {one.name for one in self._session.get_inputs()}
        hidden = self._session.run(None, {name: value for name, value in inputs.items() if name in wanted})[0]
        first = np.asarray(hidden, np.float32)[:, 0]
        unit: NDArray[np.float32] = first / np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-12)
        return unit

    async def close(self) -> None:
        self._session = self._tokenizer = None
        self._lane.close()

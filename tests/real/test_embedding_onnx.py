"""bge-small by ONNX Runtime: the contract, and files that are wrong."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.config.llm import EmbeddingSettings
from app.kernel.errors import BrokenFile, NotFound
from app.llm.embedding.onnx import OnnxEmbedder
from app.llm.embedding.port import Embedder
from tests.conftest import MODELS
from tests.contracts.test_embedding_engines import EmbedderContract, dot

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models"), pytest.mark.anyio]


class TestOnnxEmbedder(EmbedderContract):
    @pytest.fixture
    async def embedder(self) -> AsyncIterator[Embedder]:
        engine = OnnxEmbedder(EmbeddingSettings(), MODELS)
        await engine.load()
        yield engine
        await engine.close()

    async def test_meaning_counts_where_no_word_is_shared(self, embedder: Embedder) -> None:
        vectors = await embedder.embed(("The cat sleeps on the sofa.", "Shares fell on Friday."), query=False)
        (question,) = await embedder.embed(("Where does the kitten rest?",), query=True)
        assert dot(question, vectors[0]) > dot(question, vectors[1]) + 0.1


async def test_a_damaged_file_is_named_as_broken(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MODELS / "embedding" / "bge-small-en-v1.5", folder)
    whole = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BrokenFile, match="model"):
        await OnnxEmbedder(EmbeddingSettings(model=str(folder)), tmp_path).load()


async def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="bge-small"):
        await OnnxEmbedder(EmbeddingSettings(), tmp_path).load()

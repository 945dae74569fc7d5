from __future__ import annotations

import pytest

from app.memory.indexes.numpy import NumpyIndex
from tests.contracts.vector_index import VectorIndexContract

pytestmark = pytest.mark.anyio


@pytest.fixture
def index() -> NumpyIndex:
    return NumpyIndex()


class TestNumpyIndex(VectorIndexContract):
    pass

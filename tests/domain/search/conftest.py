"""The embedded model, loaded once for all tests that use it."""

import pytest

from spote.domain.search.embedding.e5 import E5


@pytest.fixture(scope="session")
def e5() -> E5:
    return E5()

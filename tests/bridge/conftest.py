"""What several tests of the client stand on."""

from collections.abc import AsyncGenerator

import pytest

from tests.bridge.ari_double import AriDouble, ari_double


@pytest.fixture
async def double() -> AsyncGenerator[AriDouble]:
    async with ari_double() as running:
        yield running

"""The shop that most faults happen to, made once for a file, and the process that drills it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from tests.support import shop as shops
from tests.support.estate import Estate


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with shops.world(shop, home) as made:
        yield made
    shop.lab.application._first_used.clear()

"""The shop that most faults happen to, made once for a file, and the process that drills it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from tests.support import shop as shops
from tests.support.estate import Estate, estate


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def here(shop: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.World]:
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with shops.world(shop, tmp_path) as made:
        yield made
    shop.lab.application._first_used.clear()

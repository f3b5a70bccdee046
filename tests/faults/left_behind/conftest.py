"""A shop and a world of each test's own: what a process leaves behind is not the next test's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.wiring import opening
from tests.support import workspace
from tests.support.estate import Estate, estate
from tests.support.shop import beat


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab")) as made:
        beat(made)
        yield made


@pytest.fixture
def here(shop: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    # The lease lives by the machine's clock, the drill by one that stands still: the two meet where it stands.
    monkeypatch.setattr(opening, "_last_seen", lambda *_: shop.clock.now())
    with wiring.using(workspace.world(home, shop.clock)) as made:
        yield made

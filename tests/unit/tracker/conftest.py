"""A world with a tracker of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.trackers.worlds import KINDS, World, world


@pytest.fixture(params=KINDS)
def there(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A tracker that is empty, and a ledger without findings."""
    with world(request.param, tmp_path, monkeypatch) as made:
        yield made

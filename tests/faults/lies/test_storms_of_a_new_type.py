"""A type that exists in tests alone is lied to as all others are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.support.lying.drills import weather
from tests.support.lying.grounds import Ground, clicks_ground
from tests.support.lying.storm import BROKEN, WRONG

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clicks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with clicks_ground(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.mark.parametrize("kinds", [BROKEN, WRONG], ids=["broken", "wrong"])
def test_a_drill_of_a_new_type_weathers_it_likewise(clicks: Ground, kinds: Sequence[str]) -> None:
    """Its package holds no word of lies: what asks again and what proves is everybody's."""
    found = weather(clicks, clicks.drills[0], kinds, seed=7)
    assert found.storm.told.total() > 0
    assert not found.wrong

"""A stop gets through wherever the program waits, and what it waits for is what it says."""

from __future__ import annotations

import time

import psycopg
import pytest

from dr_orchestrator.errors import Aborted
from tests.support.places import PLACES, Place, stopped_at

BOUND_S = 5.0
"""Many times what a stop takes: nothing here depends on how busy the machine is."""

KEPT = ("a locked SQLite ledger", "a full SQLite ledger", "a PostgreSQL ledger in mid-answer")
"""Where a fact was to be written: that is kept, and the stop raised by whatever comes next."""


def params(asks: bool) -> list[object]:
    return [pytest.param(place, id=place.name) for place in PLACES if place.asks == asks]


def held_to(place: Place, postgres: str = "") -> None:
    stop = stopped_at(place, postgres)
    assert stop.told.startswith(place.told)
    assert stop.seconds < BOUND_S
    assert type(stop.raised) is (type(None) if place.name in KEPT else Aborted), stop.raised


@pytest.mark.parametrize("place", params(asks=False))
def test_a_stop_gets_through(place: Place) -> None:
    """Whoever is waited for never answers; the stop ends the wait, as itself, and the wait was told by its name."""
    held_to(place)


@pytest.mark.parametrize("place", params(asks=True))
def test_a_stop_gets_through_to_a_real_database(place: Place, postgres_url: str) -> None:
    """Likewise, and what hung is cancelled: nothing of it goes on in the server."""
    held_to(place, postgres_url)
    ours = "datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'"
    stopped = time.monotonic()
    with psycopg.connect(postgres_url, autocommit=True) as looking:  # in a transaction it would see the same for ever
        while goes_on := looking.execute(f"SELECT query FROM pg_stat_activity WHERE {ours}").fetchall():
            assert time.monotonic() - stopped < BOUND_S, goes_on  # several are cancelled aside, each in its time

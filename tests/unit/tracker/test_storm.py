"""Storms: the tracker fails as it likes, syncs are killed at every step, and each finding has one ticket in the end."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.domain.findings.acts import Note
from dr_orchestrator.domain.tickets.policy import JIRAS, TrackerKind
from dr_orchestrator.domain.tickets.ticket import MOST_TRIES
from dr_orchestrator.errors import UsageError
from dr_orchestrator.tracker.sync import CLAIM
from dr_orchestrator.wiring import tickets
from tests.support.tracked import found
from tests.support.trackers.killing import syncs_killed_at
from tests.support.trackers.serving import at_random
from tests.support.trackers.worlds import REMOTE, World, world

SHARE = 0.3
WHOLE, SHORT = 500, 24
LAGS = {kind: timedelta(seconds=170 if kind in JIRAS else 55) for kind in REMOTE}
"""How long a new issue is not found: nearly as long as is waited for it."""


def storm(there: World, many: int, seed: int, killed: Callable[[int], int]) -> int:
    """Sync until all is in line; return how many syncs that took. `killed` says at which boundary each dies."""
    assert there.server is not None
    there.server.fault, there.server.lag = at_random(seed, SHARE), LAGS[there.kind]
    names = [f"drill-{number:03}" for number in range(many)]
    there.find(*names)
    syncs = _synced(there, killed, 40 * many)
    wanted = sorted(f"dro-{found(name).fingerprint}" for name in names)
    assert there.all_there() == wanted
    items = there.here.ledger.tickets.listed(there.here.tracker.name)
    refs = [each.ticket.remote for each in items if each.ticket]
    assert len({*refs}) == len(refs) == many
    keys = [(found(name).fingerprint, False) for name in names]
    there.here.ledger.findings.act(keys, Note("told once"), "ada", there.clock.now())
    syncs += _synced(there, killed, 40 * many)
    assert {there.there(name)[0].text.count("told once") for name in names} == {1}
    return syncs


def _synced(there: World, killed: Callable[[int], int], most: int) -> int:
    """Sync until all is in line; a person gives their word where that is asked for."""
    syncs, done = 0, False
    while not done:
        syncs += 1
        assert syncs < most, "it never ends"
        done = not syncs_killed_at(killed(syncs), there.sync) and there.sync().in_line
        for each in there.here.ledger.tickets.listed(there.here.tracker.name):
            if each.ticket and each.ticket.tries >= MOST_TRIES and "dro tickets anew" in each.ticket.error:
                with suppress(UsageError):  # a sync that died has it for a while yet
                    tickets.make_anew(there.here, each.finding.fingerprint)
        there.clock.sleep(60)
    return syncs


@pytest.mark.campaign(2)
@pytest.mark.parametrize("kind", REMOTE)
def test_a_storm_of_findings(kind: TrackerKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three calls in ten fail, one way or another, and nearly every sync dies somewhere: none is made twice."""
    chosen = random.Random(7)
    with world(kind, tmp_path, monkeypatch) as there:
        storm(there, SHORT, 7, lambda _: chosen.randrange(1, 110))


@pytest.mark.slow
@pytest.mark.campaign(0)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", REMOTE)
def test_a_storm_of_500_findings(kind: TrackerKind, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in full, sync after sync killed one boundary later."""
    with world(kind, tmp_path, monkeypatch) as there:
        storm(there, WHOLE, seed, lambda sync: 5 + 3 * sync)


@pytest.mark.campaign(3)
def test_killed_at_every_boundary_of_a_ticket(there: World) -> None:
    """Before and after each call and each write, whatever it was about: the next sync that may go on leaves one."""
    number, names = 0, []
    while True:
        number += 1
        names.append(f"drill-{number:03}")
        there.find(names[-1])
        if not syncs_killed_at(number, there.sync):
            break
        there.clock.sleep(CLAIM.total_seconds() + 1)
        assert there.sync().in_line
        assert there.all_there() == sorted(f"dro-{found(name).fingerprint}" for name in names)
    assert number > 8
    assert there.all_there() == sorted(f"dro-{found(name).fingerprint}" for name in names)


@pytest.mark.campaign(1)
@pytest.mark.parametrize("kind", REMOTE)
def test_killed_beside_a_search_that_lags_for_longer_than_a_claim(
    kind: TrackerKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The intent alone tells then that there may be a ticket: it was written before the tracker was asked."""
    with world(kind, tmp_path, monkeypatch, more="settles: 30m") as there:
        assert there.server is not None
        there.server.lag = timedelta(minutes=29)
        number, names, killed = 0, [], True
        while killed:
            number += 1
            names.append(f"drill-{number:03}")
            there.find(names[-1])
            killed = syncs_killed_at(number, there.sync)
            there.clock.sleep(CLAIM.total_seconds() + 1)
            while not there.sync().in_line:
                there.clock.sleep(60)
        assert number > 8
        assert there.all_there() == sorted(f"dro-{found(name).fingerprint}" for name in names)

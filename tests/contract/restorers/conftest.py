"""What every test of the restorers gets: the estate, made once for all of them, and a way to make a copy there."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from dr_orchestrator.aws import copies
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.resources import TYPES
from tests.contract.restorers.ways import EVERY, SOURCE, Make, Way
from tests.estate import REGION, Estate, estate

_runs = itertools.count(1)


@pytest.fixture(scope="package")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab")) as built:
        built.clock.pace = 3000.0  # long ticks: few calls, no less truth
        built.toolkit.account.throttling.listen(built.toolkit.context)
        yield built


@pytest.fixture
def way_of(made: Estate) -> Iterator[Make]:
    """Makes a Way with a run of its own; faults and ledger rows end with the test."""

    def make(
        kind: str, resource: Resource | None = None, selection: Selection | None = None, intended: bool = True
    ) -> Way:
        run, source = f"20261120-{next(_runs):06x}", resource or SOURCE[kind]
        of = TYPES[source.type].made
        copy = Copy(of.name, copies.name(run, source.id, of), REGION, run, "a-drill", "a-service")
        if intended:
            made.ledger.intend(copy, made.clock)
        return Way(made, kind, source, selection or Selection(), copy, len(made.lab.journal))

    yield make
    made.lab.faults.clear()
    made.toolkit.account.throttling.listen(made.toolkit.context)
    made.ledger.rows.clear()
    made.ledger.seen.clear()


@pytest.fixture(params=EVERY)
def way(request: pytest.FixtureRequest, way_of: Make) -> Way:
    return way_of(request.param)

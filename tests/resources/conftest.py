"""What every test of a type gets: the estate, made once for all of them, and a way to make a copy there."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.vault import BY_RESTORE_JOB
from dr_orchestrator.resources import TYPES
from tests.support import elsewhere
from tests.support.estate import REGION, Estate, estate
from tests.support.lying import Proxy
from tests.support.shop import FULL
from tests.support.ways import Make, Way
from tests.support.ways.every import SPECS
from tests.support.ways.troubles import TROUBLES, provoked

_runs = itertools.count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A contract is tried in every way that its type has; a long one by the first alone, but for `make faults`.

    What befalls a way is tried as the way says that it is provoked.
    """
    if ways := getattr(metafunc.cls, "ways", None):
        tried = ways[:1] if getattr(metafunc.cls, "long", False) and not FULL else ways
        if trouble := next((each for each in TROUBLES if each in metafunc.fixturenames), ""):
            found = [(each.name, of, by) for each in tried for of, by in provoked(each, trouble).items()]
            cases = [pytest.param(way, by, id=f"{way}-{of}") for way, of, by in found]
            metafunc.parametrize(f"way, {trouble}", cases, indirect=["way"])
        else:
            metafunc.parametrize("way", [each.name for each in tried], indirect=True)


@pytest.fixture(scope="module")
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
        spec, run = SPECS[kind], f"20261120-{next(_runs):06x}"
        source, of = resource or spec.source, TYPES[spec.type].made
        made_by = BY_RESTORE_JOB if spec.vault and spec.vault.by_job else ""
        region = source.to.region if source.to else REGION
        if source.to:
            elsewhere.prepared(made.lab)
        spec.before(made)
        copy = Copy(of.name, copies.name(run, source.id, of), region, run, "a-drill", "a-service", made_by=made_by)
        if intended:
            made.ledger.intend(copy, made.clock)
        return Way(made, spec, source, selection or Selection(), copy, len(made.lab.journal))

    yield make
    made.lab.faults.clear()
    made.toolkit.account.throttling.listen(made.toolkit.context)
    made.ledger.rows.clear()
    made.ledger.seen.clear()


@pytest.fixture
def lying(made: Estate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy that may lie; all that the drills ask goes through it."""
    with Proxy(made.lab.endpoint).standing() as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        account = Account(REGION, made.toolkit.account.guard)
        monkeypatch.setattr(made, "toolkit", replace(made.toolkit, account=account))
        yield proxy


@pytest.fixture
def way(request: pytest.FixtureRequest, way_of: Make) -> Way:
    return way_of(request.param)

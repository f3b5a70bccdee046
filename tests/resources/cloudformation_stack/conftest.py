"""What every test of a stack's teardown gets: the estate, and stacks that hold what does not go by itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dr_orchestrator.aws import copies
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.cloudformation_stack.name import NAME
from tests.support.contexts import ToldContext
from tests.support.estate import REGION, Estate, estate
from tests.support.replicas import Build, Replica, of, template

_runs = itertools.count(1)


@pytest.fixture(scope="package")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab")) as built:
        built.clock.pace = 3000.0  # long ticks: few calls, no less truth
        yield built


@pytest.fixture
def build(made: Estate) -> Iterator[Build]:
    """Builds a stack of these resources, as the copy of a run of its own."""
    toolkit = made.toolkit

    def start(*resources: str, stands: bool = True) -> Replica:
        run = f"20261120-d{next(_runs):05x}"
        copy = Copy(NAME, copies.name(run, "shop", TYPES[NAME].made), REGION, run, "a-drill", "a-service")
        made.ledger.intend(copy, made.clock)
        made.toolkit = replace(toolkit, context=ToldContext(run, made.clock, seen=made.ledger.seen))
        replica = Replica(made, of("shop", template(*resources), REGION), copy)
        if stands:
            replica.build()
        return replica

    yield start
    made.toolkit = toolkit
    made.lab.faults.clear()
    made.ledger.rows.clear()
    made.ledger.seen.clear()

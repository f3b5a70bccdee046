"""A copy in a lab that is no more is asked after no longer; one that may be anywhere else is."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from dr_orchestrator import wiring
from dr_orchestrator.cli.commands import sweep
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.run import Provenance, Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.errors import Exit
from dr_orchestrator.reporting.render import run_markdown
from dr_orchestrator.runner.sweep.labs import lab_is_gone
from tests.support.estate import Estate
from tests.support.golden import sample


@pytest.fixture
def dead() -> str:
    """Where a lab was: a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def made(here: wiring.App, **where: Any) -> Provenance:
    return replace(sample.passed().header.provenance, **{"simulated": True, "pace": here.clock.pace, **where})


def left(here: wiring.App, provenance: Provenance, *, closed: bool = False) -> Run:
    """A run that died with a table of its own, or that ended and could not take it down."""
    run = sample.passed()
    header = replace(run.header, id="20261121-dead", exercise="", provenance=provenance)
    here.ledger.open_run(header)
    copy = Copy("dynamodb-table", "dro-20261121-dead-x", "us-east-1", header.id, header.drill, header.service)
    here.ledger.intend_copy(copy, here.clock.now())
    identity = Identity("arn:aws:dynamodb:us-east-1:123456789012:table/dro-20261121-dead-x", "id-1")
    here.ledger.change_copy(copy, CopyState.CREATED, here.clock.now(), identity)
    if closed and run.closing:
        here.ledger.change_copy(copy, CopyState.LEFTOVER, here.clock.now())
        here.ledger.close_run(header.id, replace(run.closing, cleanup=Cleanup.LEFTOVERS, cleanup_reasons=("denied",)))
    return here.ledger.queries.run(header.id)


def swept() -> Any:
    return CliRunner().invoke(sweep.sweep, [], standalone_mode=False)


@pytest.mark.parametrize("closed", [False, True])
def test_what_was_in_a_lab_that_is_no_more_is_gone(here: wiring.App, dead: str, closed: bool) -> None:
    """Another lab answers now: the run is clean, for the reason that its own is gone, and no sweep asks again."""
    run = left(here, made(here, endpoint=dead), closed=closed)
    told = swept()
    assert told.return_value == Exit.PASSED, told.output
    assert "dynamodb-table dro-20261121-dead-x: assumed gone with its lab" in told.output
    assert "closed, 0 copies swept, 1 assumed gone with their lab, 0 may still be there" in told.output
    assert "deleted" not in told.output
    after = here.ledger.queries.run(run.header.id)
    assert [row.state for row in after.copies] == [CopyState.GONE_WITH_LAB]
    assert after.closing is not None
    assert after.closing.cleanup is Cleanup.CLEAN
    copies = run_markdown(after, here.settings.templates).partition("## Copies")[2]
    assert "assumed gone with its lab" in copies
    assert "deleted" not in copies
    assert any("is no more" in reason for reason in after.closing.cleanup_reasons)
    assert not any("taken down" in reason for reason in after.closing.cleanup_reasons)
    assert "0 dead runs closed, 0 copies swept" in swept().output


def test_a_lab_that_answers_keeps_its_copies(shop: Estate, here: wiring.App, dead: str) -> None:
    """Where the run's own lab is there, its copy is made elsewhere and stays asked for, whichever lab is asked."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        run = left(here, made(here, endpoint=f"http://127.0.0.1:{other.getsockname()[1]}"))
        assert swept().return_value == Exit.LEFTOVERS
    after = here.ledger.queries.run(run.header.id)
    assert [row.state for row in after.copies] == [CopyState.LEFTOVER]


def test_a_real_run_is_never_believed_gone(here: wiring.App, dead: str) -> None:
    """That nobody answers proves nothing of what may stand in AWS: not where the run is real, nor where it may be."""
    assert lab_is_gone(made(here, endpoint=dead))
    assert not lab_is_gone(made(here, endpoint=dead, simulated=False))
    assert not lab_is_gone(made(here, endpoint=dead, pace=1.0))
    assert not lab_is_gone(made(here, endpoint="https://sts.amazonaws.com"))
    assert not lab_is_gone(made(here, endpoint="http://localstack.invalid:4566"))
    assert not lab_is_gone(made(here, endpoint=""))

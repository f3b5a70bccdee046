"""Runs as of an instant, and what those on AWS prove."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dr_orchestrator.domain.programme import RealRun
from dr_orchestrator.domain.quarter.ran import World, as_of, proofs
from dr_orchestrator.domain.verdict import Verdict
from tests.support.programmes import DAY, HOUR, NOW, ran

OLD = ran(at=NOW - 40 * DAY)
WANTED = {("a", "", "latest"): 1}


def test_a_run_that_ended_later_was_open() -> None:
    """As of an instant nothing is known of what came after it: no verdict, no figure, no worst case."""
    assert as_of([OLD], OLD.started_at) == []
    (then,) = as_of([OLD], OLD.started_at + HOUR)
    assert (then.verdict, then.ended_at, then.cleanup, then.worst_case) == (None, None, None, None)
    assert (then.rta, then.rpa, then.rpa_grade) == (None, None, "")
    assert as_of([OLD], OLD.started_at + 2 * HOUR) == [OLD]


def test_simulated_and_seeded_runs_prove_nothing() -> None:
    """However often they pass: only a run on AWS is evidence."""
    for world in (World.LAB, World.SEEDED):
        found = proofs([ran(world=world)], WANTED)
        assert (dict(found.green), dict(found.newest), dict(found.last)) == ({}, {}, {})
    assert proofs([OLD], WANTED).green == {("a", "", "latest"): (OLD.started_at,)}


def test_a_run_that_failed_since_takes_the_proof_away_and_an_aborted_one_does_not() -> None:
    """What passed once is remembered as the last proof all the same."""
    failed = ran(at=NOW - DAY, verdict=Verdict.FAILED)
    found = proofs([OLD, failed], WANTED)
    assert found.green == {}
    assert found.last == {"a": OLD.started_at}
    assert found.newest["a"] == RealRun(failed.id, failed.started_at, Verdict.FAILED, "", "latest")
    aborted = ran(at=NOW - DAY, verdict=Verdict.ABORTED)
    assert proofs([OLD, aborted], WANTED).green == {("a", "", "latest"): (OLD.started_at,)}
    assert proofs([replace(failed)], WANTED).last == {}


def test_another_definition_proves_another_claim() -> None:
    """Of several draws as many passes are told as the claim wants, and no more, newest first."""
    other = ran(at=NOW - DAY, definition="other")
    more = [ran(at=NOW - DAY * back) for back in (9, 8, 7)]
    found = proofs([*more, other], {("a", "", "latest"): 2, ("b", "", "latest"): 1})
    assert found.green == {("a", "", "latest"): (more[2].started_at, more[1].started_at)}
    assert found.newest["a"].definition == "other"


def test_a_scope_holds_all_that_makes_two_runs_alike() -> None:
    """Another resource, path, choice of points or world is another scope; another instant is none."""
    assert replace(OLD, started_at=NOW + timedelta(days=9), definition="x").scope == OLD.scope
    for change in ({"resource_id": "x"}, {"selection": "random"}, {"simulated": True}):
        assert replace(OLD, **change).scope != OLD.scope  # type: ignore[arg-type]

"""Of a ledger of old: green runs whose copies stood in the region that counts as lost count for nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.run import Measures
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.ledger.ledger import SqlLedger
from tests.support.ledger_samples import LONG, PROVENANCE, START, closing, copy, header

HOUR = timedelta(hours=1)
MEASURED = Measures(rta=HOUR, rpa=HOUR, rpa_grade="A", rta_clock_error=HOUR, rpa_clock_error=HOUR)
CLAIM = ("a", PROVENANCE.definition, "latest")
UNTIL = START + LONG + HOUR


def passed(ledger: SqlLedger, name: str, hours: int, *regions: str, kind: Kind = Kind.PITR_RESTORE) -> None:
    """Write a real run that passed by the rules of then, with a copy in each of the regions."""
    at = START + hours * HOUR
    ledger.open_run(header(name, drill="a", kind=kind, disruption=Disruption.REGION, started_at=at))
    for region in regions:
        ledger.intend_copy(copy(name, region=region), at)
    ledger.close_run(name, closing(Verdict.PASSED, measures=MEASURED))


def test_what_stayed_is_no_proof(ledger: SqlLedger) -> None:
    """Neither of its claim, nor as the newest run, nor as the last that was seen to pass."""
    passed(ledger, "stayed", 0, PROVENANCE.region)
    assert ledger.queries.last_green({CLAIM: 1}) == {}
    assert ledger.queries.newest_real(["a"])["a"].verdict is Verdict.INCONCLUSIVE
    assert ledger.queries.proven_before(UNTIL) == {}
    assert ledger.queries.run("stayed").closing == closing(Verdict.PASSED, measures=MEASURED)  # the record stays


def test_it_takes_no_part_in_the_programme(ledger: SqlLedger) -> None:
    """It is told as inconclusive, without a figure, and as one that stayed."""
    passed(ledger, "stayed", 0, PROVENANCE.region)
    (ran,) = ledger.queries.ran(START - HOUR, UNTIL)
    assert (ran.verdict, ran.passed, ran.is_evidence, ran.stayed) == (Verdict.INCONCLUSIVE, False, False, True)
    assert (ran.rta, ran.rpa, ran.rpa_grade, ran.worst_case) == (None, None, "", None)


@pytest.mark.parametrize("kind", [Kind.PITR_RESTORE, Kind.REGION_FAILOVER])
def test_what_left_counts_beside_it(ledger: SqlLedger, kind: Kind) -> None:
    """By a copy in another region, or by a kind that has rules of its own; a newer one that stayed takes it away."""
    regions = ("eu-central-1",) if kind is Kind.PITR_RESTORE else (PROVENANCE.region,)
    passed(ledger, "left", 0, PROVENANCE.region, *regions[: kind is Kind.PITR_RESTORE], kind=kind)
    assert ledger.queries.last_green({CLAIM: 1}) == {CLAIM: (START,)}
    assert ledger.queries.newest_real(["a"])["a"].verdict is Verdict.PASSED
    assert ledger.queries.proven_before(UNTIL) == {"a": START}
    (ran,) = ledger.queries.ran(START - HOUR, UNTIL)
    assert (ran.passed, ran.is_evidence, ran.rta, ran.stayed) == (True, True, HOUR, False)
    passed(ledger, "stayed", 1, PROVENANCE.region)
    assert ledger.queries.last_green({CLAIM: 1}) == {}
    assert ledger.queries.proven_before(UNTIL) == {"a": START}


def test_another_disruption_is_not_held_to_it(ledger: SqlLedger) -> None:
    """A copy beside its source proves what it proved of every smaller loss."""
    ledger.open_run(header("r-1", drill="a"))
    ledger.close_run("r-1", closing(Verdict.PASSED, measures=MEASURED))
    assert ledger.queries.last_green({CLAIM: 1}) == {CLAIM: (START,)}
    (ran,) = ledger.queries.ran(START - HOUR, UNTIL)
    assert replace(ran, rta=None).passed

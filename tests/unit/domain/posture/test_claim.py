"""The claim of a service: proven by all that it takes, disproven by one, and by nothing that is simulated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.drill import Drill, RecoveryPath
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption, Limit, Objective
from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.posture.claim import Claim, Proof, claim
from dr_orchestrator.domain.posture.ruling import Ruling, Standing, Stood, stood
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Measures
from dr_orchestrator.domain.verdict import Verdict, WorstCaseVerdict
from tests.support.ledger_samples import closing, header
from tests.support.protections import HOUR, RESOURCE, service

OF = service(immutable=True)
MEASURED = Measures(rta=3 * HOUR, rpa=HOUR / 6, rpa_grade="A", worst_case=HOUR / 4)


def drill(name: str = "orders-pitr", **changes: Any) -> Drill:
    made = Drill(name, OF, RESOURCE, Kind.PITR_RESTORE, Disruption.APPLICATION, OF.tier.objective, ())
    return replace(made, **changes)


def ran(verdict: Verdict = Verdict.PASSED, **measures: Any) -> Outline:
    worst = measures.pop("worst", WorstCaseVerdict.MET)
    of = replace(MEASURED, **measures)
    return Outline(header("r-7"), replace(closing(verdict, measures=of), worst_case_verdict=worst))


def row(rule: Rule, standing: Standing) -> Stood:
    severity = Severity.HIGH if standing is Standing.SHORT else None
    return stood(OF, RESOURCE, [Ruling(rule, standing, "as seen", "c", severity)])[0]


LOCKED = row(Rule.POSTURE_LOCK, Standing.HELD)


def claimed(*rows: Stood, of: Any = OF, drills: tuple[Drill, ...] = (drill(),), **runs: Outline) -> Claim:
    return claim(of, drills, {name.replace("_", "-"): run for name, run in runs.items()}, rows)


def test_a_claim_is_proven_part_by_part() -> None:
    """Locked backups, a loss that its worst case keeps to, a recovery in time: by the run that measured them."""
    found = claimed(LOCKED, orders_pitr=ran())
    assert found.proof is Proof.PROVEN
    assert [each.words for each in found.parts] == ["immutable", "loss < 1 h", "recovery < 6 h"]
    assert [each.runs for each in found.parts] == [(), ("r-7",), ("r-7",)]
    assert "r-7 lost 10 m, 15 m at worst" in found.parts[1].why


@pytest.mark.parametrize(
    ("part", "proof", "measures"),
    [
        (1, Proof.DISPROVEN, {"rpa": 2 * HOUR}),
        (1, Proof.DISPROVEN, {"worst_case": HOUR}),
        (1, Proof.NOT_PROVEN, {"worst_case": None}),
        (1, Proof.NOT_PROVEN, {"rpa": None}),
        (1, Proof.NOT_PROVEN, {"rpa_grade": "E"}),
        (2, Proof.DISPROVEN, {"rta": 6 * HOUR}),
        (2, Proof.NOT_PROVEN, {"rta": None}),
    ],
)
def test_a_figure_disproves_and_a_missing_one_proves_nothing(
    part: int, proof: Proof, measures: dict[str, timedelta | None]
) -> None:
    """A lucky run whose worst case misses the limit disproves it; arithmetic is no measure."""
    found = claimed(LOCKED, orders_pitr=ran(**measures))
    assert found.parts[part].proof is proof
    assert found.proof is proof


def test_a_run_that_did_not_pass_proves_nothing() -> None:
    """Whatever it measured within the limits."""
    found = claimed(LOCKED, orders_pitr=ran(Verdict.INCONCLUSIVE))
    assert [each.proof for each in found.parts] == [Proof.PROVEN, Proof.NOT_PROVEN, Proof.NOT_PROVEN]


def test_it_takes_every_primary_path() -> None:
    """One drill without a run leaves it open; a fallback is not asked."""
    two = (drill(), drill("carts-pitr"))
    assert claimed(LOCKED, drills=two, orders_pitr=ran()).proof is Proof.NOT_PROVEN
    aside = (drill(), drill("orders-snapshot", path=RecoveryPath.FALLBACK))
    assert claimed(LOCKED, drills=aside, orders_pitr=ran()).proof is Proof.PROVEN


def test_backups_that_are_too_old_now_disprove_what_a_run_once_showed() -> None:
    """The newest point is what would be restored today."""
    found = claimed(LOCKED, row(Rule.POSTURE_NEWEST, Standing.SHORT), orders_pitr=ran())
    assert (found.parts[1].proof, found.parts[1].runs) == (Proof.DISPROVEN, ("r-7",))


@pytest.mark.parametrize(
    ("standing", "proof"),
    [
        (Standing.SHORT, Proof.DISPROVEN),
        (Standing.UNKNOWN, Proof.NOT_PROVEN),
        (Standing.NONE, Proof.NOT_PROVEN),
    ],
)
def test_immutable_is_what_every_resource_is(standing: Standing, proof: Proof) -> None:
    """What cannot be locked proves nothing by itself."""
    assert claimed(row(Rule.POSTURE_LOCK, standing), orders_pitr=ran()).parts[0].proof is proof


def test_what_is_not_claimed_is_not_judged() -> None:
    """A tier that wants no lock, a promise without a target."""
    free = service(None)
    bare = (replace(drill(), service=free, objective=replace(free.tier.objective, rto=None)),)
    found = claimed(of=free, drills=bare)
    assert {each.proof for each in found.parts} == {Proof.NOT_CLAIMED}
    assert found.proof is Proof.NOT_CLAIMED


def test_a_worst_case_that_nobody_knows_is_told_so() -> None:
    """It is never told as the loss of the one run, which was luck."""
    (ground,) = claimed(LOCKED, orders_pitr=ran(worst_case=None)).parts[1].grounds
    assert (ground.said, ground.proof) == ("r-7 lost 10 m, and its worst case is not known", Proof.NOT_PROVEN)
    assert claimed(LOCKED, orders_pitr=ran(rpa=2 * HOUR, worst_case=None)).parts[1].proof is Proof.DISPROVEN


def test_a_figure_of_a_run_that_did_not_pass_is_told_with_how_it_ended() -> None:
    """Else nobody sees why so good a figure proves nothing."""
    found = claimed(LOCKED, orders_pitr=ran(Verdict.INCONCLUSIVE))
    assert found.parts[2].why == "orders-pitr: r-7 took 3 h, but ended INCONCLUSIVE"


def test_each_ground_stands_by_itself() -> None:
    """The run that kept to it beside the backup that is too old now; the sentence says what decides."""
    stale = row(Rule.POSTURE_NEWEST, Standing.SHORT)
    part = claimed(LOCKED, stale, orders_pitr=ran()).parts[1]
    told = [(each.about, each.proof, each.run, each.at) for each in part.grounds]
    began = ran().header.started_at
    assert told == [("orders-db", Proof.DISPROVEN, "", None), ("orders-pitr", Proof.PROVEN, "r-7", began)]
    assert part.why == "orders-db: as seen"


def test_what_is_claimed_is_told_in_words() -> None:
    """What is not claimed is not among it; where nothing is, that is said."""
    assert claimed(LOCKED).words == "immutable, loss < 1 h, recovery < 6 h"
    free = service(None)
    assert claimed(of=free, drills=()).words == "nothing is claimed"


@pytest.mark.parametrize("worst", [each for each in WorstCaseVerdict if each is not WorstCaseVerdict.MET])
def test_a_worst_case_that_its_run_does_not_call_met_proves_nothing(worst: WorstCaseVerdict) -> None:
    """A figure within the limit is no proof where a part of it was out of sight; one beyond it disproves it."""
    part = claimed(LOCKED, orders_pitr=ran(worst=worst)).parts[1]
    assert (part.proof, part.why) == (
        Proof.NOT_PROVEN,
        f"orders-pitr: r-7 lost 10 m, 15 m at worst, which the run calls {worst.value}",
    )
    assert claimed(LOCKED, orders_pitr=ran(worst=worst, worst_case=HOUR)).parts[1].proof is Proof.DISPROVEN


def promise(rto: float | None, rpo: float | None = 1) -> Objective:
    return Objective(*(None if each is None else Limit(each * HOUR) for each in (rto, rpo)), "its own")


def test_limits_that_differ_are_claimed_each_for_its_disruption() -> None:
    """Never the best number for the worst disaster; what has no limit is not claimed, and is no measure that lacks."""
    zone = drill("zone", disruption=Disruption.AVAILABILITY_ZONE, objective=promise(1))
    slow = drill("slow", disruption=Disruption.AVAILABILITY_ZONE, objective=promise(2))
    away = replace(RESOURCE, to=Destination("eu-west-1"))
    region = drill("region", resource=away, disruption=Disruption.REGION, objective=promise(8, None))
    found = claimed(LOCKED, drills=(region, zone, slow))
    assert [each.words for each in found.parts[1:]] == [
        "loss < 1 h (availability-zone)",
        "recovery < 2 h (availability-zone), < 8 h (region)",
    ]
    assert [each.about for each in found.parts[1].grounds] == ["zone", "slow"]
    alike = replace(region, objective=promise(2))
    assert claimed(LOCKED, drills=(slow, alike)).words == "immutable, loss < 1 h, recovery < 2 h"


@pytest.mark.parametrize("rule", [Rule.POSTURE_PROVEN, Rule.UNDRILLED])
def test_a_resource_that_nobody_drills_leaves_it_open(rule: Rule) -> None:
    """Or one whose proof is too old: a run of another, or of last year, says nothing of it now."""
    found = claimed(LOCKED, row(rule, Standing.SHORT), orders_pitr=ran())
    assert [each.proof for each in found.parts] == [Proof.PROVEN, Proof.NOT_PROVEN, Proof.NOT_PROVEN]
    assert [each.why for each in found.parts[1:]] == ["orders-db: as seen"] * 2
    assert claimed(LOCKED, row(rule, Standing.HELD), orders_pitr=ran()).proof is Proof.PROVEN


def test_a_service_that_nobody_drills_claims_what_it_promises_and_proves_nothing() -> None:
    """Locked backups alone are not its claim."""
    found = claimed(LOCKED, row(Rule.POSTURE_PROVEN, Standing.SHORT), drills=())
    assert (found.words, found.proof) == ("immutable, loss < 1 h, recovery < 6 h", Proof.NOT_PROVEN)


def test_a_fallback_stands_in_for_its_own_resource_and_says_so() -> None:
    """A primary path of another resource does not excuse it; beside one of its own it is not asked."""
    carts = replace(RESOURCE, name="carts-db")
    aside = drill("carts-snapshot", resource=carts, path=RecoveryPath.FALLBACK)
    grounds = claimed(LOCKED, drills=(drill(), aside), orders_pitr=ran()).parts[2].grounds
    assert [each.said for each in grounds] == ["r-7 took 3 h", "fallback: no run on real AWS"]
    found = claimed(LOCKED, drills=(drill(), aside), orders_pitr=ran(), carts_snapshot=ran())
    assert (found.proof, found.parts[2].grounds[1].said) == (Proof.PROVEN, "fallback: r-7 took 3 h")

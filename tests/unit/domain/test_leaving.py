"""What comes back in the region that counts as lost proves nothing of its loss, whatever was measured of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.domain import leaving
from dr_orchestrator.domain.coverage import Coverage, inventory
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.judge.judgement import judge
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.posture.claim import Proof, claim
from dr_orchestrator.domain.programme import RealRun, due_states
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Measures
from dr_orchestrator.domain.service import Builder, Rebuild
from dr_orchestrator.domain.verdict import Verdict, WorstCaseVerdict
from tests.support.ledger_samples import closing, header
from tests.support.protections import HOUR, RESOURCE, service
from tests.support.records import OPENED, run_with

WORDS = leaving.told("us-east-1")
OF = service()
STAYING = Drill("orders-pitr", OF, RESOURCE, Kind.PITR_RESTORE, Disruption.REGION, OF.tier.objective, ())
AWAY = replace(RESOURCE, to=Destination("eu-central-1"))


def test_only_what_restores_or_rebuilds_is_held_to_it() -> None:
    """The kinds that lead, promote or interrupt have rules of their own; no other disruption loses a region."""
    held = {each for each in Kind if leaving.stays(Disruption.REGION, each, elsewhere=False)}
    assert held == {Kind.SNAPSHOT_RESTORE, Kind.PITR_RESTORE, Kind.REPLICA_REBUILD}
    assert not any(leaving.stays(Disruption.REGION, each, elsewhere=True) for each in Kind)
    others = [each for each in Disruption if each is not Disruption.REGION]
    assert not any(leaving.stays(each, kind, elsewhere=False) for each in others for kind in Kind)


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({}, RESOURCE.region),
        ({"resource": replace(RESOURCE, to=Destination(RESOURCE.region, "222222222222"))}, RESOURCE.region),
        ({"resource": AWAY}, ""),
        ({"stands_in": "eu-central-1"}, ""),
        ({"disruption": Disruption.INFRASTRUCTURE}, ""),
    ],
)
def test_a_drill_leaves_by_where_its_copy_stands(changes: dict[str, Any], lost: str) -> None:
    """As it says, or its type; another account of the same region is lost with it."""
    assert leaving.stays_in(replace(STAYING, **changes)) == lost


def test_a_program_of_several_regions_makes_its_environment_in_the_lost_one() -> None:
    """What else it makes elsewhere stands beside: the stores come back where they were."""
    rebuild = Rebuild("", "", builder=Builder(("make",), ("unmake",), regions=("eu-central-1",)))
    built = replace(STAYING, kind=Kind.REPLICA_REBUILD, resource=replace(RESOURCE, rebuild=rebuild))
    assert leaving.stays_in(built) == RESOURCE.region
    assert "region-failover" in leaving.way_out(built.kind)


def test_a_run_that_stayed_is_inconclusive_whatever_else_it_kept() -> None:
    """The reason names the region and what to write; one whose copy stood elsewhere passes."""
    judged = judge(run_with(disruption=Disruption.REGION))
    assert (judged.verdict, judged.reason_rules) == (Verdict.INCONCLUSIVE, (Rule.REGION_NOT_LEFT,))
    assert judged.reasons[0].startswith(f"{WORDS}; write `disruption: infrastructure`, or say where else")
    assert judge(run_with(disruption=Disruption.REGION, elsewhere=True)).verdict.green
    assert judge(run_with()).verdict.green


def test_no_verdict_of_old_makes_it_count() -> None:
    """A green one counts as inconclusive, and every other one as what it was."""
    for verdict in Verdict:
        counted = leaving.counted(verdict, Disruption.REGION, Kind.PITR_RESTORE, elsewhere=False)
        assert counted is (Verdict.INCONCLUSIVE if verdict.green else verdict)
        assert leaving.counted(verdict, Disruption.REGION, Kind.PITR_RESTORE, elsewhere=True) is verdict


def test_a_drill_that_stays_is_due_and_never_proven() -> None:
    """However many runs of it are said to have passed: it says why, in the inventory as well."""
    staying = replace(STAYING, digest="d")
    began, now = OPENED, OPENED + timedelta(days=1)
    green = {(staying.name, "d", "latest"): (began,)}
    (state,) = due_states([staying], green, now)
    words = leaving.told(RESOURCE.region)
    assert (state.due, state.proven_at, state.why) == (True, None, f"never proven: {words}")
    newest = {staying.name: RealRun("r-1", began, Verdict.INCONCLUSIVE, "d", "latest")}
    known = replace(OF, resources={RESOURCE.name: RESOURCE})
    (row,) = inventory([known], [state], newest, None, now).rows
    assert row.standing is Coverage.NEVER
    assert words in row.why
    leaves = replace(staying, resource=AWAY)
    assert not due_states([leaves], green, now)[0].due


def test_a_claim_is_not_proven_by_what_stayed() -> None:
    """Nor disproven: such a run says nothing of the loss of a region."""
    measured = Measures(rta=3 * HOUR, rpa=HOUR / 6, rpa_grade="A", worst_case=HOUR / 4)
    closed = replace(closing(measures=measured), worst_case_verdict=WorstCaseVerdict.MET)
    runs = {STAYING.name: Outline(header("r-7"), closed)}
    found = claim(OF, [STAYING], runs, [])
    assert [each.proof for each in found.parts[1:]] == [Proof.NOT_PROVEN] * 2
    assert leaving.told(RESOURCE.region) in found.parts[2].why
    assert claim(OF, [replace(STAYING, resource=AWAY)], runs, []).proof is Proof.PROVEN

"""A drill whose copy stands in another region: brought there as a copy of the run, timed, restored, proven, gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.access.policies import drill_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.rds import bringing
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.parity import Standing
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.resources import TYPES
from dr_orchestrator.wiring import building
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import elsewhere
from tests.support.elsewhere import AWAY, standing
from tests.support.estate import INSTANCE, REGION, Estate
from tests.support.passing import passing
from tests.support.shop import fresh, run, world

DRILL = "orders-away-snapshot"
BRING, BROUGHT = "create snapshot of orders-db in eu-central-1", "wait for snapshot of orders-db in eu-central-1"


@pytest.fixture(scope="module")
def key(shop: Estate) -> str:
    return elsewhere.prepared(shop.lab)


@pytest.fixture
def here(shop: Estate, key: str, home: Path) -> Iterator[wiring.App]:
    fresh(shop)
    with world(shop, home, elsewhere.DRILL.rstrip()) as made:
        yield made


def refused(here: wiring.App, shop: Estate, why: str) -> Run:
    """A run that its first look ended: nothing was asked for, in neither region."""
    heard = len(shop.lab.journal)
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE)
    assert why in found.closing.reasons[0]
    assert found.copies == ()
    assert not [each for each in shop.lab.journal[heard:] if each.action.startswith(("Copy", "Restore", "Delete"))]
    return found


def test_a_snapshot_is_brought_and_restored_there(shop: Estate, here: wiring.App, key: str) -> None:
    """The copied snapshot and the instance stand in the target, in this order; when it is over both are gone again."""
    heard, before = len(shop.lab.journal), shop.inventory()
    found = run(here, DRILL)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.PASSED_WITH_FINDINGS, Cleanup.CLEAN)
    assert {each.rule for each in found.closing.findings} == {Rule.WORST_CASE, Rule.LOST_REGION}
    assert [(row.copy.type, row.copy.region, row.state) for row in found.copies] == [
        ("rds-snapshot", AWAY, CopyState.DELETED),
        ("rds-instance", AWAY, CopyState.DELETED),
    ]
    assert standing(AWAY) == []
    assert shop.inventory() == before
    made = [
        each
        for each in shop.lab.journal[heard:]
        if each.action in ("CopyDBSnapshot", "RestoreDBInstanceFromDBSnapshot")
    ]
    copied, restored = (each.params for each in made)
    source = copied["SourceDBSnapshotIdentifier"]
    assert source.startswith(f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:orders-")
    assert f"%2F{REGION}%2Frds%2F" in copied["PreSignedUrl"]
    assert "DestinationRegion=eu-central-1" in copied["PreSignedUrl"]
    assert copied["KmsKeyId"] == elsewhere.ALIAS
    assert str(copied["CopyTags"]).lower() == "false"
    assert "dr-drill:run" in str(copied)
    assert restored["DBSnapshotIdentifier"] == copied["TargetDBSnapshotIdentifier"]
    assert "DBParameterGroupName" not in restored, "the default group of another region is AWS's own there"


def test_the_copying_is_timed_and_counts(here: wiring.App) -> None:
    """Its steps are the recovery's own: their time is in the RTA, and how far it was is observed."""
    found = run(here, DRILL)
    steps = {each.name: each for each in found.steps}
    took = steps[BROUGHT].ended_at - steps[BRING].started_at  # type: ignore[operator]
    assert took > timedelta(minutes=9), "100 GiB take their time over regions"
    assert found.closing is not None
    rta = found.closing.measures.rta
    restored = steps["wait until ready"].ended_at - steps["restore snapshot"].started_at  # type: ignore[operator]
    assert rta is not None
    assert rta >= took + restored
    states = [each.state for each in found.observations if each.copy.endswith("-brought")]
    far = [int(each.split()[1]) for each in states if each.startswith("copying, ")]
    assert states[0].startswith("pending")
    assert len(far) > 3
    assert far == sorted(far)
    assert not [each for each in states if "unknown" in each]
    assert "RDS does not tell" in steps[BROUGHT].detail


def test_the_key_of_the_place_is_the_drills_own_word(here: wiring.App) -> None:
    """No other region has the source's key: the difference is told, with why, and is no finding."""
    found = run(here, DRILL)
    (difference,) = [each for each in found.differences if each.setting == "encryption"]
    assert difference.standing is Standing.ACCEPTED
    assert AWAY in difference.why


def test_a_plan_names_what_would_be_made_and_where(here: wiring.App) -> None:
    """The snapshot first, then the instance, each with its region; every look is taken there."""
    made = plan(here, DRILL)
    assert [each.partition(" named")[0] for each in made.creates] == ["rds-snapshot", "rds-instance"]
    assert all(f" in {AWAY}" in each for each in made.creates)
    assert made.blockers == []
    looks = {look.name: look.words for look in made.preflight.looks}
    assert looks["region"] == "eu-central-1, opt-in-not-required"
    assert f"arn:aws:kms:{AWAY}" in looks["key of the copied snapshot"]
    assert looks["class"].endswith(f"is to be had in {AWAY}")
    assert looks["snapshots being copied"].startswith("0 snapshots of 20")


def test_the_export_says_where_the_copies_stood(here: wiring.App) -> None:
    """Each copy with its own region."""
    found = run(here, DRILL)
    assert {each["region"] for each in run_json(found)["copies"]} == {AWAY}


def test_such_a_drill_calls_what_is_declared(here: wiring.App) -> None:
    """Nothing that a policy of `dro iam` would deny; and what it is declared to call besides, it calls."""
    with passing() as passed:
        run(here, DRILL)
    declared, of = calls_of(TYPES, here.drill(DRILL)), TYPES[INSTANCE.type]
    assert passed <= declared.all, passed - declared.all
    besides = of.elsewhere[Kind.SNAPSHOT_RESTORE]
    assert besides.all - passed <= besides.only_when.keys()


def test_policies_let_it_work_there_and_nowhere_else(here: wiring.App) -> None:
    """Copies are made in the target, from snapshots beside the source, and what is no copy is not deleted there."""
    drill = here.drill(DRILL)
    scope = Scope(TYPES, [drill], Allowed())
    assert scope.regions == [AWAY, REGION]
    (policy, *_) = drill_policies(scope)
    text = json.dumps(policy)
    assert "rds:CopyDBSnapshot" in text
    assert f"arn:aws:rds:{AWAY}:*:snapshot:dro-*" in text
    assert f"arn:aws:rds:{REGION}:*:snapshot:*" in text


@pytest.mark.parametrize(
    ("arn", "known"),
    [
        (f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:rds:orders-2026", "rds:orders-2026"),
        (f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:nightly", "nightly"),
        (f"arn:aws:rds:{AWAY}:{ACCOUNT}:snapshot:nightly", ""),
        (f"arn:aws:rds:{REGION}:222222222222:snapshot:nightly", ""),
        (f"arn:aws:rds:{REGION}:{ACCOUNT}:db:nightly", ""),
        ("nightly", ""),
    ],
)
def test_a_snapshot_of_another_place_is_not_what_the_run_chose(arn: str, known: str) -> None:
    """Its name alone does not make it one that may be copied: account and region are the source's."""
    assert building._named_by(arn, REGION, ACCOUNT) == known


BAD = [
    ("kms_key: alias/dr-drills", "kms_key: alias/nobody", "alias/nobody"),
    (", kms_key: alias/dr-drills", "", "no key of eu-central-1 is named for the copy"),
    (f"region: {AWAY}", "region: ap-east-1", "region ap-east-1 is not enabled: not-opted-in"),
    ("alias/dr-drills}", "alias/dr-drills, parameter_group: tuned}", "no parameter group tuned in eu-central-1"),
    ("alias/dr-drills}", "alias/dr-drills, option_group: ours}", "no option group ours"),
]


@pytest.mark.parametrize(("was", "becomes", "why"), BAD, ids=[each[2][:24] for each in BAD])
def test_what_lacks_there_is_told_before_anything_starts(
    shop: Estate, key: str, home: Path, was: str, becomes: str, why: str
) -> None:
    """A key, a region that is enabled, groups: none of them is found out by a call that makes something."""
    fresh(shop)
    with world(shop, home, elsewhere.DRILL.rstrip().replace(was, becomes)) as here:
        refused(here, shop, why)


def test_a_class_that_is_not_to_be_had_there_is_told(shop: Estate, here: wiring.App) -> None:
    """Before anything is copied."""
    shop.lab.faults.add({"kind": "not-offered", "service": "rds"})
    refused(here, shop, "db.m6g.large for postgres 16.4 is not to be had in eu-central-1")


def test_no_more_than_aws_copies_at_once_is_begun(shop: Estate, here: wiring.App, key: str) -> None:
    """What is under way already is counted before the drill adds to it."""
    rds = shop.client("rds", AWAY)
    source = f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:orders-by-hand"
    given = {"SourceDBSnapshotIdentifier": source, "SourceRegion": REGION, "KmsKeyId": key}
    for number in range(bringing.AT_ONCE):
        rds.copy_db_snapshot(TargetDBSnapshotIdentifier=f"somebodys-{number}", **given)
    refused(here, shop, "20 snapshots of 20 at once being copied into eu-central-1")
    with pytest.raises(rds.exceptions.ClientError, match="Cannot copy more than 20 snapshots across regions"):
        rds.copy_db_snapshot(TargetDBSnapshotIdentifier="one-more", **given)
    for number in range(bringing.AT_ONCE):
        rds.delete_db_snapshot(DBSnapshotIdentifier=f"somebodys-{number}")


FAILING: list[tuple[dict[str, Any], str]] = [
    ({"kind": "ends-as", "action": "CopyDBSnapshot", "status": "failed"}, "ended as 'failed'"),
    ({"kind": "stuck", "action": "CopyDBSnapshot"}, "was still 'pending"),
    ({"kind": "access-denied", "action": "CopyDBSnapshot"}, "CopyDBSnapshot"),
    ({"kind": "error", "action": "CopyDBSnapshot", "code": "DBSnapshotNotFound"}, "CopyDBSnapshot"),
]


@pytest.mark.parametrize(("fault", "why"), FAILING, ids=[each[0]["kind"] + each[0].get("code", "") for each in FAILING])
def test_a_copying_that_does_not_come_about_ends_the_drill_clean(
    shop: Estate, here: wiring.App, fault: dict[str, Any], why: str
) -> None:
    """Failed, stuck, not allowed, or its source deleted meanwhile: never green, and nothing is left."""
    shop.lab.faults.add({"service": "rds", **fault})
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE)
    assert why in found.closing.reasons[0]
    assert found.closing.cleanup is Cleanup.CLEAN
    assert standing(AWAY) == []

"""Recovery points of vaults as they are: cold, expired, another account's; and jobs as they end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from dr_orchestrator.aws.backup.jobs import token
from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.domain.copy import CopyState, Place, Source
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.domain.preflight import CheckStatus, perform
from dr_orchestrator.domain.vault import BY_RESTORE_JOB, Vault
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.resources.rds_instance.lab.vaulted import back_up
from dr_orchestrator.resources.rds_instance.type import TYPE
from dr_orchestrator.resources.rds_instance.vaulted import RdsFromVault
from tests.support.estate import INSTANCE, REGION, RESTORER, VAULT, Estate
from tests.support.ways import Make, Way


@pytest.fixture
def way(way_of: Make) -> Iterator[Way]:
    made = way_of("rds-vault")
    before = {name: list(points) for name, points in vaults()._points.items()}
    yield made
    for name, points in before.items():
        vaults()._points[name][:] = points


def restorer(way: Way, vault: Vault = VAULT, **selection: Any) -> RdsFromVault:
    return RdsFromVault(way.resource, Selection(**selection), way.made.toolkit, vault=vault)


def looked(way: Way, of: RdsFromVault) -> dict[str, tuple[CheckStatus, str]]:
    return {each.name: (each.outcome, each.words) for each in perform(of.preflight_checks(way.copy)).looks}


def test_a_point_in_cold_storage_is_told_before_anything_starts(way: Way) -> None:
    """It is fetched for hours, and then restored: a doubt, and no reason not to drill it."""
    point = restorer(way).choose()
    vaults().change(point.id, stored="COLD")
    status, words = looked(way, restorer(way))["storage of the recovery point"]
    assert status is CheckStatus.INCONCLUSIVE
    assert "lies in cold storage" in words


@pytest.mark.parametrize("state", ["EXPIRED", "PARTIAL", "DELETING"])
def test_what_cannot_be_restored_is_not_taken(way: Way, state: str) -> None:
    """The newest one of those that are whole is; where none is, what there is instead is told."""
    newest = restorer(way).choose()
    vaults().change(newest.id, status=state)
    assert restorer(way).choose().data_time < newest.data_time
    for each in vaults().kept(VAULT.name, None):
        vaults().change(each.point, status=state)
    with pytest.raises(NotRecoverable, match=rf"no available recovery point .* \(beside 3 {state}\)"):
        restorer(way).choose()


def test_a_continuous_point_is_no_snapshot(way: Way) -> None:
    """It is of no instant that the vault tells: it is not taken, nor does it make the rhythm look closer."""
    newest, worst = restorer(way).choose(), restorer(way).worst_case(way.made.clock.now())
    kept = next(each for each in vaults().kept(VAULT.name, None) if each.point == newest.id)
    odd = "arn:aws:backup:us-east-1:123456789012:recovery-point:continuous:x"
    vaults().keep(VAULT.name, kept.arn, "RDS", way.made.clock.now(), odd, status="AVAILABLE")
    assert restorer(way).choose() == newest
    assert restorer(way).worst_case(way.made.clock.now()) == worst
    for each in vaults().kept(VAULT.name, None):
        if each.point != odd:
            vaults().change(each.point, status="DELETING")
    with pytest.raises(NotRecoverable, match=r"beside 1 CONTINUOUS, 3 DELETING"):
        restorer(way).choose()


def test_a_point_that_is_available_is_whole(way: Way) -> None:
    """AWS Backup says so of some in place of COMPLETED."""
    newest = restorer(way).choose()
    vaults().change(newest.id, status="AVAILABLE")
    assert restorer(way).choose() == newest


def test_a_point_whose_time_has_come_is_expired_whatever_its_state(way: Way) -> None:
    """AWS deletes it at any moment, and a job for it may come too late."""
    newest = restorer(way).choose()
    vaults().change(newest.id, until=way.made.clock.now())
    assert restorer(way).choose().id != newest.id


def test_the_rhythm_is_that_of_the_vault(way: Way) -> None:
    """The largest gap between its points, and how long AWS Backup took over one."""
    worst = restorer(way).worst_case(way.made.clock.now())
    assert worst is not None
    assert worst.backup == timedelta(minutes=8)
    assert restorer(way, pick=Pick.OLDEST).choose().data_time < restorer(way).choose().data_time


def test_a_vault_that_is_not_there_is_told(way: Way) -> None:
    """By its name, before anything is made."""
    of = restorer(way, Vault("weekly", RESTORER))
    with pytest.raises(NotRecoverable, match="no vault weekly"):
        of.choose()
    status, words = looked(way, of)["vault"]
    assert status is CheckStatus.FAILED
    assert "no vault weekly" in words


def test_a_snapshot_that_rds_lists_is_restored_by_the_same_means(way: Way) -> None:
    """Of types that AWS Backup does not manage whole, a point is a snapshot of the service's own."""
    back_up(VAULT.name, INSTANCE.id, way.made.clock.now())
    point = restorer(way).choose()
    assert ":snapshot:awsbackup:" in point.id
    way.restored()
    assert restorer(way).destroy(way.copy) is CopyState.DELETED
    way.made.client("rds").delete_db_snapshot(DBSnapshotIdentifier=point.id.partition(":snapshot:")[2])


def test_a_job_is_given_what_keeps_the_copy_apart(way: Way) -> None:
    """Its network, in private, in one zone, unprotected; none of the source's tags; and a token that a retry shares."""
    way.restore()
    (asked,) = way.calls("StartRestoreJob")
    told = asked["Metadata"]
    assert told["DBInstanceIdentifier"] == way.copy.id
    assert told["DBSubnetGroupName"] == "dro-isolated"
    shut = ("PubliclyAccessible", "MultiAZ", "DeletionProtection", "CopyTagsToSnapshot")
    assert {told[each] for each in shut} == {"false"}
    assert (asked["IamRoleArn"], asked["CopySourceTagsToRestoredResource"]) == (RESTORER, False)
    assert asked["IdempotencyToken"] == token(way.copy)
    assert restorer(way).destroy(way.copy) is CopyState.DELETED


def test_a_job_that_fails_tells_why_and_made_nothing(way: Way) -> None:
    """In AWS Backup's words; and what was never made is not looked for again and again."""
    way.made.lab.faults.add({"kind": "ends-as", "status": "ABORTED", "action": "StartRestoreJob"})
    way.confirm(way.restore())
    with pytest.raises(NotRecoverable, match=r"restore job \S+ ended as 'ABORTED': asked for by a fault"):
        restorer(way).ready(way.copy)
    assert restorer(way).destroy(way.copy) is CopyState.NEVER_CREATED


def test_a_sweep_finds_the_job_by_the_intent_alone(way: Way, made: Estate) -> None:
    """The process died between the start and its answer: the job is found by the name that it was told, and let end."""
    way.restore()
    assert not made.ledger.rows[way.copy.id].job
    assert not way.exists()
    destroyer = TYPE.destroyer(way.copy, way.resource, made.toolkit, cast("Any", {}))
    assert destroyer.destroy(way.copy) is CopyState.DELETED
    assert way.calls("AddTagsToResource")
    assert not way.exists()


def test_a_job_is_found_whatever_the_letters_of_its_source(way: Way) -> None:
    """RDS has small letters alone, and is asked by others: the job that the process left behind is the copy's still."""
    way.restore()
    shouted = replace(way.copy, source=Source(INSTANCE.type, INSTANCE.id.upper(), Place("", REGION)))
    assert restorer(way)._from.jobs.started(shouted) != []
    assert restorer(way).destroy(way.copy) is CopyState.DELETED


def test_a_job_that_cannot_be_told_apart_is_not_passed_over(way: Way) -> None:
    """AWS lists a job of the type and does not know its metadata yet: it may make the copy, so that is not gone."""
    way.restore()
    way.made.lab.faults.add({"kind": "error", "code": "ResourceNotFoundException", "action": "GetRestoreJobMetadata"})
    with pytest.raises(Strange, match="does not know its metadata"):
        restorer(way).destroy(way.copy)
    way.made.lab.faults.clear()
    assert restorer(way).destroy(way.copy) is CopyState.DELETED


def test_a_job_of_another_point_is_not_taken_for_the_one_that_was_chosen(way: Way) -> None:
    """The copy would be of another instant than the run says."""
    of = restorer(way, pick=Pick.OLDEST)
    of.restore(of.choose(), way.copy)
    with pytest.raises(NotMeasured, match="is being restored from"):
        restorer(way).restore(restorer(way).choose(), way.copy)
    assert restorer(way).destroy(way.copy) is CopyState.DELETED


def test_another_runs_job_is_not_taken_for_ours(way: Way, way_of: Make) -> None:
    """A job of the same source, at the same time, that was told another name."""
    other = way_of("rds-vault")
    other.restore()
    assert restorer(way).destroy(way.copy) is CopyState.NEVER_CREATED
    assert other.restorer.destroy(other.copy) is CopyState.DELETED


def test_a_job_that_made_something_else_proves_nothing(way: Way) -> None:
    """Its word for what it made is not the copy's name: nothing is tagged, and nothing deleted."""
    way.confirm(way.restore())
    restorer(way).ready(way.copy)
    odd = replace(way.copy, made_by=BY_RESTORE_JOB, id=f"{way.copy.id}-2")
    jobs = restorer(way)._from.jobs
    job = jobs._described(way.made.ledger.rows[way.copy.id].job)
    with pytest.raises(NotRecoverable, match="and was asked for"):
        jobs.adopt(odd, job, None, lambda _arn: pytest.fail("nothing is tagged"))
    with pytest.raises(NotMeasured, match="is not to be seen"):
        jobs.adopt(way.copy, job, None, lambda _arn: pytest.fail("nothing is tagged"))
    assert restorer(way).destroy(way.copy) is CopyState.DELETED


def test_the_history_is_that_of_the_time_that_points_are_kept(way: Way) -> None:
    """Where AWS tells when each is deleted, what it deleted is not missed; where it does not, the history is a part."""
    now, of = way.made.clock.now(), restorer(way)
    old = replace(of._kept(), since=now - timedelta(days=400))
    told = of._from.points.worst_case(old, now)
    assert told is not None
    assert not told.whole
    for each in list(vaults().kept(VAULT.name, None)):
        vaults().change(each.point, until=each.at + timedelta(days=1))
    kept = of._from.points.worst_case(old, now)
    assert kept is not None
    assert kept.whole
    assert kept.gap is not None
    assert kept.gap < timedelta(days=1)

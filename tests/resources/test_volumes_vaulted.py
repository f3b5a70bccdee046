"""Snapshots of a volume in a vault of AWS Backup: which are restored, how old each is, and that no job restores one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.preflight import CheckStatus, perform
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.resources.ebs_volume.lab.vaulted import back_up
from dr_orchestrator.resources.ebs_volume.vaulted import EbsFromVault
from tests.support import volumes
from tests.support.estate import BY_DRILL, VOLUME
from tests.support.ways import Make, Way

HOUR = timedelta(hours=1)
ARN = f"arn:aws:ec2:us-east-1:123456789012:volume/{VOLUME.id}"


@pytest.fixture
def way(way_of: Make) -> Iterator[Way]:
    """The volume, of whose vault and snapshots whatever a test adds is taken away after it."""
    made = way_of("ebs-vault")
    points, held = list(vaults()._points[BY_DRILL.name]), dict(volumes.backend().snapshots)
    yield made
    vaults()._points[BY_DRILL.name][:] = points
    volumes.backend().snapshots.clear()
    volumes.backend().snapshots.update(held)
    for each in held.values():
        each.storage_tier = "standard"


def restorer(way: Way, vault: Vault = BY_DRILL) -> EbsFromVault:
    return EbsFromVault(way.resource, way.selection, way.made.toolkit, vault)


def of_volume() -> list[str]:
    return [each.point for each in vaults().kept(BY_DRILL.name, None) if each.arn == ARN]


def looked(way: Way, of: EbsFromVault) -> dict[str, tuple[CheckStatus, str]]:
    return {each.name: (each.outcome, each.words) for each in perform(of.preflight_checks(way.copy)).looks}


def test_the_newest_snapshot_of_the_vault_is_restored_and_by_no_job(way: Way) -> None:
    """Snapshots that lie beside the vault are younger, and none of it; the copy is read where any other is."""
    point = restorer(way).choose()
    assert of_volume()[-1].endswith(f"::snapshot/{point.id}")
    assert point.id != volumes.snapshots()[-1].id
    way.restored()
    (asked,) = way.calls("CreateVolume")
    assert asked["SnapshotId"] == point.id
    assert way.calls("StartRestoreJob") == []
    assert "of the drills alone" in restorer(way).isolated(way.copy).words
    assert restorer(way).destroy(way.copy) is CopyState.DELETED


def test_a_copied_snapshot_is_as_old_as_its_point(way: Way) -> None:
    """It tells when it was copied, and no volume: the vault's instant is its data's, and it was there once copied."""
    now = way.made.clock.now().replace(microsecond=0)  # EC2 tells no less
    kept = back_up(BY_DRILL.name, VOLUME.id, now - HOUR, copied=now - timedelta(minutes=20))
    point = restorer(way).choose()
    assert kept.point.endswith(point.id)
    assert (point.data_time, point.data_time_source) == (kept.at, "CreationDate, in a vault")
    assert point.created_at == now - timedelta(minutes=16)


def test_the_rhythm_is_that_of_the_vault(way: Way) -> None:
    """Not that of the snapshots beside it, which come more often; a point counts once AWS Backup has it whole."""
    now = way.made.clock.now().replace(microsecond=0)  # EC2 tells no less
    told = restorer(way).worst_case(now)
    assert told is not None
    assert told.source.startswith("largest gap between 2 snapshots")
    assert told.backup == timedelta(minutes=8)
    back_up(BY_DRILL.name, VOLUME.id, now - HOUR, copied=now - timedelta(minutes=20))
    later = restorer(way).worst_case(now)
    assert later is not None
    assert later.backup == timedelta(minutes=44)


def test_points_that_are_no_snapshots_of_ours_are_told(way: Way) -> None:
    """Those of an air-gapped vault, and one whose snapshot is there no more: the newest that is left is taken, and
    where none is that is the fault.
    """
    oldest, newest = (each.rpartition("/")[2] for each in of_volume())
    odd = "arn:aws:backup:us-east-1:123456789012:recovery-point:f00d"
    vaults().keep(BY_DRILL.name, ARN, "EBS", way.made.clock.now(), odd)
    volumes.backend().snapshots.pop(newest)
    taken = restorer(way)
    assert taken.choose().id == oldest
    words = looked(way, taken)["snapshot"][1]
    assert f"{odd} is no snapshot of this account's" in words
    assert f"{newest} is no snapshot of this account's" in words
    volumes.backend().snapshots.pop(oldest)
    with pytest.raises(NotRecoverable, match=r"the vault keeps 3 points .* EC2 has no snapshot of them"):
        restorer(way).choose()


def test_a_snapshot_in_cold_storage_is_told_with_what_thaws_it(way: Way) -> None:
    """AWS Backup's cold storage of a volume is the archive of EC2: no volume is made of what lies there."""
    oldest, newest = (volumes.backend().snapshots[each.rpartition("/")[2]] for each in of_volume())
    newest.storage_tier = "archive"
    assert restorer(way).choose().id == oldest.id
    assert f"newer, but {newest.id} of" in looked(way, restorer(way))["snapshot"][1]
    oldest.storage_tier = "archive"
    with pytest.raises(NotRecoverable, match="lies in the archive") as told:
        restorer(way).choose()
    assert "temporaryRestoreDays" in told.value.hint


@pytest.mark.parametrize("state", ["EXPIRED", "PARTIAL", "DELETING"])
def test_what_the_vault_does_not_call_whole_is_not_restored(way: Way, state: str) -> None:
    """Whatever EC2 says of its snapshot."""
    newest = of_volume()[-1]
    vaults().change(newest, status=state)
    assert not newest.endswith(restorer(way).choose().id)


def test_the_vault_is_looked_at(way: Way) -> None:
    """Its kind is told, and one that is not there by its name, before anything is made."""
    status, words = looked(way, restorer(way))["vault"]
    assert status is CheckStatus.PASSED
    assert words == "vault nightly is a backup vault, not locked; the drill restores its snapshot itself"
    status, words = looked(way, restorer(way, Vault("weekly", "")))["vault"]
    assert status is CheckStatus.FAILED
    assert "no vault weekly" in words

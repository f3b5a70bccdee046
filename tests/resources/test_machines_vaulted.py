"""Images of a machine in a vault of AWS Backup: which are started, how old each is, and that no job starts one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.preflight import CheckStatus, perform
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.resources.ec2_instance.lab.vaulted import back_up
from dr_orchestrator.resources.ec2_instance.vaulted import Ec2FromVault
from tests.support import web
from tests.support.estate import BY_DRILL, WEB
from tests.support.ways import Make, Way

HOUR = timedelta(hours=1)
ARN = f"arn:aws:ec2:us-east-1:123456789012:instance/{WEB.id}"


@pytest.fixture
def way(way_of: Make) -> Iterator[Way]:
    """The machine, of whose vault and images whatever a test adds is taken away after it."""
    made = way_of("ec2-vault")
    points, images = list(vaults()._points[BY_DRILL.name]), dict(web.backend().amis)
    yield made
    vaults()._points[BY_DRILL.name][:] = points
    web.backend().amis.clear()
    web.backend().amis.update(images)


def restorer(way: Way, vault: Vault = BY_DRILL) -> Ec2FromVault:
    return Ec2FromVault(way.resource, way.selection, way.made.toolkit, vault)


def of_machine() -> list[str]:
    return [each.point for each in vaults().kept(BY_DRILL.name, None) if each.arn == ARN]


def test_the_newest_image_of_the_vault_is_started_and_no_job(way: Way) -> None:
    """Images that lie beside the vault are younger, and none of it; the copy is closed off as any other."""
    point = restorer(way).choose()
    assert of_machine()[-1].endswith(point.id)
    assert point.id != web.images()[-1].id
    way.restored()
    (asked,) = way.calls("RunInstances")
    assert asked["ImageId"] == point.id
    assert way.calls("StartRestoreJob") == []
    assert "not public" in restorer(way).isolated(way.copy).words
    assert restorer(way).destroy(way.copy) is CopyState.DELETED


def test_a_copied_image_is_as_old_as_its_point(way: Way) -> None:
    """Its snapshots tell when they were copied, and itself no machine: the vault's instant is its data's."""
    now = way.made.clock.now()
    kept = back_up(BY_DRILL.name, WEB.id, now - HOUR, copied=now - timedelta(minutes=5))
    point = restorer(way).choose()
    assert kept.point.endswith(point.id)
    assert point.data_time == kept.at
    assert point.data_time_source == "CreationDate, in a vault"
    assert point.created_at is not None
    assert point.created_at > kept.at


def test_the_rhythm_is_that_of_the_vault(way: Way) -> None:
    """Not that of the images beside it, which come more often; a point counts once AWS Backup has it whole."""
    before = restorer(way).worst_case(way.made.clock.now())
    assert before is not None
    assert before.source.startswith("largest gap between 2 images")
    assert before.backup == timedelta(minutes=8)


def test_points_that_are_no_images_of_ours_are_told(way: Way) -> None:
    """Those of an air-gapped vault, and one whose image somebody deregistered: the newest that is left is taken, and
    where none is that is the fault.
    """
    newest, *_ = of_machine()[::-1]
    odd = "arn:aws:backup:us-east-1:123456789012:recovery-point:f00d"
    vaults().keep(BY_DRILL.name, ARN, "EC2", way.made.clock.now(), odd)
    web.backend().amis.pop(newest.rpartition("/")[2])
    taken = restorer(way)
    assert taken.choose().id == of_machine()[0].rpartition("/")[2]
    told = next(each for each in perform(taken.preflight_checks(way.copy)).looks if each.name == "image")
    assert f"{odd} is no image of this account's" in told.words
    assert f"{newest.rpartition('/')[2]} is no image of this account's" in told.words
    web.backend().amis.pop(of_machine()[0].rpartition("/")[2])
    with pytest.raises(NotRecoverable, match=r"the vault keeps 3 points .* EC2 has no image of them"):
        restorer(way).choose()


@pytest.mark.parametrize("state", ["EXPIRED", "PARTIAL", "DELETING"])
def test_what_the_vault_does_not_call_whole_is_not_started(way: Way, state: str) -> None:
    """Whatever EC2 says of its image."""
    newest = of_machine()[-1]
    vaults().change(newest, status=state)
    assert not newest.endswith(restorer(way).choose().id)


def test_a_vault_that_is_not_there_is_told(way: Way) -> None:
    """By its name, before anything is made."""
    looks = perform(restorer(way, Vault("weekly", "")).preflight_checks(way.copy)).looks
    told = {each.name: each for each in looks}["vault"]
    assert told.outcome is CheckStatus.FAILED
    assert "no vault weekly" in told.words


def test_a_look_lists_images_once(way: Way) -> None:
    """Whatever it tells of them."""
    of = restorer(way)
    for each in of.preflight_checks(way.copy):
        before = len(way.calls("DescribeImages"))
        perform([each])
        assert len(way.calls("DescribeImages")) - before <= 1, each.name

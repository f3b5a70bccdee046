"""The cost of a volume's first read: whether fast restore had its blocks there, measured by reading, and told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from moto.ssm.models import ssm_backends

from dr_orchestrator.aws.machines.commands import Commands
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.preflight import perform
from dr_orchestrator.domain.proof import WholeRead
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.ebs_volume.reading import Reading
from dr_orchestrator.resources.ebs_volume.restore import EbsVolume
from tests.support import volumes
from tests.support.estate import MACHINE, REGION, ZONE
from tests.support.ways import Make, Way

COLD, WARM = 21.0, 131.1
"""MB/s of the lab: blocks that come from S3 as they are read, and those of a gp3 volume that are there."""


@pytest.fixture
def way(way_of: Make) -> Iterator[Way]:
    """The volume, for which nothing is restored fast once a test is over."""
    made = way_of("ebs")
    yield made
    volumes.backend().fast.clear()


def restorer(way: Way) -> EbsVolume:
    return EbsVolume(way.resource, way.selection, way.made.toolkit)


def set_up(way: Way, after: timedelta, zone: str = ZONE) -> str:
    """Have the newest snapshot be restored fast in a zone, so long ago."""
    newest = volumes.snapshots()[-1].id
    way.made.client("ec2").enable_fast_snapshot_restores(AvailabilityZones=[zone], SourceSnapshotIds=[newest])
    way.made.clock.sleep(after.total_seconds())
    return newest


def ready(way: Way) -> str:
    """Restore it, and tell what the step tells."""
    way.confirm(way.restore())
    return restorer(way).ready(way.copy).words


def read(way: Way, within: timedelta = timedelta(hours=2)) -> CheckResult:
    """Read all of the copy where it is attached."""
    reading = Reading(Commands(way.made.toolkit, MACHINE), restorer(way).attaching.attached)
    (told,) = reading.perform(WholeRead("every block", within), way.copy, [])
    return told


def took() -> timedelta:
    """How long the machine was at the last command, by the drill's clock."""
    ran: Any = ssm_backends[ACCOUNT][REGION]._commands[-1]
    return ran.timeline.ends - ran.timeline.began  # type: ignore[no-any-return]


def look(way: Way) -> str:
    return next(each.words for each in perform(restorer(way).preflight_checks(way.copy)).looks if "fast" in each.name)


def end(way: Way) -> None:
    assert restorer(way).destroy(way.copy) is CopyState.DELETED


def test_what_comes_from_s3_is_read_slowly_once(way: Way) -> None:
    """As nobody set up fast restore: the look and the step tell so, the first read has its rate, the next another."""
    assert "blocks come from S3 as they are first read" in look(way)
    assert ready(way).endswith("its blocks come from S3 as they are first read")
    first, cold = read(way), took()
    assert first.outcome is Outcome.PASSED
    assert (first.figures["mb_per_s"], first.figures["fast_restored"]) == (COLD, False)
    assert "1,073.7 MB of 1,073.7 MB read cold in 51.2 s, 21.0 MB/s" in first.observed
    assert read(way).figures["mb_per_s"] == WARM
    assert cold - took() > timedelta(seconds=30)
    end(way)


def test_what_is_restored_fast_is_read_at_full_speed(way: Way) -> None:
    """The look tells of the bucket, the step that a credit was had, and the read is no cold one."""
    snapshot = set_up(way, timedelta(hours=1))
    assert look(way) == (
        f"fast restore of {snapshot} is enabled in {ZONE}; its bucket holds 10 credits at most, one a volume"
    )
    assert ready(way).endswith("its blocks are all there: fast restore had a credit")
    first = read(way)
    assert (first.figures["mb_per_s"], first.figures["fast_restored"]) == (WARM, True)
    assert "read where fast restore had put it in 8.2 s, 131.1 MB/s" in first.observed
    end(way)


def test_a_bucket_without_a_credit_restores_slowly(way: Way, way_of: Make) -> None:
    """It fills by 10 an hour, and is empty at first: of two volumes the second comes from S3 like any other."""
    set_up(way, timedelta(minutes=9))
    second = way_of("ebs")
    for each in (way, second):
        each.confirm(each.restore())
    assert restorer(way).ready(way.copy).words.endswith("fast restore had a credit")
    assert restorer(second).ready(second.copy).words.endswith("its blocks come from S3 as they are first read")
    assert read(second).figures["mb_per_s"] == COLD
    end(way)
    end(second)


def test_what_is_still_being_set_up_restores_slowly(way: Way) -> None:
    """The look says so, and from when on it will not."""
    set_up(way, timedelta())
    assert f"is enabling in {ZONE}: until it is enabled, blocks come from S3 as they are first read" in look(way)
    assert "fast restore" not in ready(way)
    end(way)


def test_fast_restore_in_another_zone_is_none(way: Way) -> None:
    """The copy stands in the zone of the machine that reads it."""
    set_up(way, timedelta(hours=1), f"{REGION}b")
    assert f"not set up for {volumes.snapshots()[-1].id} in {ZONE}" in look(way)
    assert "fast restore" not in ready(way)
    end(way)


def test_a_rate_at_which_blocks_are_fetched_is_asked_for_and_told(way: Way) -> None:
    """EC2 is given it, and it is there without a reader: what has come by itself is read at full speed."""
    way.resource = replace(way.resource, own={**way.resource.own, "initialization_rate": 300})
    assert ready(way).endswith("its blocks are fetched at 300 MiB/s")
    (asked,) = way.calls("CreateVolume")
    assert int(asked["VolumeInitializationRate"]) == 300
    assert read(way).figures["mb_per_s"] == WARM
    end(way)


def test_a_read_that_takes_longer_than_it_may_is_inconclusive(way: Way) -> None:
    """By the time that it takes to come from S3, and not by that of the machine which plays it."""
    ready(way)
    with pytest.raises(NotMeasured, match="was ended at its limit of 40 s"):
        read(way, timedelta(seconds=40))
    end(way)

"""Standbys and failovers of the lab's RDS, as AWS has them, without any database behind them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.lab import Lab
from tests.support.fakes import FakeClock
from tests.support.instances import described, make_source, restore, snapshotted
from tests.support.labs import refused, wait_while

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(rds: Any, clock: FakeClock) -> str:
    make_source(rds, clock)
    snapshotted(rds, clock)
    restore(rds, BackupRetentionPeriod=0, MultiAZ=False)
    wait_while(clock, "creating", lambda: described(rds, "copy")["DBInstanceStatus"])
    return "copy"


def stood_by(rds: Any, clock: FakeClock, copy: str) -> None:
    rds.modify_db_instance(DBInstanceIdentifier=copy, MultiAZ=True, ApplyImmediately=True)
    assert described(rds, copy)["PendingModifiedValues"] == {"MultiAZ": True}
    clock.sleep(60)
    wait_while(clock, "modifying", lambda: described(rds, copy)["DBInstanceStatus"])


def test_only_what_has_a_standby_fails_over(rds: Any, clock: FakeClock, copy: str) -> None:
    """AWS refuses a forced failover of an instance in one zone, and so does the lab."""
    code = refused(lambda: rds.reboot_db_instance(DBInstanceIdentifier=copy, ForceFailover=True))
    assert "InvalidParameterCombination" in str(code)
    stood_by(rds, clock, copy)
    rds.reboot_db_instance(DBInstanceIdentifier=copy, ForceFailover=True)
    code = refused(lambda: rds.reboot_db_instance(DBInstanceIdentifier=copy, ForceFailover=True))
    assert "InvalidDBInstanceState" in str(code)


def test_a_failover_changes_the_zones_and_is_written_down(rds: Any, clock: FakeClock, copy: str) -> None:
    """It takes 60 to 120 s, the endpoint stays, the zones change places, and RDS tells when it began and ended."""
    stood_by(rds, clock, copy)
    before = described(rds, copy)
    assert before["AvailabilityZone"] != before["SecondaryAvailabilityZone"]
    rds.reboot_db_instance(DBInstanceIdentifier=copy, ForceFailover=True)
    took = wait_while(clock, "rebooting", lambda: described(rds, copy)["DBInstanceStatus"])
    assert timedelta(seconds=60) < took < timedelta(seconds=120)
    after = described(rds, copy)
    assert after["AvailabilityZone"] == before["SecondaryAvailabilityZone"]
    assert after["SecondaryAvailabilityZone"] == before["AvailabilityZone"]
    assert after["Endpoint"] == before["Endpoint"]
    told = [each["Message"] for each in rds.describe_events(SourceIdentifier=copy, SourceType="db-instance")["Events"]]
    assert [each for each in told if "failover" in each] == [
        *("Multi-AZ instance failover started.", "Multi-AZ instance failover completed"),
    ]


def test_a_failover_in_the_same_zone_leaves_it(rds: Any, clock: FakeClock, copy: str, lab: Lab) -> None:
    """On request it is a restart: it was away, and stands where it stood."""
    stood_by(rds, clock, copy)
    before = described(rds, copy)["AvailabilityZone"]
    lab.faults.add({"kind": "same-zone", "service": "rds", "resource": copy})
    rds.reboot_db_instance(DBInstanceIdentifier=copy, ForceFailover=True)
    wait_while(clock, "rebooting", lambda: described(rds, copy)["DBInstanceStatus"])
    assert described(rds, copy)["AvailabilityZone"] == before

"""Option groups of RDS instances: passed on with the data; one that copies cannot have is found before a restore."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support.estate import INSTANCE, REGION, Estate
from tests.support.ways import Make, looked
from tests.support.ways.every import SPECS

BOTH = pytest.mark.parametrize("kind", ["rds-snapshot", "rds-pitr"])
AUDITED = replace(INSTANCE, name="books-db", id="books-prod")


def _group(rds: Any, name: str) -> None:
    about = {"EngineName": "mysql", "MajorEngineVersion": "8.0", "OptionGroupDescription": "audited"}
    rds.create_option_group(OptionGroupName=name, **about)


@pytest.fixture(scope="module")
def audited(made: Estate) -> Iterator[Resource]:
    """An instance of MySQL in the default VPC, with an option group of its own, and a snapshot of it."""
    rds = made.client("rds")
    for name in ("audit", "audit-elsewhere"):
        _group(rds, name)
    rds.create_db_instance(
        DBInstanceIdentifier=AUDITED.id,
        DBInstanceClass="db.m6g.large",
        Engine="mysql",
        EngineVersion="8.0.39",
        AllocatedStorage=20,
        MasterUsername="books",
        MasterUserPassword="not-a-secret",
        BackupRetentionPeriod=7,
        OptionGroupName="audit",
    )
    made.clock.sleep(timedelta(hours=2).total_seconds())
    rds.create_db_snapshot(DBInstanceIdentifier=AUDITED.id, DBSnapshotIdentifier="books-by-hand")
    made.clock.sleep(timedelta(hours=2).total_seconds())
    yield AUDITED


@pytest.fixture
def elsewhere(made: Estate) -> Iterator[str]:
    """A VPC that is not that of the copies, to which the group of the data is bound meanwhile."""
    vpc = str(made.client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"])
    group: Any = rds_backends[ACCOUNT][REGION].option_groups["audit"]
    before, group.vpc_id = group.vpc_id, vpc
    yield vpc
    group.vpc_id = before


@BOTH
def test_the_group_of_the_data_is_passed_on(way_of: Make, audited: Resource, kind: str) -> None:
    """By its name, in the request; the look tells it with the VPC that it is bound to."""
    way = way_of(kind, audited)
    assert "audit, of vpc-" in looked(way)
    way.restored()
    (asked,) = way.calls(SPECS[kind].ask)
    assert asked["OptionGroupName"] == "audit"
    way.restorer.destroy(way.copy)


@BOTH
def test_a_default_group_is_left_to_aws(way_of: Make, kind: str) -> None:
    """It has one for each engine and version, which fits anywhere: nothing is asked of it."""
    way = way_of(kind)
    assert "default:postgres-16-4, of any VPC" in looked(way)
    way.restored()
    (asked,) = way.calls(SPECS[kind].ask)
    assert "OptionGroupName" not in asked
    assert not way.calls("DescribeOptionGroups")
    way.restorer.destroy(way.copy)


@BOTH
def test_a_group_of_another_vpc_is_found_before_a_restore(
    way_of: Make, audited: Resource, elsewhere: str, kind: str
) -> None:
    """With both VPCs and what to do; AWS would refuse the restore."""
    way = way_of(kind, audited)
    with pytest.raises(
        NotRecoverable, match=f"option group audit is bound to {elsewhere}, and copies are put into"
    ) as told:
        looked(way)
    assert "copy-option-group" in told.value.hint
    assert "`option_group` at the resource" in told.value.hint
    with pytest.raises(Refused, match="is associated with the VPC"):
        way.restore()


def test_options_that_the_data_cannot_do_without_are_named(
    way_of: Make, audited: Resource, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A permanent or persistent one has to be in the other group, too."""
    assert elsewhere
    options = [{"OptionName": "TDE", "Permanent": True}, {"OptionName": "AUDIT", "Persistent": False}]
    monkeypatch.setattr("moto.rds.models.OptionGroup.options", property(lambda _: options))
    with pytest.raises(NotRecoverable) as told:
        looked(way_of("rds-pitr", audited))
    assert "with TDE, which the data cannot do without" in told.value.hint


@BOTH
def test_the_owner_names_another_group(way_of: Make, audited: Resource, elsewhere: str, kind: str) -> None:
    """That is looked at, and given in the request; one that there is not is told."""
    assert elsewhere
    named = replace(audited, own={"option_group": "audit-elsewhere"})
    way = way_of(kind, named)
    assert "audit-elsewhere, of " in looked(way)
    way.restored()
    (asked,) = way.calls(SPECS[kind].ask)
    assert asked["OptionGroupName"] == "audit-elsewhere"
    way.restorer.destroy(way.copy)
    with pytest.raises(NotRecoverable, match="no option group nobodys"):
        looked(way_of(kind, replace(audited, own={"option_group": "nobodys"})))


def test_where_groups_may_not_be_looked_at_that_is_told_and_the_drill_goes_on(
    way_of: Make, made: Estate, audited: Resource
) -> None:
    """The right to look is new: AWS itself says at the restore whether the group fits."""
    made.lab.faults.add({"kind": "access-denied", "service": "rds", "action": "DescribeOptionGroups"})
    assert "option group: inconclusive, rds:DescribeOptionGroups" in looked(way_of("rds-pitr", audited))

"""The engine and the size that a look is told of each type: of what AWS says anyway, and nothing where it says none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.domain.resource_type import Trait, Traits
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.aurora_cluster import posture as of_clusters
from dr_orchestrator.resources.dynamodb_table import backups
from dr_orchestrator.resources.dynamodb_table import posture as of_tables
from dr_orchestrator.resources.ebs_volume import posture as of_volumes
from dr_orchestrator.resources.ec2_instance import posture as of_machines
from dr_orchestrator.resources.efs_file_system import posture as of_file_systems
from dr_orchestrator.resources.multi_az_cluster import posture as of_zones
from dr_orchestrator.resources.rds_instance import posture as of_instances
from tests.support.told_aws import ToldAws

GIB = 1024**3
ENGINE = {"Engine": "postgres", "EngineVersion": "15.4"}
INSTANCE = {"DBInstanceIdentifier": "x", "DBInstanceArn": "arn", "DbiResourceId": "db-A"}
CLUSTER = {"DBClusterIdentifier": "x", "DBClusterArn": "arn", "DbClusterResourceId": "cluster-A"}
TABLE = {"TableName": "x", "TableArn": "arn", "TableId": "1"}
CONTINUOUS: dict[str, Any] = {"ContinuousBackupsDescription": {}}
FILES = {"FileSystemId": "x", "LifeCycleState": "available"}
MACHINE = {"Reservations": [{"Instances": [{"InstanceId": "x", "State": {"Name": "running"}}]}]}


def table(**told: int) -> dict[str, Any]:
    return {"DescribeTable": {"Table": {**TABLE, **told}}, "DescribeContinuousBackups": CONTINUOUS}


def volumes(*sizes: int | None) -> dict[str, Any]:
    told = [{"VolumeId": f"v-{each}", "Attachments": [{"InstanceId": "x"}], "Size": each} for each in sizes]
    return {"Volumes": [*told, {"VolumeId": "x", "State": "in-use", "Size": 7}]}


@pytest.mark.parametrize(
    ("reader", "answers", "traits"),
    [
        (of_instances, {"DescribeDBInstances": {"DBInstances": [{**INSTANCE, **ENGINE, "AllocatedStorage": 40}]}}, 40),
        (of_instances, {"DescribeDBInstances": {"DBInstances": [{**INSTANCE, **ENGINE}]}}, None),
        (of_zones, {"DescribeDBClusters": {"DBClusters": [{**CLUSTER, **ENGINE, "AllocatedStorage": 100}]}}, 100),
        (of_clusters, {"DescribeDBClusters": {"DBClusters": [{**CLUSTER, **ENGINE, "AllocatedStorage": 1}]}}, None),
    ],
)
def test_a_database_tells_engine_version_and_storage(
    reader: Any, answers: Mapping[str, Any], traits: int | None
) -> None:
    """But for Aurora, of whose storage RDS says that it is 1 GiB, whatever that holds."""
    told = ToldAws(answers).read(reader.reader, "x").traits
    assert told == Traits("postgres", "15.4", None if traits is None else traits * GIB)


@pytest.mark.parametrize(
    ("reader", "answers", "size"),
    [
        (of_tables, table(TableSizeBytes=0), 0),
        (of_tables, table(TableSizeBytes=5), 5),
        (of_tables, table(), None),
        (of_file_systems, {"DescribeFileSystems": {"FileSystems": [{**FILES, "SizeInBytes": {"Value": 6144}}]}}, 6144),
        (of_file_systems, {"DescribeFileSystems": {"FileSystems": [FILES]}}, None),
        (of_volumes, {"DescribeVolumes": volumes()}, 7 * GIB),
        (of_machines, {"DescribeInstances": MACHINE, "DescribeVolumes": volumes(8, 100)}, 108 * GIB),
        (of_machines, {"DescribeInstances": MACHINE, "DescribeVolumes": volumes(8, None)}, None),
        (of_machines, {"DescribeInstances": MACHINE, "DescribeVolumes": volumes()}, None),
    ],
)
def test_what_stores_tells_its_size(reader: Any, answers: Mapping[str, Any], size: int | None) -> None:
    """Nothing stored is a size, too; what is not told, be it of one volume of a machine, is none."""
    assert ToldAws(answers).read(reader.reader, "x").traits == Traits(size=size)


def test_what_may_not_be_asked_is_not_known() -> None:
    """A right that is missing, and what is not there, leave both unknown."""
    refused = ToldAws({"DescribeDBInstances": Denied("no right", "", "rds:DescribeDBInstances")})
    assert refused.read(of_instances.reader, "x").traits == Traits()
    assert ToldAws({"DescribeDBInstances": {"DBInstances": []}}).read(of_instances.reader, "x").traits == Traits()


def test_every_type_says_what_it_has() -> None:
    """Each has a size; an engine is what databases have alone."""
    assert all(Trait.SIZE in of.tells for of in TYPES)
    assert {of.name for of in TYPES if Trait.ENGINE in of.tells} == {
        *("rds-instance", "aurora-cluster", "multi-az-cluster"),
    }


@pytest.mark.parametrize("told", [0, 5, None])
def test_a_backup_of_a_table_tells_what_it_holds(told: int | None) -> None:
    """Its table may have grown since: what was restored is what the backup held."""
    backup = {"BackupArn": "arn", "BackupCreationDateTime": datetime(2026, 11, 1, tzinfo=UTC)}
    point = backups._point(backup if told is None else {**backup, "BackupSizeBytes": told}, "orders")
    assert point.traits == Traits(size=told)

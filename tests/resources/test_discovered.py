"""What a look at the whole estate finds of volumes, machines, file systems and multi-AZ clusters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from dr_orchestrator.aws.posture.ground import Ground
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.resources.ebs_volume.discovery import discovered as volumes
from dr_orchestrator.resources.ec2_instance.discovery import discovered as machines
from dr_orchestrator.resources.efs_file_system.discovery import discovered as file_systems
from dr_orchestrator.resources.multi_az_cluster.discovery import discovered as clusters
from tests.support.fakes import FakeClock
from tests.support.told_aws import HOME, ToldAws

WORN = [{"Key": "team", "Value": "media"}]
PLACE = f"arn:aws:ec2:{HOME}:123456789012"


def found(by: Callable[[Ground], Iterable[Found]], **answers: Any) -> dict[str, Found]:
    """What is found, by its id."""
    aws, clock = ToldAws(answers), FakeClock()
    return {each.id: each for each in by(Ground(aws.account(), aws.account, clock, clock.now()))}


def test_a_volume_is_found_unless_it_ends_with_its_machine() -> None:
    """That is told as a part of the machine; what is attached and stays, or to nothing, is one of its own."""
    held = [{"InstanceId": "i-1", "DeleteOnTermination": True}]
    kept = [{"InstanceId": "i-1", "DeleteOnTermination": False}]
    told = [
        {"VolumeId": "vol-root", "State": "in-use", "Attachments": held},
        {"VolumeId": "vol-data", "State": "in-use", "Attachments": kept, "Tags": WORN},
        {"VolumeId": "vol-free", "State": "available"},
        {"VolumeId": "vol-gone", "State": "deleting"},
    ]
    seen = found(volumes, DescribeVolumes={"Volumes": told})
    assert set(seen) == {"vol-root", "vol-data", "vol-free"}
    root, data = seen["vol-root"], seen["vol-data"]
    assert (root.part_of, root.source) == ("the machine i-1, with which it ends", "i-1")
    assert (data.part_of, data.source, data.tags) == ("", "", {"team": "media"})
    assert (data.type, data.region, data.arn) == ("ebs-volume", HOME, f"{PLACE}:volume/vol-data")
    assert seen["vol-free"].tags == {}


def test_a_machine_is_found_unless_it_has_ended_or_a_group_makes_it_anew() -> None:
    """One that is stopped is there; one of an Auto Scaling group is a part of that."""
    group = [{"Key": "aws:autoscaling:groupName", "Value": "web"}]
    told = [
        {"Instances": [{"InstanceId": "i-1", "State": {"Name": "running"}, "Tags": WORN}]},
        {
            "Instances": [
                {"InstanceId": "i-2", "State": {"Name": "stopped"}},
                {"InstanceId": "i-3", "State": {"Name": "running"}, "Tags": group},
                {"InstanceId": "i-4", "State": {"Name": "terminated"}},
            ]
        },
    ]
    seen = found(machines, DescribeInstances={"Reservations": told})
    assert set(seen) == {"i-1", "i-2", "i-3"}
    assert (seen["i-1"].type, seen["i-1"].arn) == ("ec2-instance", f"{PLACE}:instance/i-1")
    assert (seen["i-1"].tags, seen["i-1"].part_of) == ({"team": "media"}, "")
    assert (seen["i-3"].part_of, seen["i-3"].source) == ("the Auto Scaling group web, which makes it anew", "web")


@pytest.mark.parametrize(("state", "there"), [("available", True), ("updating", True), ("deleted", False)])
def test_a_file_system_is_found_with_its_tags(state: str, there: bool) -> None:
    """By the ARN that EFS tells; one that was deleted is none."""
    arn = f"arn:aws:elasticfilesystem:{HOME}:123456789012:file-system/fs-1"
    told = {"FileSystemId": "fs-1", "FileSystemArn": arn, "LifeCycleState": state, "Tags": WORN}
    seen = found(file_systems, DescribeFileSystems={"FileSystems": [told]})
    assert set(seen) == ({"fs-1"} if there else set())
    for each in seen.values():
        assert (each.type, each.arn, each.tags) == ("efs-file-system", arn, {"team": "media"})


def test_a_multi_az_cluster_is_found_and_no_cluster_of_aurora() -> None:
    """With what a drill file asks of its login; one that replicates an instance is told as a part of that."""

    def cluster(name: str, **more: Any) -> dict[str, Any]:
        arn, of = (
            f"arn:aws:rds:{HOME}:1:cluster:{name}",
            {"Engine": "postgres", "DBClusterInstanceClass": "db.m6gd.large"},
        )
        return {"DBClusterIdentifier": name, "DBClusterArn": arn, "Status": "available", "TagList": WORN, **of, **more}

    source = f"arn:aws:rds:{HOME}:1:db:orders"
    told = [
        cluster("ledger", DatabaseName="books", MasterUserSecret={"SecretArn": "arn:x"}),
        cluster("follows", ReplicationSourceIdentifier=source),
        cluster("trello", Engine="aurora-postgresql", DBClusterInstanceClass=""),
        cluster("graph", Engine="neptune"),
        cluster("going", Status="deleting"),
    ]
    seen = found(clusters, DescribeDBClusters={"DBClusters": told})
    assert set(seen) == {"ledger", "follows"}
    ledger, follows = seen["ledger"], seen["follows"]
    assert (ledger.type, ledger.tags, ledger.part_of) == ("multi-az-cluster", {"team": "media"}, "")
    assert ledger.known["database"]["name"] == "books"
    assert ledger.known["database"]["secret"]
    assert (follows.part_of, follows.source) == (f"what it replicates, {source}", source)

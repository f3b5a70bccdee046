"""What would stay behind after a drill is let go in the replica's template, or told."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Place
from tests.support.derived import changes, derived, of

BESIDE, APART = Place.BESIDE, Place.DRILL_ACCOUNT

SUBNET = "\n  S: {Type: AWS::EC2::Subnet}"
LET_GO = {
    "AWS::RDS::DBCluster": ("DeleteAutomatedBackups", "DBSubnetGroupName: x, DeleteAutomatedBackups: false", True),
    "AWS::EC2::Instance": (
        "BlockDeviceMappings.0.Ebs.DeleteOnTermination",
        "SubnetId: !Ref S, BlockDeviceMappings: [{Ebs: {DeleteOnTermination: false}}]",
        True,
    ),
    "AWS::RedshiftServerless::Namespace": ("FinalSnapshotName", "FinalSnapshotName: keep", None),
    "AWS::ElastiCache::ServerlessCache": ("FinalSnapshotName", "FinalSnapshotName: keep", None),
    "AWS::AutoScaling::AutoScalingGroup": (
        "DeletionProtection",
        "VPCZoneIdentifier: [!Ref S], DeletionProtection: prevent-all-deletion",
        "none",
    ),
    "AWS::ECS::CapacityProvider": (
        "AutoScalingGroupProvider.ManagedTerminationProtection",
        "AutoScalingGroupProvider: {ManagedTerminationProtection: ENABLED}",
        "DISABLED",
    ),
    "AWS::EMR::Cluster": ("Instances.TerminationProtected", "Instances: {TerminationProtected: true}", False),
}


@pytest.mark.parametrize("kind", LET_GO)
def test_what_would_stay_behind_is_let_go(kind: str) -> None:
    """Backups, volumes, snapshots, and what keeps an object from deletion."""
    key, written, becomes = LET_GO[kind]
    assert changes(derived(of(kind, written) + SUBNET, APART))[f"It.{key}"][1] == becomes


def test_logs_that_no_stack_deletes_are_told_once() -> None:
    """Of all functions without a log group of the template's."""
    template = "\n".join(
        [
            "Resources:",
            "  A: {Type: AWS::Lambda::Function}",
            "  B: {Type: AWS::Lambda::Function}",
            "  C: {Type: AWS::Lambda::Function}",
            "  L: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '/aws/lambda/${C}'}}",
        ]
    )
    assert [note.what for note in derived(template).notes] == ["leaves log groups behind: of A, B"]

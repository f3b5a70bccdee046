"""The settings of a file system that a copy is to have as its source: a job restores data, and few of them."""

from __future__ import annotations

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.parity import ANY, KEY_OF_AWS, NONE, NOT_ENCRYPTED, OFF, Setting
from dr_orchestrator.domain.resource_type import Calls

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_MOUNTED = "a copy has the drills' mount target alone"

SETTINGS = (
    Setting("performance-mode", MEDIUM, "it answers slower, or to fewer at a time"),
    Setting("throughput-mode", HIGH, "it reads and writes at another speed than its source"),
    Setting("zones", MEDIUM, "it is lost with one zone, where its source is not, or is farther away"),
    Setting(
        *("encryption", HIGH, "who may read its data is another's to say"),
        names=True,
        nameless=(KEY_OF_AWS, NOT_ENCRYPTED),
    ),
    Setting("lifecycle", LOW, "all of it is charged as what is read every day"),
    Setting("automatic-backups", HIGH, "nothing backs it up"),
    Setting("policy", HIGH, "who may mount it, and how, nothing says: whoever reaches its mount targets may"),
    Setting("access-points", HIGH, "what mounts it by one, such as containers and functions, finds none"),
    Setting("mount-targets", MEDIUM, "machines of the other zones find none in theirs", ANY, _MOUNTED),
    Setting("replication", MEDIUM, "no other region has it"),
    Setting("overwrite-protection", LOW, "it could be made the target of a replication", OFF, "a copy has to go"),
    Setting("tags", LOW, "bills, policies and inventories go by them", NONE, "a copy wears those of the drill"),
    Setting("alarms", LOW, "they hear it only under its source's id"),
)

CALLS = Calls(
    frozenset(
        {
            *("efs:DescribeFileSystems", "efs:DescribeLifecycleConfiguration", "efs:DescribeBackupPolicy"),
            *("efs:DescribeFileSystemPolicy", "efs:DescribeAccessPoints", "efs:DescribeMountTargets"),
            *("efs:DescribeReplicationConfigurations", "cloudwatch:DescribeAlarms"),
        }
    )
)

"""The settings of a multi-AZ DB cluster that a copy is to have as its source: a restore gives many their defaults."""

from __future__ import annotations

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.parity import ANY, KEY_OF_AWS, NONE, NOT_ENCRYPTED, OFF, Setting
from dr_orchestrator.domain.resource_type import Calls

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

SETTINGS = (
    Setting("engine-version", MEDIUM, "it runs another version than its source: statements may plan, or fail, anew"),
    Setting("capacity", MEDIUM, "its instances have another capacity than its source's"),
    Setting("storage", MEDIUM, "it reads and writes, and costs, otherwise than its source"),
    Setting(
        *("encryption", HIGH, "who may read its data is another's to say"),
        names=True,
        nameless=(KEY_OF_AWS, NOT_ENCRYPTED),
    ),
    Setting("parameters", MEDIUM, "its servers run with other limits and rules"),
    Setting("backup-retention", MEDIUM, "it has fewer backups", "1 days", "a copy keeps as few backups as AWS lets it"),
    Setting("deletion-protection", LOW, "anybody can delete it", OFF, "a copy is deleted after the drill", edited=OFF),
    Setting("snapshot-tags", LOW, "its snapshots wear no tags", OFF, "a copy makes no snapshots"),
    Setting("iam-authentication", MEDIUM, "whoever logs in by IAM cannot", ANY, "as the drill logs in"),
    Setting("log-exports", LOW, "its logs are not to be found in CloudWatch"),
    Setting("performance-insights", LOW, "nobody sees which statements are slow"),
    Setting("backup-window", LOW, "its backups are made at another hour"),
    Setting("maintenance-window", LOW, "it may be restarted at another hour"),
    Setting("tags", LOW, "bills, policies and inventories go by them", NONE, "a copy wears those of the drill"),
    Setting("alarms", LOW, "they hear it only under its source's name"),
)

CALLS = Calls(
    frozenset({"rds:DescribeDBClusters", "rds:DescribeDBClusterParameters", "cloudwatch:DescribeAlarms"}),
    only_when={"rds:DescribeDBClusterParameters": "a parameter group is of the team's own"},
)

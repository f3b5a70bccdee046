"""The settings of an instance that a copy is to have as its source: a restore gives many their defaults."""

from __future__ import annotations

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.parity import ANY, KEY_OF_AWS, NONE, NOT_ENCRYPTED, OFF, Setting
from dr_orchestrator.domain.resource_type import Calls
from dr_orchestrator.resources.rds_instance.name import OWN_OPTIONS

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

SETTINGS = (
    Setting("engine-version", MEDIUM, "it runs another version than its source: statements may plan, or fail, anew"),
    Setting("instance-class", MEDIUM, "it has another capacity than its source"),
    Setting("storage", MEDIUM, "it reads and writes at another speed than its source"),
    Setting("storage-autoscaling", LOW, "it stops when its storage is full"),
    Setting(
        *("encryption", HIGH, "who may read its data is another's to say"),
        names=True,
        nameless=(KEY_OF_AWS, NOT_ENCRYPTED),
    ),
    Setting("parameters", MEDIUM, "its server runs with other limits and rules"),
    Setting("options", MEDIUM, "what its options do is missing"),
    Setting("multi-az", MEDIUM, "there is no standby", OFF, "a copy needs no standby, which would double its cost"),
    Setting("read-replicas", MEDIUM, "readers find none", NONE, "a drill makes none"),
    Setting("backup-retention", MEDIUM, "it has no backups", "0 days", "a copy needs no backups, which would stay"),
    Setting("deletion-protection", LOW, "anybody can delete it", OFF, "a copy is deleted after the drill", edited=OFF),
    Setting("minor-upgrades", LOW, "it stays on a version with known faults", OFF, "a copy stays as it is"),
    Setting("snapshot-tags", LOW, "its snapshots wear no tags", OFF, "a copy makes no snapshots"),
    Setting("iam-authentication", MEDIUM, "whoever logs in by IAM cannot", ANY, "as the drill logs in"),
    Setting("log-exports", LOW, "its logs are not to be found in CloudWatch"),
    Setting("enhanced-monitoring", LOW, "nobody sees what its machine does"),
    Setting("performance-insights", LOW, "nobody sees which statements are slow"),
    Setting("roles", MEDIUM, "it reaches no other service: imports and exports fail"),
    Setting("domain", MEDIUM, "whoever logs in by the directory cannot"),
    Setting("ca-certificate", LOW, "clients that trust one authority refuse another"),
    Setting("backup-window", LOW, "its backups are made at another hour"),
    Setting("maintenance-window", LOW, "it may be restarted at another hour"),
    Setting("tags", LOW, "bills, policies and inventories go by them", NONE, "a copy wears those of the drill"),
    Setting("alarms", LOW, "they hear it only under its source's name"),
)

CALLS = Calls(
    frozenset(
        {"rds:DescribeDBInstances", "rds:DescribeDBParameters", "rds:DescribeOptionGroups", "cloudwatch:DescribeAlarms"}
    ),
    only_when={
        "rds:DescribeDBParameters": "a parameter group is of the team's own",
        "rds:DescribeOptionGroups": OWN_OPTIONS,
    },
)

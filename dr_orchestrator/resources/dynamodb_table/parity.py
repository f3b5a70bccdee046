"""The settings of a table that a copy is to have as its source: a restore brings back few of them.

What AWS leaves to be set by hand: PointInTimeRecovery.Tutorial.html and CreateBackup.html of
docs.aws.amazon.com/amazondynamodb/latest/developerguide.
"""

from __future__ import annotations

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.parity import KEY_OF_AWS, MANAGED_KEY, OFF, Setting
from dr_orchestrator.domain.resource_type import Calls

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

SETTINGS = (
    Setting("indexes", HIGH, "queries by them fail"),
    Setting("capacity", MEDIUM, "it throttles, or costs, otherwise than its source"),
    Setting(
        *("encryption", HIGH, "who may read its data is another's to say"),
        names=True,
        nameless=(KEY_OF_AWS, MANAGED_KEY),
    ),
    Setting("table-class", LOW, "it costs otherwise than its source"),
    Setting("stream", MEDIUM, "whoever hears of its changes hears nothing"),
    Setting(
        "deletion-protection",
        LOW,
        "anybody who may delete tables can delete it",
        reason="a replica is deleted after the drill",
        edited=OFF,
    ),
    Setting("replicas", MEDIUM, "other regions have none of its data"),
    Setting("time-to-live", MEDIUM, "items that have expired stay, and are served"),
    Setting(
        *("point-in-time-recovery", MEDIUM, "the recovered table has no backups", ""),
        *("AWS would keep the last backup of a replica", OFF),
    ),
    Setting("tags", LOW, "bills, policies and inventories go by them"),
    Setting("autoscaling", MEDIUM, "it throttles when more comes than now"),
    Setting("resource-policy", MEDIUM, "other accounts can reach it no more"),
    Setting("contributor-insights", LOW, "nobody sees which keys are hot"),
    Setting("kinesis-stream", MEDIUM, "whoever hears of its changes hears nothing", names=True),
    Setting("alarms", LOW, "they hear it only under its source's name"),
)

CALLS = Calls(
    frozenset(
        {
            *("dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:DescribeContinuousBackups"),
            *("dynamodb:ListTagsOfResource", "dynamodb:GetResourcePolicy", "dynamodb:DescribeContributorInsights"),
            *("dynamodb:DescribeKinesisStreamingDestination", "application-autoscaling:DescribeScalableTargets"),
            *("application-autoscaling:DescribeScalingPolicies", "cloudwatch:DescribeAlarms", "kms:DescribeKey"),
        }
    ),
    only_when={
        "kms:DescribeKey": "the source is encrypted with a key of its own",
        "application-autoscaling:DescribeScalingPolicies": "the table's capacity scales by itself",
    },
)

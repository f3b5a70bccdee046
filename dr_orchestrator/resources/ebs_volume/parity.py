"""The settings of a volume that a copy is to have as its source: a snapshot holds none of them but its size and key."""

from __future__ import annotations

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.parity import ANY, KEY_OF_AWS, NONE, NOT_ENCRYPTED, OFF, Setting
from dr_orchestrator.domain.resource_type import Calls

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

SETTINGS = (
    Setting("size", MEDIUM, "what was added to the source since the snapshot is not there"),
    Setting("volume-type", MEDIUM, "it reads and writes at another speed than its source"),
    Setting("performance", MEDIUM, "it reads and writes at another speed than its source"),
    Setting(
        *("encryption", HIGH, "who may read its data is another's to say"),
        names=True,
        nameless=(KEY_OF_AWS, NOT_ENCRYPTED),
    ),
    Setting("zone", LOW, "machines of the source's zone cannot attach it", ANY, "where the drills' machine stands"),
    Setting("multi-attach", MEDIUM, "only one machine can have it", OFF, "one machine alone reads a copy"),
    Setting("tags", LOW, "bills, policies and inventories go by them", NONE, "a copy wears those of the drill"),
    Setting("alarms", LOW, "they hear it only under its source's id"),
)

CALLS = Calls(frozenset({"ec2:DescribeVolumes", "cloudwatch:DescribeAlarms"}))

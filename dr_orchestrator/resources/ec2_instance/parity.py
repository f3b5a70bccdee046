"""The settings of an instance that a copy is to have as its source: an image holds none of them but its volumes."""

from __future__ import annotations

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.parity import ANY, KEY_OF_AWS, NONE, NOT_ENCRYPTED, OFF, Setting
from dr_orchestrator.domain.resource_type import Calls

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_CLOSED = "copies stand where the drills say, closed off"

SETTINGS = (
    Setting("instance-type", MEDIUM, "it is faster or slower than its source"),
    Setting("architecture", HIGH, "its programs may not run there"),
    Setting("volumes", MEDIUM, "what was added to the source since the image is not there"),
    Setting(
        *("encryption", HIGH, "who may read its data is another's to say"),
        names=True,
        nameless=(KEY_OF_AWS, NOT_ENCRYPTED),
    ),
    Setting("ebs-optimized", MEDIUM, "it reads and writes its volumes at another speed"),
    Setting("monitoring", LOW, "alarms hear of it every five minutes, and not every minute"),
    Setting("metadata", HIGH, "programs in it get credentials otherwise", ANY, "copies want a token, always"),
    Setting("shutdown", LOW, "it is kept, or ends, where its source would not", ANY, "copies end as they shut down"),
    Setting("termination-protection", MEDIUM, "anybody ends it by one call", OFF, "a copy has to end"),
    Setting("instance-profile", HIGH, "it may do less in AWS, or more", ANY, "copies have that of the drill, or none"),
    Setting("security-groups", MEDIUM, "who reaches it, and whom it reaches, is otherwise", ANY, _CLOSED),
    Setting("zone", LOW, "what stands in the source's zone is farther away", ANY, _CLOSED),
    Setting("tags", LOW, "bills, policies and inventories go by them", NONE, "a copy wears those of the drill"),
    Setting("alarms", LOW, "they hear it only under its source's id"),
)

CALLS = Calls(
    frozenset(
        {
            *("ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeInstanceAttribute"),
            "cloudwatch:DescribeAlarms",
        }
    )
)

"""The calls of CloudFormation that act on one thing by its name, which in a replica holds the copy's own."""

from __future__ import annotations

from collections.abc import Mapping

ALL = "*dro-2???????-*"
"""A name that holds a copy's: as its author wrote it around `{copy}`, or as it was given in place of production's.

The day of the run is of it: without that, it would be in every name that only ends a word so, such as `hydro-orders`.
"""

_CALLS: Mapping[str, tuple[str, str]] = {
    "cloudwatch": (f"alarm:{ALL}", "DeleteAlarms PutMetricAlarm"),
    "dynamodb": ("table/dro-*", "CreateTable DeleteTable UpdateTable UpdateTimeToLive UpdateContinuousBackups"),
    "ecr": (f"repository/{ALL}", "CreateRepository DeleteRepository PutLifecyclePolicy SetRepositoryPolicy"),
    "events": (f"rule/{ALL}", "DeleteRule DisableRule EnableRule PutRule PutTargets RemoveTargets"),
    "kinesis": (f"stream/{ALL}", "CreateStream DeleteStream"),
    "lambda": (
        f"function:{ALL}",
        "CreateFunction DeleteFunction PutFunctionConcurrency UpdateFunctionCode UpdateFunctionConfiguration",
    ),
    "sns": (ALL, "CreateTopic DeleteTopic SetTopicAttributes"),
    "sqs": (ALL, "AddPermission CreateQueue DeleteQueue RemovePermission SetQueueAttributes TagQueue UntagQueue"),
}
"""The names that they act on, and the calls, by service: none that may be given others than the stack's own.

Secrets, parameters and state machines are not among them: to one without a name CloudFormation gives one of its own in
which the stack's is not.

All other calls act on what AWS names by ids of its own (networks, APIs, keys), on several types at once (tags), or only
read; some take no resource at all. Those are held to CloudFormation alone.
"""


def name_of(service: str) -> str:
    """The names that calls of a service are held to, as an ARN ends in them; empty where none are."""
    return _CALLS[service][0] if service in _CALLS else ""


def is_named(action: str) -> bool:
    """Whether a call acts on one thing by its name alone."""
    service, _, call = action.partition(":")
    return service in _CALLS and call in _CALLS[service][1].split()

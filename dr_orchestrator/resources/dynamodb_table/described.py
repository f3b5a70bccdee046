"""The settings of a live table, as AWS tells of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Denied, NotFound
from dr_orchestrator.aws.parity import alarms, words
from dr_orchestrator.aws.parity.reading import Live, Look
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.domain.parity import KEY_OF_AWS, MANAGED_KEY, NONE
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.dynamodb_table import table

_SCALED = "dynamodb"
"""The namespace of tables in Application Auto Scaling."""

LONGEST = 35
"""The days that DynamoDB can go back to, unless somebody says fewer."""


def _described(live: Live) -> Mapping[str, Any]:
    found = table.describe(live.api("dynamodb"), live.name)
    if found is None:
        raise NotMeasured(f"no DynamoDB table {live.name}", call="dynamodb:DescribeTable")
    return found


def _of_table(live: Live) -> dict[str, str]:
    about = live.once(_described)
    stream, encrypted = about.get("StreamSpecification") or {}, about.get("SSEDescription") or {}
    key = encrypted.get("KMSMasterKeyArn") if encrypted.get("Status") != "DISABLED" else None
    return {
        "indexes": words.listed(_indexes(about)),
        "capacity": _capacity(about),
        "encryption": _key(live, str(key)) if key else KEY_OF_AWS,
        "table-class": str((about.get("TableClassSummary") or {}).get("TableClass") or "STANDARD"),
        "stream": str(stream.get("StreamViewType")) if stream.get("StreamEnabled") else words.OFF,
        "deletion-protection": words.on(about.get("DeletionProtectionEnabled")),
        "replicas": words.listed(each["RegionName"] for each in about.get("Replicas") or ()),
    }


def _key(live: Live, key: str) -> str:
    """A key by its ARN, unless AWS manages it: then each place has its own, and to whoever uses it it is the same."""
    try:
        return MANAGED_KEY if keys.is_of_aws(live.account, key) else key
    except (Denied, NotRecoverable):
        return key


def _indexes(about: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for each in about.get(kind) or ():
            keys = " and ".join(key["AttributeName"] for key in each["KeySchema"])
            holds = each.get("Projection") or {}
            beside = "".join(f" {name}" for name in sorted(holds.get("NonKeyAttributes") or ()))
            yield f"{each['IndexName']} by {keys}, {holds.get('ProjectionType', 'ALL')}{beside}"


def _capacity(about: Mapping[str, Any]) -> str:
    if (about.get("BillingModeSummary") or {}).get("BillingMode") == "PAY_PER_REQUEST":
        most = about.get("OnDemandThroughput") or {}
        limits = (most.get(f"Max{each}RequestUnits") for each in ("Read", "Write"))
        told = [str(each) if each and each > 0 else "any" for each in limits]
        return "on demand" if told == ["any", "any"] else f"on demand, at most {told[0]} reads and {told[1]} writes"
    given = about.get("ProvisionedThroughput") or {}
    return f"{given.get('ReadCapacityUnits', 0)} reads, {given.get('WriteCapacityUnits', 0)} writes"


def _time_to_live(live: Live) -> dict[str, str]:
    told = live.api("dynamodb").call("DescribeTimeToLive", TableName=live.name)["TimeToLiveDescription"]
    enabled = told.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    return {"time-to-live": f"by {told['AttributeName']}" if enabled else words.OFF}


def _backups(live: Live) -> dict[str, str]:
    told = live.api("dynamodb").call("DescribeContinuousBackups", TableName=live.name)["ContinuousBackupsDescription"]
    recovery = told.get("PointInTimeRecoveryDescription") or {}
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        return {"point-in-time-recovery": words.OFF}
    kept = recovery.get("RecoveryPeriodInDays") or LONGEST
    return {"point-in-time-recovery": words.ON if kept == LONGEST else f"on, for {kept} days"}


def _tags(live: Live) -> dict[str, str]:
    worn = table.tags(live.api("dynamodb"), live.once(_described))
    return {"tags": words.tags({"Key": key, "Value": value} for key, value in worn.items())}


def _policy(live: Live) -> dict[str, str]:
    arn = live.once(_described)["TableArn"]
    try:
        told = live.api("dynamodb").call("GetResourcePolicy", ResourceArn=arn)
    except NotFound:
        return {"resource-policy": NONE}
    return {"resource-policy": words.policy(told.get("Policy") or "", live.name)}


def _insights(live: Live) -> dict[str, str]:
    told = live.api("dynamodb").call("DescribeContributorInsights", TableName=live.name)
    return {"contributor-insights": words.on(told.get("ContributorInsightsStatus") in ("ENABLED", "ENABLING"))}


def _kinesis(live: Live) -> dict[str, str]:
    told = live.api("dynamodb").call("DescribeKinesisStreamingDestination", TableName=live.name)
    found = told.get("KinesisDataStreamDestinations") or ()
    fed = [each["StreamArn"] for each in found if each.get("DestinationStatus") in ("ACTIVE", "ENABLING")]
    return {"kinesis-stream": words.listed(fed)}


def _autoscaling(live: Live) -> dict[str, str]:
    api, about = live.api("application-autoscaling"), live.once(_described)
    indexes = [f"/index/{each['IndexName']}" for each in about.get("GlobalSecondaryIndexes") or ()]
    scaled = [f"table/{live.name}{each}" for each in ("", *indexes)]
    of = {"ServiceNamespace": _SCALED}
    targets = [*api.pages("DescribeScalableTargets", "ScalableTargets", **of, ResourceIds=scaled)]
    aims = {
        (each["ResourceId"], each["ScalableDimension"]): each
        for resource in {each["ResourceId"] for each in targets}
        for each in api.pages("DescribeScalingPolicies", "ScalingPolicies", **of, ResourceId=resource)
    }
    return {
        "autoscaling": words.listed(
            _scaled(each, live.name, aims.get((each["ResourceId"], each["ScalableDimension"]))) for each in targets
        )
    }


def _scaled(target: Mapping[str, Any], name: str, policy: Mapping[str, Any] | None) -> str:
    what = target["ScalableDimension"].rpartition(":")[2].removesuffix("CapacityUnits")
    index = target["ResourceId"].removeprefix(f"table/{name}").removeprefix("/index/")
    tracked = (policy or {}).get("TargetTrackingScalingPolicyConfiguration") or {}
    aim = f" at {tracked['TargetValue']:g} %" if "TargetValue" in tracked else " by no policy"
    return f"{what}{f' of {index}' if index else ''} {target['MinCapacity']} to {target['MaxCapacity']}{aim}"


def _alarms(live: Live) -> dict[str, str]:
    return {"alarms": alarms.on(live.account, "TableName", live.name)}


LOOKS = (
    Look(("indexes", "capacity", "encryption", "table-class", "stream", "deletion-protection", "replicas"), _of_table),
    Look(("time-to-live",), _time_to_live),
    Look(("point-in-time-recovery",), _backups),
    Look(("tags",), _tags),
    Look(("autoscaling",), _autoscaling),
    Look(("resource-policy",), _policy),
    Look(("contributor-insights",), _insights),
    Look(("kinesis-stream",), _kinesis),
    Look(("alarms",), _alarms),
)
"""The looks at a live table, a source or a copy."""

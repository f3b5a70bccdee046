"""What is taken out of a copy's own, and what is written for it elsewhere: within the bounds that drills have."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.resources.dynamodb_table.name import NAME
from tests.support.estate import REGION
from tests.support.guarded import ACCOUNT, COPY, SOURCES, copy
from tests.support.types import CALLS

ZONE = "Z0123"
ELSEWHERE = "222222222222"
EXPORT = {
    "TableArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/sessions-prod",
    "S3Bucket": "drill-templates",
    "S3BucketOwner": ELSEWHERE,
    "S3Prefix": COPY,
    "ExportTime": 1,
}


def emptying() -> Guard:
    made = Guard(CALLS, lambda: [copy(COPY, "cloudformation-stack")], SOURCES)
    made.vouch(copy(ZONE, "AWS::Route53::HostedZone", parent=COPY))
    return made


def change(*actions: str | None) -> dict[str, Any]:
    changes = [{"Action": each, "ResourceRecordSet": {}} if each else {} for each in actions]
    return {"HostedZoneId": ZONE, "ChangeBatch": {"Changes": changes}}


def test_records_of_a_zone_only_go() -> None:
    """None is written, be it one among many, nor where the call does not say what it does."""
    emptying().check("route53", "ChangeResourceRecordSets", change("DELETE", "DELETE"), REGION)
    for given in (change("DELETE", "UPSERT"), change("CREATE"), change(None), {**change(), "ChangeBatch": "x"}):
        with pytest.raises(Forbidden, match=r"no drill gives it ChangeBatch\.Changes\.Action"):
            emptying().check("route53", "ChangeResourceRecordSets", given, REGION)


def test_a_table_is_exported_into_a_declared_bucket_alone() -> None:
    """Of the account in which a copy of the run stands: what lies there is all that the table held."""

    def export(**given: Any) -> None:
        guard = Guard(
            CALLS,
            lambda: [copy(COPY, "dynamodb-export"), copy(COPY, NAME)],
            SOURCES,
            may_restore=lambda name: name == "sessions-prod",
            places=frozenset({"drill-templates"}),
            accounts=lambda: [ELSEWHERE],
        )
        guard.check("dynamodb", "ExportTableToPointInTime", {**EXPORT, **given}, REGION)

    export()
    for given, told in (
        ({"S3Bucket": "anybodys"}, "'anybodys' is no place that the workspace declares for drills"),
        ({"S3BucketOwner": "333333333333"}, "no copy of this run stands in 333333333333"),
        ({"TableArn": EXPORT["TableArn"].replace("sessions", "users")}, "users-prod"),  # type: ignore[attr-defined]
        ({"S3Prefix": "elsewhere"}, "is not a copy of this run"),
    ):
        with pytest.raises(Forbidden, match=told):
            export(**given)


AWAY = "eu-central-1"
CROSSING = {
    "SourceTableArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/sessions-prod",
    "TargetTableName": COPY,
    "RestoreDateTime": 1,
    "SSESpecificationOverride": {"Enabled": False},
}


def cross(region: str = AWAY, **given: Any) -> None:
    """Restore a table into another region, in which the run's copy is to stand."""
    rows = [copy(COPY, NAME, AWAY)]
    made = Guard(CALLS, lambda: rows, SOURCES, may_restore=lambda name: name == "sessions-prod")
    left_out = {name for name, value in given.items() if value is None}
    whole = {name: value for name, value in {**CROSSING, **given}.items() if name not in left_out}
    made.check("dynamodb", "RestoreTableToPointInTime", whole, region)


def test_a_table_crosses_regions_into_the_runs_copy_alone() -> None:
    """Out of the run's own source, where the copy is to stand, and told how to encrypt it: nothing else is sent."""
    cross()
    for region, given, told in (
        (REGION, {}, "is not a copy of this run"),
        ("eu-west-1", {}, "is not a copy of this run"),
        (AWAY, {"TargetTableName": "sessions-prod"}, "is not a copy of this run"),
        (AWAY, {"TargetTableName": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{COPY}"}, "is not a copy of this run"),
        (
            AWAY,
            {"SourceTableArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/others"},
            "is not what this run restores",
        ),
        (AWAY, {"SSESpecificationOverride": None}, "the call was not sent"),
        (AWAY, {"BillingModeOverride": "PROVISIONED"}, "the call was not sent"),
    ):
        with pytest.raises(Forbidden, match=told):
            cross(region, **given)

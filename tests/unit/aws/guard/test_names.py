"""The drills' own names: what the guard lets be changed in a zone of Route 53, and what never."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.domain.copy import Copy
from tests.support.types import CALLS

ZONE, OTHER = "Z0123456789ABCDEF", "Z0FEDCBA9876543210"
NAME = "dro-20261120-abc123-shop-prod.drills.example.com"
AWAY = "eu-central-1"
COPY = Copy("drill-name", f"{ZONE}/{NAME}", AWAY, "20261120-abc123", "a-drill", "a-service")
GLOBAL = "aws-global"
"""What botocore calls the region of Route 53."""


def change(name: str = NAME, action: str = "UPSERT", **given: Any) -> dict[str, Any]:
    plain = {"Name": name, "Type": "CNAME", "TTL": 60, "Weight": 0, "SetIdentifier": "20261120-abc123 comes back"}
    return {"Action": action, "ResourceRecordSet": {**plain, "ResourceRecords": [{"Value": "a.example"}], **given}}


OTHER_WAYS: list[dict[str, Any]] = [
    {"Failover": "PRIMARY"},
    {"GeoLocation": {"CountryCode": "DE"}},
    {"GeoProximityLocation": {"AWSRegion": "eu-central-1"}},
    {"Region": "eu-central-1"},
    {"MultiValueAnswer": True},
    {"CidrRoutingConfig": {"CollectionId": "a", "LocationName": "b"}},
    {"SetIdentifier": None},
    {"Weight": None},
    {"TTL": None},
]
"""What makes a record another one than a weighted one of a run."""


def batch(*changes: dict[str, Any], zone: str = ZONE) -> dict[str, Any]:
    return {"HostedZoneId": zone, "ChangeBatch": {"Changes": list(changes)}}


def guard(*copies: Copy, places: frozenset[str] = frozenset({ZONE}), used: frozenset[str] = frozenset()) -> Guard:
    return Guard(CALLS, lambda: copies, places=places, used=lambda: used)


@pytest.mark.parametrize("action", ["CREATE", "UPSERT", "DELETE"])
@pytest.mark.parametrize("region", [AWAY, GLOBAL])
def test_the_runs_own_name_is_made_led_and_deleted(action: str, region: str) -> None:
    """In the zone that is declared; by whichever word botocore has for where Route 53 is."""
    guard(COPY).check(
        "route53", "ChangeResourceRecordSets", batch(change(action=action), change(action=action)), region
    )


@pytest.mark.parametrize(
    "refused",
    [
        batch(change("www.drills.example.com")),
        batch(change("drills.example.com")),
        batch(change(f"www.{NAME}")),
        batch(change(), change("www.drills.example.com")),
        batch(change("\\052.drills.example.com")),
        batch(change(), zone=OTHER),
        batch(change(), zone=""),
        batch(),
        {"HostedZoneId": ZONE},
        batch(change(Type="NS")),
        batch(change(Type="TXT")),
        batch(change(AliasTarget={"HostedZoneId": OTHER, "DNSName": "shop.example.com"})),
        *(batch(change(), change(**given)) for given in OTHER_WAYS),
        batch(change(), change(action="DELETE")),
        batch(change(action="NUKE")),
    ],
)
def test_nothing_else_in_any_zone_is_changed(refused: dict[str, Any]) -> None:
    """Not another name, however near; not another zone; not an alias, a delegation or a mixed batch."""
    with pytest.raises(Forbidden):
        guard(COPY).check("route53", "ChangeResourceRecordSets", refused, GLOBAL)


def test_a_zone_that_is_declared_no_more_gets_nothing_and_is_cleaned() -> None:
    """A sweep takes the name down that the ledger has there; nobody makes one."""
    swept = guard(COPY, places=frozenset(), used=frozenset({ZONE}))
    swept.check("route53", "ChangeResourceRecordSets", batch(change(action="DELETE")), GLOBAL)
    with pytest.raises(Forbidden, match="no place that the workspace declares"):
        swept.check("route53", "ChangeResourceRecordSets", batch(change()), GLOBAL)


def test_no_copy_in_the_ledger_no_name() -> None:
    """A run that has written down no name changes none."""
    with pytest.raises(Forbidden):
        guard().check("route53", "ChangeResourceRecordSets", batch(change()), GLOBAL)


def test_a_copy_of_a_region_is_none_in_another() -> None:
    """Only what has no region is found wherever its copy stands."""
    with pytest.raises(Forbidden):
        guard(COPY).check("route53", "ChangeResourceRecordSets", batch(change()), "us-east-1")

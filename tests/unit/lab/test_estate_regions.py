"""A company's other region: the replica of a table takes on what is written to the table, and a zone is the drills'."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from dr_orchestrator.domain.leading import ZONE_TAG
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.lab import Lab
from dr_orchestrator.wiring.lab import serve
from tests.support.fakes import FakeClock
from tests.support.labs import client

AWAY, ZONE = "eu-central-1", "Z0DRILLS"
FILE = f"""
zones: {{{ZONE}: drills.example.org}}
dynamodb-table:
  parcels:
    items: {{number: 40, key: "{{n}}", again: 3, deleted: 7, since: 20d, every: 1h}}
    replicated_to: {AWAY}
"""


@pytest.fixture
def lab(clock: FakeClock, tmp_path: Path) -> Iterator[Lab]:
    file = tmp_path / "estate.yaml"
    file.write_text(FILE)
    with serve(clock, estate=file) as made:
        yield made


def there(lab: Lab) -> Any:
    secrets = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return boto3.client("dynamodb", region_name=AWAY, endpoint_url=lab.endpoint, **secrets)


def items(dynamodb: Any) -> dict[str, Any]:
    return {each["pk"]["S"]: each for each in dynamodb.scan(TableName="parcels")["Items"]}


def test_a_replica_begins_with_what_the_table_holds(lab: Lab) -> None:
    """Items, those that were taken away, and the heartbeat; AWS tells of either that it has the other."""
    here = client(lab, "dynamodb")
    assert items(here) == items(there(lab))
    assert len(items(here)) > 30
    told = here.describe_table(TableName="parcels")["Table"]["Replicas"]
    assert [(each["RegionName"], each["ReplicaStatus"]) for each in told] == [(AWAY, "ACTIVE")]
    (back,) = there(lab).describe_table(TableName="parcels")["Table"]["Replicas"]
    assert back["RegionName"] == "us-east-1"


def test_either_takes_on_what_the_other_has_a_second_later(lab: Lab, clock: FakeClock) -> None:
    """Puts, changes and deletions, both ways, and never in a circle."""
    here, other = client(lab, "dynamodb"), there(lab)
    here.put_item(TableName="parcels", Item={"pk": {"S": "new"}})
    assert "new" not in items(other), "it is on its way"
    clock.sleep(2)
    assert "new" in items(other)
    change = {"Key": {"pk": {"S": "new"}}, "UpdateExpression": "SET depot = :d"}
    other.update_item(TableName="parcels", **change, ExpressionAttributeValues={":d": {"S": "7"}})
    clock.sleep(2)
    assert items(here)["new"]["depot"] == {"S": "7"}
    here.delete_item(TableName="parcels", Key={"pk": {"S": "new"}})
    clock.sleep(2)
    assert "new" not in items(other)
    assert lab.world.defects == []


def test_its_history_is_its_own(lab: Lab, clock: FakeClock) -> None:
    """The replica is restored as of an instant, from what had come by then."""
    clock.sleep(600)
    other = there(lab)
    other.restore_table_to_point_in_time(
        SourceTableName="parcels", TargetTableName="again", UseLatestRestorableTime=True
    )
    clock.sleep(3600)
    restored = {each["pk"]["S"] for each in other.scan(TableName="again")["Items"]}
    assert restored == set(items(other))


def test_a_zone_of_the_drills_has_the_id_that_the_file_says(lab: Lab) -> None:
    """Public, and with the tag by which drills know it."""
    route53 = client(lab, "route53")
    zone = route53.get_hosted_zone(Id=ZONE)["HostedZone"]
    assert (zone["Name"].rstrip("."), zone["Config"]["PrivateZone"]) == ("drills.example.org", False)
    told = route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=ZONE)["ResourceTagSet"]["Tags"]
    assert [each["Key"] for each in told] == [ZONE_TAG]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (AWAY, "us-east-1", "replicated_to"),
        (AWAY, "eu-nowhere-1", "replicated_to"),
        (ZONE, "a zone", "zones"),
        ("drills.example.org", "Drills", "zones"),
    ],
)
def test_mistakes_are_told(clock: FakeClock, tmp_path: Path, old: str, new: str, key: str) -> None:
    """By their key, before anything is started."""
    file = tmp_path / "estate.yaml"
    file.write_text(FILE.replace(old, new))
    with pytest.raises(CatalogError) as wrong, serve(clock, estate=file):
        pass
    assert key in str(wrong.value.problems)

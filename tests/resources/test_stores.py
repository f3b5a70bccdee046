"""Tables hold the items of the instant; stacks are filled, and what they leave behind is told."""

from __future__ import annotations

from dataclasses import replace
from typing import cast
from unittest import mock

import pytest
from moto.cloudformation.models import cloudformation_backends

from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.domain.copy import CopyState, LiveObject
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.resources.cloudformation_stack.teardown import destroying
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.drillable import Parts
from tests.support.contexts import ToldContext
from tests.support.estate import REGION, STACK, TABLE, TEMPLATE, Estate
from tests.support.ways import Make, looked
from tests.support.ways.every import SPECS


def test_a_table_is_restored_as_it_was_at_the_instant(way_of: Make, made: Estate) -> None:
    """What was deleted or changed after the instant is as before it, and what came later is not there."""
    client = made.client("dynamodb")
    instant = made.clock.now()
    made.clock.sleep(60)
    client.put_item(TableName=TABLE.id, Item={"pk": {"S": "later"}})
    client.put_item(TableName=TABLE.id, Item={"pk": {"S": "session#2"}, "changed": {"S": "yes"}})
    client.delete_item(TableName=TABLE.id, Key={"pk": {"S": "session#3"}})
    made.clock.sleep(1200)
    way = way_of("dynamodb", selection=Selection(Pick.AT, at=instant))
    way.restored()
    items = client.scan(TableName=way.copy.id)["Items"]
    expected = [{"pk": {"S": f"session#{number}"}} for number in range(60)]
    assert sorted(items, key=str) == sorted(expected, key=str)
    client.delete_item(TableName=TABLE.id, Key={"pk": {"S": "later"}})
    client.put_item(TableName=TABLE.id, Item={"pk": {"S": "session#2"}})
    client.put_item(TableName=TABLE.id, Item={"pk": {"S": "session#3"}})


def test_a_rebuilt_environment_is_filled_once_its_store_is_a_copy(way_of: Make, made: Estate) -> None:
    """A store of the stack can be written to only after it is in the ledger; then every item arrives."""
    way = way_of("stack")
    way.restored()
    member, identity = way.restorer.member("Config", way.copy)
    assert member.parent == way.copy.id
    interim = replace(way.copy, id=TABLE.id, type="dynamodb-table")
    with pytest.raises(Forbidden):
        way.restorer.fill(interim, member)
    made.ledger.intend(member, made.clock, identity)
    assert way.restorer.fill(interim, member) == 60
    assert made.client("dynamodb").scan(TableName=member.id)["Count"] == 60
    assert way.restorer.outputs(way.copy) == {"Table": member.id}
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


@pytest.mark.parametrize(
    ("logical_id", "why"), [("Queue", "is of AWS::SQS::Queue, which no drill"), ("NoSuchThing", "has no resource")]
)
def test_only_a_table_of_the_stack_is_a_store(way_of: Make, logical_id: str, why: str) -> None:
    """Another resource whose physical name is that of some table in the account is not written to."""
    way = way_of("stack")
    way.restored()
    with pytest.raises(NotMeasured, match=why):
        way.restorer.member(logical_id, way.copy)


def test_what_is_to_stay_goes_with_its_replica(way_of: Make, made: Estate) -> None:
    """A table that production is to keep is the copy's own in a replica: an edit of ours, and a clean end."""
    rebuild = STACK.rebuild
    assert rebuild is not None
    kept = TEMPLATE.replace(
        "    Type: AWS::DynamoDB::Table", "    DeletionPolicy: Retain\n    Type: AWS::DynamoDB::Table"
    )
    way = way_of("stack", replace(STACK, rebuild=replace(rebuild, template=kept)))
    looked(way)
    way.restored()
    (template,) = cast(ToldContext, made.toolkit.context).templates[-1:]
    edited = [(each.property, each.was, each.becomes) for each in template.edits]
    assert edited == [("DeletionPolicy", "Retain", "Delete")]
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert f"{way.copy.id}-config" not in made.inventory()["tables"]


def test_what_a_stack_leaves_behind_is_told(way_of: Make, made: Estate) -> None:
    """CloudFormation says 'deleted' and a table was retained, whatever was asked for: that is no clean end."""
    way = way_of("stack")
    way.restored()
    backend = cloudformation_backends[ACCOUNT][REGION]
    stack = next(each for each in backend.stacks.values() if each.name == way.copy.id)
    stack.template_dict["Resources"]["Config"]["DeletionPolicy"] = "Retain"
    with pytest.raises(NotMeasured, match=f"left AWS::DynamoDB::Table {way.copy.id}-config behind"):
        way.restorer.destroy(way.copy)
    made.client("dynamodb").delete_table(TableName=f"{way.copy.id}-config")


def test_what_a_stack_that_somebody_deleted_left_is_taken_down_as_a_copy(way_of: Make, made: Estate) -> None:
    """A row of its own, its tag and its identity prove it; one of another identity is not this run's."""
    way = way_of("stack")
    way.restored()
    member, identity = way.restorer.member("Config", way.copy)
    made.ledger.intend(member, made.clock, identity)
    made.force(way.copy.run)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED
    assert member.id not in made.inventory()["tables"]
    replace(way, spec=SPECS["dynamodb"], copy=member).foreign(dict(member.tags))
    made.clock.sleep(60)
    with pytest.raises(NotMeasured, match=f"left AWS::DynamoDB::Table {member.id} behind"):
        way.restorer.destroy(way.copy)
    assert member.id in made.inventory()["tables"]
    made.client("dynamodb").delete_table(TableName=member.id)
    made.clock.sleep(60)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_part_of_any_type_that_is_listed_is_looked_for_until_it_shows_no_more(way_of: Make, made: Estate) -> None:
    """Whichever types there are: a listing may lag behind, but what it shows to the end is not called gone."""
    way = way_of("stack")
    way.restored()
    api = made.toolkit.account.api("cloudformation")
    queue = next(
        each["PhysicalResourceId"]
        for each in api.pages("ListStackResources", "StackResourceSummaries", StackName=way.copy.id)
        if each["LogicalResourceId"] == "Queue"
    )
    seen = LiveObject("queue", way.copy.region, "its name", queue)
    looks: list[list[LiveObject]] = [[seen], [seen], []]
    patient = CloudFormationStack(
        way.resource, made.toolkit, Parts(listed={"AWS::SQS::Queue": lambda: looks.pop(0)}), way.copy.place
    )
    assert patient.destroy(way.copy) is CopyState.DELETED
    assert looks == []
    told_wrongly = CloudFormationStack(
        way.resource, made.toolkit, Parts(listed={"AWS::SQS::Queue": lambda: [seen]}), way.copy.place
    )
    with pytest.raises(NotMeasured, match=f"left AWS::SQS::Queue {queue} behind"):
        told_wrongly.destroy(way.copy)


DATABASE, TABLES, LOGS = "AWS::RDS::DBInstance", "AWS::DynamoDB::Table", "AWS::Logs::LogGroup"
KEPT, GONE = "DELETE_SKIPPED", "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("told", "shown", "left"),
    [
        ([(DATABASE, "app", KEPT), (LOGS, "app", GONE)], "app", f"{DATABASE} app"),
        ([(LOGS, "app", GONE), (DATABASE, "app", KEPT)], "app", f"{DATABASE} app"),
        ([(TABLES, "app", GONE), (LOGS, "app", KEPT)], "", f"{LOGS} app"),
        ([(DATABASE, "App-Orders", KEPT)], "app-orders", f"{DATABASE} App-Orders"),
        ([(DATABASE, "app", GONE)], "app", f"{DATABASE} app"),
    ],
    ids=["namesakes", "namesakes the other way round", "a namesake of what is gone", "other letters", "a wrong word"],
)
def test_each_part_is_asked_after_by_its_type_and_name(
    way_of: Make, made: Estate, told: list[tuple[str, str, str]], shown: str, left: str
) -> None:
    """Resources of two types may be called alike, and RDS writes its names small: none hides what another left."""
    way = way_of("stack")
    way.restored()
    held = [Part(of, name, status=status) for of, name, status in told]
    listed = [LiveObject("rds-instance", way.copy.region, shown, "db-1")] if shown else []
    stack = CloudFormationStack(
        way.resource, made.toolkit, Parts(listed={DATABASE: lambda: listed, TABLES: list}), way.copy.place
    )
    with (
        mock.patch.object(destroying, "parts_of", lambda *_: held),
        pytest.raises(NotMeasured, match=f"left {left} behind"),
    ):
        stack.destroy(way.copy)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


def test_a_stack_that_cloudformation_has_forgotten_proves_nothing(way_of: Make, made: Estate) -> None:
    """Three months after its deletion nobody tells what it held: what it left before is not called gone then."""
    way = way_of("stack")
    way.restored()
    made.force(way.copy.run)
    cloudformation_backends[ACCOUNT][REGION].deleted_stacks.clear()
    with pytest.raises(NotMeasured, match="no longer tells what"):
        way.restorer.destroy(way.copy)
    made.client("dynamodb").delete_table(TableName=f"{way.copy.id}-config")


def test_a_stack_that_cannot_be_deleted_is_told(way_of: Make, made: Estate) -> None:
    """DELETE_FAILED is not gone; a second attempt may succeed."""
    way = way_of("stack")
    way.restored()
    rule = made.lab.faults.add({"kind": "ends-as", "status": "DELETE_FAILED", "action": "DeleteStack"})
    with pytest.raises(NotRecoverable, match="ended as 'DELETE_FAILED'"):
        way.restorer.destroy(way.copy)
    made.lab.faults.remove(rule)
    assert way.restorer.destroy(way.copy) is CopyState.DELETED

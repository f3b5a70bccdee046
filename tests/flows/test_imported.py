"""A replica's table is restored by AWS and imported into its stack, as it is, then updated, checked and taken down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.cloudformation_stack.change_sets import ChangeSets
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import imported
from tests.support.dying import deaths, gone_on, killed_at, swept
from tests.support.estate import TABLE, Estate
from tests.support.expansion import production, shop_of, told
from tests.support.imported import DRILL, drilled, room
from tests.support.passing import passing
from tests.support.shop import ended, everything, run


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with shop_of(tmp_path_factory.mktemp("lab")) as made:
        yield made


@contextmanager
def templates() -> Iterator[list[dict[str, Any]]]:
    """Within: the templates that change sets are given, in order."""
    given: list[dict[str, Any]] = []
    ask = ChangeSets.ask

    def ask_and_note(self: ChangeSets, copy: Any, which: str, of: Any, *more: Any) -> Any:
        given.append(json.loads(of.body))
        return ask(self, copy, which, of, *more)

    with mock.patch.object(ChangeSets, "ask", ask_and_note):
        yield given


def test_a_table_is_restored_imported_and_the_rest_is_made(shop: Estate, home: Path) -> None:
    """Two change sets, of which the first only imports; no item is written, and nothing is left."""
    before = production(shop)

    found = drilled(shop, home)

    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), told(found)
    assert production(shop) == before
    assert shop.calls("BatchWriteItem") == []
    first, second = shop.calls("CreateChangeSet")
    assert [each["ChangeSetType"] for each in (first, second)] == ["IMPORT", "UPDATE"]
    named = f"dro-{found.header.id}-shop-prod-config"  # as the template calls it in a replica
    assert imported.brought(first) == [("AWS::DynamoDB::Table", "Config", {"TableName": named})]
    assert imported.brought(second) == []
    (restored,) = shop.calls("RestoreTableToPointInTime")
    assert (restored["SourceTableName"], restored["TargetTableName"]) == (TABLE.id, named)
    (step,) = [each for each in found.steps if each.name == "import sessions"]
    assert step.detail == f"imported as restored: {named} is Config"


def test_what_is_imported_is_written_as_it_is_and_updated_to_what_the_template_says(shop: Estate, home: Path) -> None:
    """An import says nothing that the table has not: CloudFormation would believe it, and never make it so."""
    with templates() as given:
        drilled(shop, home)

    first, second = given
    assert set(first) == {"Parameters", "Resources"}
    assert list(first["Resources"]) == ["Config"]
    kept = first["Resources"]["Config"]
    assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")
    of_its_own = ("TableName", "AttributeDefinitions", "KeySchema", "BillingMode", "DeletionProtectionEnabled")
    assert sorted(kept["Properties"]) == sorted(of_its_own)
    becomes = second["Resources"]["Config"]
    assert becomes["DeletionPolicy"] == "Delete"
    assert {key: becomes["Properties"][key] for key in of_its_own} == kept["Properties"]
    assert becomes["Properties"].keys() > kept["Properties"].keys()


def test_the_table_becomes_what_its_template_says(shop: Estate, home: Path) -> None:
    """Streams, time to live and backups, which no restore brings, are there; what reads the stream has its ARN."""
    seen: dict[str, Any] = {}
    isolated = CloudFormationStack.isolated

    def look(self: CloudFormationStack, copy: Any) -> Any:
        dynamodb, cfn = shop.client("dynamodb"), shop.client("cloudformation")
        (held,) = [
            each["PhysicalResourceId"]
            for each in cfn.list_stack_resources(StackName=copy.id)["StackResourceSummaries"]
            if each["LogicalResourceId"] == "Config"
        ]
        seen["table"] = dynamodb.describe_table(TableName=held)["Table"]
        seen["ttl"] = dynamodb.describe_time_to_live(TableName=held)["TimeToLiveDescription"]["AttributeName"]
        backups = dynamodb.describe_continuous_backups(TableName=held)["ContinuousBackupsDescription"]
        seen["backups"] = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
        (queue,) = shop.client("sqs").list_queues(QueueNamePrefix="dro-")["QueueUrls"]
        seen["tags"] = shop.client("sqs").list_queue_tags(QueueUrl=queue)["Tags"]
        return isolated(self, copy)

    with mock.patch.object(CloudFormationStack, "isolated", look):
        assert ended(drilled(shop, home)) == (Verdict.PASSED, Cleanup.CLEAN)

    assert seen["table"]["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    assert (seen["ttl"], seen["backups"]) == ("until", "DISABLED")  # its last backup would outlive it
    assert seen["tags"]["stream"] == seen["table"]["LatestStreamArn"]


def test_a_table_that_the_template_does_not_name_is_named_as_a_copy(shop: Estate, home: Path) -> None:
    """The edit is told: whatever refers to the table finds it under that name."""
    found = drilled(shop, home, imported.TEMPLATE.replace('      TableName: !Sub "${EnvironmentName}-config"\n', ""))

    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), told(found)
    edits = {each["property"]: each for each in run_json(found)["template"]["edits"] if each["resource"] == "Config"}
    assert edits["TableName"]["becomes"] == f"dro-{found.header.id}-sessions-prod"
    assert "the newest recovery point of sessions, and CloudFormation imports it" in edits["TableName"]["why"]


def test_a_small_table_may_be_filled_item_by_item(shop: Estate, home: Path) -> None:
    """As its owner declares: no change set imports anything."""
    found = drilled(shop, home, fill="{resource: sessions, fill: items}")

    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), told(found)
    assert [each["ChangeSetType"] for each in shop.calls("CreateChangeSet")] == ["CREATE"]
    assert shop.calls("BatchWriteItem") != []


def test_such_a_drill_calls_what_is_declared(shop: Estate, home: Path) -> None:
    """Nothing that a policy of `dro iam` would deny; and no right to write items, which it never does."""
    with passing() as passed, room(shop, home) as here:
        assert ended(run(here, DRILL)) == (Verdict.PASSED, Cleanup.CLEAN)
        declared = calls_of(TYPES, here.drill(DRILL))

    assert passed <= declared.all, passed - declared.all
    assert "dynamodb:BatchWriteItem" not in declared.all


def test_a_plan_tells_which_way_each_store_takes(shop: Estate, home: Path) -> None:
    """Imported under the name that it will bear, or filled from a copy that is there for a while; nothing is made."""
    before = production(shop)
    with room(shop, home / "one") as here:
        imports = plan(here, DRILL)
    with room(shop, home / "two", fill="{resource: sessions, fill: items}") as here:
        copies = plan(here, DRILL)

    named = "dynamodb-table named like dro-plan-shop-prod-config"
    assert f"{named}, restored from sessions and imported as Config" in imports.creates
    assert any(each.endswith("for a while: Config is filled from it item by item") for each in copies.creates)
    assert imports.blockers == copies.blockers == []
    assert production(shop) == before


CALLS = (
    *(("RestoreTableToPointInTime", 1), ("TagResource", 1), ("CreateChangeSet", 1), ("ExecuteChangeSet", 1)),
    *(("CreateChangeSet", 2), ("ExecuteChangeSet", 2)),
)
"""Each call of the recovery that changes something, and which of its kind it is."""


@pytest.mark.campaign(1)
@pytest.mark.parametrize("death", deaths(*CALLS), ids=lambda each: "-".join(map(str, each)))
def test_a_resumed_run_goes_on_at_any_call(shop: Estate, home: Path, death: tuple[str, int, bool]) -> None:
    """Wherever its process dies: the next one restores no second table, imports what is there, and takes it down."""
    before = production(shop)
    with room(shop, home) as here:
        dead, found = gone_on(here, DRILL, killed_at(*death), shop.clock, 1200)

    assert ended(found)[0] is Verdict.PASSED, told(found)
    assert production(shop) == before
    assert len({each["TargetTableName"] for each in shop.calls("RestoreTableToPointInTime")}) == 1
    assert len({each["ChangeSetName"] for each in shop.calls("ExecuteChangeSet")}) == 2
    assert dead.template in (None, found.template)


@pytest.mark.campaign(1)
@pytest.mark.parametrize("death", deaths(*CALLS, ("DeleteStack", 1)), ids=lambda each: "-".join(map(str, each)))
def test_a_sweep_leaves_nothing_at_any_call(shop: Estate, home: Path, death: tuple[str, int, bool]) -> None:
    """Wherever its process dies: table and stack are gone, whichever of them holds the other; production is not."""
    before = everything(shop)
    with room(shop, home) as here:
        swept(here, DRILL, killed_at(*death), shop.clock, 7200)

    assert everything(shop) == before

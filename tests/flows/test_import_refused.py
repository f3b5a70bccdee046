"""An import that AWS refuses, or that is not what was judged, is told with the call, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.resources.cloudformation_stack.change_sets import ChangeSets
from dr_orchestrator.resources.cloudformation_stack.lab import imports
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.runner.session import Session
from tests.support.estate import TABLE, Estate
from tests.support.expansion import MACRO, SAM, production, shop_of, told
from tests.support.imported import TEMPLATE, drilled
from tests.support.shop import ended


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with shop_of(tmp_path_factory.mktemp("lab")) as made:
        yield made


def refused(shop: Estate, before: Any, found: Run, why: str, verdict: Verdict = Verdict.INCONCLUSIVE) -> None:
    """The run ended for that reason, and left nothing; production is as it was."""
    assert why in told(found)
    assert ended(found) == (verdict, Cleanup.CLEAN), found.closing
    assert production(shop) == before


def test_a_change_set_that_aws_does_not_prepare(shop: Estate, home: Path) -> None:
    """With AWS's reason, the call, and the other way; the restored table is gone."""
    before = production(shop)
    with mock.patch.object(imports, "IMPORTABLE", {}):
        found = drilled(shop, home)
    refused(shop, before, found, "ResourceTypes [AWS::DynamoDB::Table] are not supported for Import")
    assert "cloudformation:CreateChangeSet" in told(found)
    assert shop.calls("ExecuteChangeSet") == []


def test_an_import_that_fails_midway(shop: Estate, home: Path) -> None:
    """The stack rolls back: told by its own event, and both are gone."""
    before, bring_in = production(shop), CloudFormationStack.bring_in

    def without(self: CloudFormationStack, copy: Any) -> Any:
        with mock.patch.object(imports, "IMPORTABLE", {"AWS::DynamoDB::Table": ("TableName", lambda *_: None)}):
            return bring_in(self, copy)

    with mock.patch.object(CloudFormationStack, "bring_in", without):
        found = drilled(shop, home)
    refused(shop, before, found, "Config: Resource was not found")
    assert "cloudformation:ExecuteChangeSet" in told(found)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("KeySchema: [{AttributeName: pk, KeyType: HASH}]", "KeySchema: [{AttributeName: id, KeyType: HASH}]"),
        (
            "BillingMode: PAY_PER_REQUEST",
            "LocalSecondaryIndexes: [{IndexName: by, KeySchema: [], Projection: {ProjectionType: ALL}}]",
        ),
    ],
    ids=["other keys", "an index that it has not"],
)
def test_a_table_that_is_not_what_the_template_says(shop: Estate, home: Path, was: str, becomes: str) -> None:
    """No update makes it so: the environment does not come back by that template, which is named with what differs."""
    before = production(shop)
    found = drilled(shop, home, TEMPLATE.replace(was, becomes))
    why = f"infrastructure/shop.template.yaml: Config has another {becomes.partition(':')[0]} than dro-"
    refused(shop, before, found, why, Verdict.FAILED)
    assert shop.calls("CreateChangeSet") == []


@pytest.mark.parametrize("does", ["Replace", "Remove"])
def test_what_would_make_the_restored_table_anew(shop: Estate, home: Path, does: str) -> None:
    """The update is not executed: what it would do is read of its change set, and its data would be lost."""
    before, changes = production(shop), ChangeSets.changes

    def otherwise(self: ChangeSets, change_set: str) -> dict[str, str]:
        found = changes(self, change_set)
        return {name: does if action == "Modify" else action for name, action in found.items()}

    with mock.patch.object(ChangeSets, "changes", otherwise):
        found = drilled(shop, home)
    refused(shop, before, found, f"AWS would do other than was judged: {does} Config")
    assert len(shop.calls("ExecuteChangeSet")) == 1


@pytest.mark.parametrize("which", ["import", "make"])
def test_what_is_added_after_judging_is_not_executed(shop: Estate, home: Path, which: str) -> None:
    """Either template is read again just before: another resource in it ends the run."""
    before, ask = production(shop), ChangeSets.ask

    def ask_and_add(self: ChangeSets, copy: Any, asked: str, *given: Any) -> Any:
        answer = ask(self, copy, asked, *given)
        (prepared,) = shop.change_sets(answer[0])
        if asked == which:
            more = '"Resources":{"Grant":{"Type":"AWS::SQS::Queue"},'
            prepared.processed = prepared.processed.replace('"Resources":{', more)
        return answer

    with mock.patch.object(ChangeSets, "ask", ask_and_add):
        found = drilled(shop, home)
    refused(shop, before, found, "is not what was judged: Resources Grant")
    assert len(shop.calls("ExecuteChangeSet")) == (which == "make")


def test_a_script_that_restores_nothing_is_told_which_one_does(shop: Estate, home: Path) -> None:
    """A script of flows from before tables were imported."""
    before = production(shop)
    with mock.patch.object(Session, "imported", ()):
        found = drilled(shop, home)
    refused(shop, before, found, "sessions is to be imported, and was not restored before")
    assert shop.calls("CreateChangeSet") == []


def test_a_stack_that_holds_another_table_is_asked_nothing(shop: Estate, home: Path) -> None:
    """What CloudFormation holds under the table's name in the template has to be what this run restored."""
    before, resources = production(shop), CloudFormationStack._resources

    def others(self: CloudFormationStack, stack: str) -> Any:
        return [{**each, "PhysicalResourceId": TABLE.id} for each in resources(self, stack)]

    with mock.patch.object(CloudFormationStack, "_resources", others):
        found = drilled(shop, home)
    refused(shop, before, found, f"holds {TABLE.id} as Config, and not the restored dro-")
    assert found.checks == ()


def test_a_resource_that_cannot_be_made_fails_the_drill(shop: Estate, home: Path) -> None:
    """The rest of the environment, with its own reason; the imported table goes with its stack."""
    before = production(shop)
    shop.lab.faults.add({"kind": "ends-as", "status": "CREATE_FAILED", "action": "ExecuteChangeSet"})
    found = drilled(shop, home)
    refused(shop, before, found, "asked for by a fault rule of the lab", Verdict.FAILED)


def test_a_table_that_somebody_protects_is_taken_down_all_the_same(shop: Estate, home: Path) -> None:
    """It is the run's by its row and its identity, though no event tells that the stack made it."""
    before, destroy = production(shop), CloudFormationStack.destroy

    def protect(self: CloudFormationStack, copy: Any) -> Any:
        shop.client("dynamodb").update_table(TableName=f"{copy.id}-config", DeletionProtectionEnabled=True)
        return destroy(self, copy)

    with mock.patch.object(CloudFormationStack, "destroy", protect):
        found = drilled(shop, home)
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing
    assert production(shop) == before


def test_a_table_that_outlives_its_stack_is_taken_down_by_itself(shop: Estate, home: Path) -> None:
    """Somebody deleted the stack by force: the table is a copy of the run as any restored one."""
    before, destroy = production(shop), CloudFormationStack.destroy

    def by_force(self: CloudFormationStack, copy: Any) -> Any:
        shop.force(copy.run)
        return destroy(self, copy)

    with mock.patch.object(CloudFormationStack, "destroy", by_force):
        found = drilled(shop, home)
    assert ended(found)[1] is Cleanup.CLEAN, found.closing
    assert production(shop)["tables"] == before["tables"]


def test_what_aws_expands_is_judged_once_and_imported(shop: Estate, home: Path) -> None:
    """The macro is run once, and both change sets are of what it made then."""
    asked: list[int] = []

    def changing(part: Any, _: Any) -> Any:
        asked.append(1)
        return part if len(asked) == 1 else {**part, "Resources": {}}

    shop.lab.world.macros["Tagger"] = changing
    before = production(shop)
    found = drilled(shop, home, f"{MACRO}\n{TEMPLATE}", more="      allow: {Transform: it is ours}\n")
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), told(found)
    assert production(shop) == before
    assert len(asked) == 1
    assert [each["ChangeSetType"] for each in shop.calls("CreateChangeSet")] == ["CREATE", "IMPORT", "UPDATE"]


def test_a_serverless_template_reads_the_table_that_was_imported(shop: Estate, home: Path) -> None:
    """What SAM makes of it refers to the table, and is made by the update."""
    before = production(shop)
    body = TEMPLATE.replace("\nOutputs:", f"{SAM}Outputs:")
    found = drilled(shop, home, f"Transform: AWS::Serverless-2016-10-31\n{body}")
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), told(found)
    assert production(shop) == before

"""An app of the CDK is drilled as `cdk synth` left it: its stacks in their order, and down again in reverse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.cloudformation.models import cloudformation_backends

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL, CopyState
from dr_orchestrator.domain.replica import Made
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.runner.context import RunContext
from dr_orchestrator.wiring import opening, sweeping
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import orders_app
from tests.support.dying import die, killed_in, resumed
from tests.support.estate import Estate
from tests.support.orders_app import BUCKET, CODE, VERSION
from tests.support.shop import ended, run

TABLE = "Orders-Data/Config57D1D894"


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with orders_app.ground(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with orders_app.world(shop, home) as made:
        yield made


def ids(found: Run) -> list[str]:
    name = f"dro-{found.header.id}"
    return [f"{name}-orders-data", f"{name}-orders"]


def made(shop: Estate) -> list[str]:
    return [call["StackName"].split("/")[1] for call in shop.calls("ExecuteChangeSet")]


def removed(shop: Estate) -> list[str]:
    """The stacks in the order in which their deletion was asked for."""
    return [call["StackName"].split("/")[1] for call in shop.calls("DeleteStack")]


def stacks(found: Run) -> dict[str, CopyState]:
    return {row.copy.id: row.state for row in found.copies if row.copy.type == "cloudformation-stack"}


def of_stack(stack: str) -> Any:
    """A process that dies as soon as it has written what a stack is made from."""
    write = RunContext.derived

    def write_and_die(context: RunContext, template: Made) -> None:
        write(context, template)
        if template.stack == stack:
            die()

    return mock.patch.object(RunContext, "derived", write_and_die)


def test_an_app_is_made_anew_and_taken_down(shop: Estate, here: wiring.App) -> None:
    """Each stack after the one that it imports from; a table of any is filled, outputs of any asked; reversed after."""
    before = shop.inventory()

    found = run(here, "shop-replica")

    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    assert made(shop) == ids(found)
    assert removed(shop) == ids(found)[::-1]
    assert stacks(found) == dict.fromkeys(ids(found), CopyState.DELETED)
    assert shop.inventory() == before
    steps = [step.name for step in found.steps]
    in_order = [
        *("create stack Orders-Data", "restore sessions", "wait for stack Orders-Data", "create environment"),
        *("wait until built", f"fill {TABLE}", "verify", "destroy environment", "destroy stack Orders-Data"),
    ]
    assert [name for name in steps if name in in_order] == in_order
    assert {row.copy.id: row.copy.parent for row in found.copies}[f"{ids(found)[0]}-orders-config"] == ids(found)[0]
    asked = next(result for result in found.checks if result.name == "it answers")
    assert '"items": 61' in asked.observed


def test_stacks_import_from_one_another_and_none_from_production(here: wiring.App) -> None:
    """The names of exports are the copy's own, in both; every explicit name is."""
    found = run(here, "shop-replica")
    given = {each.name: each.template for each in cloudformation_backends[ACCOUNT][REGION].deleted_stacks.values()}
    first, second = (given[name] for name in ids(found))
    name = f'"{ids(found)[0]}-Orders-Data:ExportsOutputRefConfig57D1D8948A167C64"'
    assert f'"Export":{{"Name":{name}}}' in first
    assert f'{{"Fn::ImportValue":{name}}}' in second
    for body in (first, second):
        assert '"Orders-Data:' not in body
        assert '"Retain"' not in body


def test_a_stack_wears_the_tags_of_the_manifest_beside_the_runs(here: wiring.App, home: Path) -> None:
    """Those by which a team's policies and bills know it; none takes the place of what proves it to be the run's."""
    manifest = home / "drills" / "infrastructure" / "cdk.out" / "manifest.json"
    told = json.loads(manifest.read_text())
    told["artifacts"]["Orders"]["properties"]["tags"] = {"team": "orders", "dr-drill:run": "another"}
    manifest.write_text(json.dumps(told))
    found = run(here, "shop-replica")
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    made_of = cloudformation_backends[ACCOUNT][REGION].deleted_stacks.values()
    worn = {each.name: dict(each.tags) for each in made_of}
    assert [worn[name].get("team") for name in ids(found)] == [None, "orders"]
    assert {each["dr-drill:run"] for each in worn.values()} == {found.header.id}


def test_the_report_tells_stacks_and_edits_by_stack(shop: Estate, here: wiring.App, home: Path) -> None:
    """With the digests of each, in the ledger, the JSON and the pages."""
    found = run(here, "shop-replica")
    assert found.template is not None
    told = run_json(found)["template"]
    assert [each["stack"] for each in told["stacks"]] == ["Orders-Data", "Orders"]
    assert {len(each[key]) for each in told["stacks"] for key in ("digest", "derived_digest")} == {64}
    edits = {(each["resource"], each["property"]): each["becomes"] for each in told["edits"]}
    assert edits[(TABLE, "TableName")] == f"{ids(found)[0]}-orders-config"
    assert edits[("Orders/JobsDF1CC2D4", "QueueName")] == f"{ids(found)[1]}-orders-jobs"
    (page,) = (home / "reports" / "generated").glob("*.md")
    text = page.read_text()
    assert f"{TABLE}.TableName" in text
    assert "Stack Orders-Data, given to AWS" in text
    assert ids(found)[0] in text
    assert shop.calls("CreateChangeSet")


@pytest.mark.campaign(1)
@pytest.mark.parametrize("stack", ["Orders-Data", "Orders"])
def test_a_dead_run_goes_on_where_it_was(shop: Estate, here: wiring.App, stack: str) -> None:
    """Its process died just before it asked for a stack: each is asked for once, and the drill passes."""
    dead = killed_in(here, "shop-replica", of_stack(stack))
    found = resumed(here, dead)
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    assert made(shop) == ids(found)
    assert set(stacks(found).values()) == {CopyState.DELETED}


@pytest.mark.parametrize("stack", ["Orders-Data", "Orders"])
def test_what_a_dead_run_left_is_swept_in_reverse(shop: Estate, here: wiring.App, stack: str) -> None:
    """What it made, and what it only meant to make."""
    before = shop.inventory()
    dead = killed_in(here, "shop-replica", of_stack(stack))
    swept = sweeping.sweep_run(here, dead, "by hand")
    assert all(each.gone for each in swept), swept
    assert made(shop) == ids(dead)[: ["Orders-Data", "Orders"].index(stack)]
    found = here.ledger.queries.run(dead.header.id)
    assert all(row.state in TERMINAL for row in found.copies)
    assert shop.inventory() == before


def test_one_that_died_with_both_is_swept_in_reverse(shop: Estate, here: wiring.App) -> None:
    """CloudFormation lets nothing go that another stack still imports from."""
    before = shop.inventory()
    dead = killed_in(here, "shop-replica", mock.patch.object(CloudFormationStack, "fill", die))
    assert all(each.gone for each in sweeping.sweep_run(here, dead, "by hand"))
    assert removed(shop) == ids(dead)[::-1]
    assert shop.inventory() == before


def test_a_second_stack_that_fails_takes_all_down(shop: Estate, here: wiring.App) -> None:
    """FAILED, with what failed in it; both are taken down in reverse."""
    rule = {"service": "cloudformation", "action": "ExecuteChangeSet", "resource": "*-orders", "kind": "ends-as"}
    shop.lab.faults.add({**rule, "status": "ROLLBACK_COMPLETE"})
    before = shop.inventory()
    found = run(here, "shop-replica")
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.FAILED, Cleanup.CLEAN), (
        found.closing.cleanup_reasons
    )
    assert f"{ids(found)[1]} ended as" in found.closing.reasons[0]
    assert removed(shop) == ids(found)[::-1]
    assert shop.inventory() == before


def test_a_stack_that_stays_keeps_those_that_it_imports_from(shop: Estate, here: wiring.App) -> None:
    """Both are told as left, without hours of waiting; once it can go, a sweep takes both."""
    rule = {"service": "cloudformation", "action": "DeleteStack", "resource": "*-orders", "kind": "ends-as"}
    number = shop.lab.faults.add({**rule, "status": "DELETE_FAILED"})
    found = run(here, "shop-replica")
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.LEFTOVERS
    assert stacks(found) == dict.fromkeys(ids(found), CopyState.LEFTOVER)
    assert "EXPORT_IN_USE" in " ".join(found.closing.cleanup_reasons)
    assert (found.steps[-1].offset - found.steps[0].offset).total_seconds() < 2 * 3600
    shop.lab.faults.remove(number)
    left = here.ledger.queries.run(found.header.id)
    assert all(each.gone for each in sweeping.sweep_run(here, left, "by hand"))


def _no_bootstrap(shop: Estate) -> None:
    shop.client("ssm").delete_parameter(Name=VERSION)


def _old_bootstrap(shop: Estate) -> None:
    shop.client("ssm").put_parameter(Name=VERSION, Value="5", Type="String", Overwrite=True)


def _no_asset(shop: Estate) -> None:
    shop.client("s3").delete_object(Bucket=BUCKET, Key=CODE)


def _no_bucket(shop: Estate) -> None:
    _no_asset(shop)
    shop.client("s3").delete_bucket(Bucket=BUCKET)


def _no_access(shop: Estate) -> None:
    shop.lab.faults.add({"service": "s3", "action": "ListObjectsV2", "kind": "access-denied"})


@pytest.mark.parametrize(
    ("lacking", "words", "what_to_do"),
    [
        (_no_bootstrap, f"there is no {VERSION}: the CDK was not bootstrapped", "cdk bootstrap"),
        (_old_bootstrap, f"{VERSION} tells version 5 of the bootstrap stack, the app asks for 6", "cdk bootstrap"),
        (_no_asset, f"not published: s3://{BUCKET}/{CODE}", "`cdk-assets publish` or `cdk deploy` publishes it"),
        (_no_bucket, f"there is no bucket {BUCKET} for the app's assets", "cdk bootstrap"),
        (_no_access, "s3:ListObjectsV2: AccessDenied", "allow s3:ListObjectsV2"),
    ],
)
def test_what_has_to_be_published_before_is_looked_for(
    shop: Estate, here: wiring.App, lacking: Any, words: str, what_to_do: str
) -> None:
    """What lacks is named, with what to do, by plan and run, before anything is made; a drill publishes nothing."""
    lacking(shop)
    (blocker,) = plan(here, "shop-replica").preflight.blockers
    assert words in blocker.words
    assert what_to_do in blocker.hint
    found = run(here, "shop-replica")
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert words in found.closing.reasons[0]
    assert (made(shop), found.copies) == ([], ())


def test_a_plan_tells_what_it_would_make_and_what_is_there(here: wiring.App) -> None:
    """Each stack, the version of the bootstrap stack, and each asset that the templates refer to."""
    found = plan(here, "shop-replica")
    assert found.blockers == []
    assert found.creates[:2] == [
        "cloudformation-stack named like dro-plan-orders-data",
        "cloudformation-stack named like dro-plan-orders",
    ]
    seen = {each.name: each.words for each in found.preflight.looks}
    assert "CloudFormation stacks in use, 2 more for drills" in seen["quota"]
    assert {"Orders", "Orders-Data"} <= here.sources  # what is production's is never a target
    assert seen["assets"] == f"s3://{BUCKET}/{CODE}"
    assert seen["bootstrap stack"] == f"{VERSION} tells version 21, 6 is asked for"
    assert "Orders-Data: 1 resource: AWS::DynamoDB::Table; " in seen["template"]


def test_a_script_of_before_asks_for_nothing_that_could_not_stand(shop: Estate, here: wiring.App) -> None:
    """It knows of one stack alone; the run says which script to take, and fails nobody's recovery for it."""
    with opening.open_run("shop-replica", lambda _name, act: act()) as session:
        session.look()
        session.at_exit("destroy environment", session.environment.destroy, session.copy)
        session.create("create environment", session.environment.build, copy=session.copy)
    (found,) = here.ledger.queries.runs(1)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert "which this run did not ask for" in found.closing.reasons[0]
    assert made(shop) == []

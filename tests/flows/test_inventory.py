"""A sweep proves what it did by an inventory before and after: in a lab, whatever else happens in the account."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.errors import Exit, NotMeasured, Transient
from dr_orchestrator.ledger.engine import LedgerDefect
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
from dr_orchestrator.runner import sweep as of_runner
from dr_orchestrator.runner.sweep import orphans, perform
from dr_orchestrator.wiring import opening, sweeping
from dr_orchestrator.wiring.sweeping import AwsRegion
from tests.support import workspace
from tests.support.dying import die, in_verify, killed_in, read
from tests.support.estate import BUCKET, MACHINE, SHARE, TABLE, VOLUME, WEB, Estate
from tests.support.shop import beat, run

AGAIN = """
  sessions-again:
    kind: pitr-restore
    resource: sessions
    disruption: application
    checks:
      - {name: sessions are there, items-at-least: {minimum: 50}}
"""


@pytest.fixture
def here(shop: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    monkeypatch.setattr(opening, "_last_seen", lambda *_: shop.clock.now())
    beat(shop)
    with wiring.using(workspace.world(home, shop.clock, shop=workspace.SHOP + AGAIN)) as made:
        yield made
        shop.lab.faults.clear()
        sweeping.sweep(made)  # what a test left is not the next one's


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """Sweeps by the command, and returns its exit code with its JSON or its words."""

    def sweep(*options: str) -> Any:
        code = main.run(["sweep", *options])
        said = capsys.readouterr().out
        return code, json.loads(said) if "--json" in options else said

    return sweep


def in_rebuild(here: wiring.App) -> Run:
    return killed_in(here, "shop-replica", mock.patch.object(CloudFormationStack, "member", die))


def names(objects: Any) -> set[str]:
    return {each["id"] for each in objects}


def table(shop: Estate, name: str, *tags: dict[str, str]) -> None:
    shop.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=list(tags),
    )
    shop.clock.sleep(60)


def dropped(shop: Estate, name: str) -> None:
    shop.client("dynamodb").delete_table(TableName=name)
    shop.clock.sleep(600)


def test_a_sweep_is_proven_by_what_was_there_and_is_not(shop: Estate, here: wiring.App, told: Any) -> None:
    """Its copy has gone, and nothing else: on the terminal, and in the record of its run."""
    dead = in_verify(here)
    (copy,) = dead.copies

    code, said = told()

    assert code == Exit.PASSED
    assert "us-east-1: 10 objects before, 9 after; gone is 1 copy of drills, and nothing else." in said
    after = read(here, dead).closing
    assert after is not None
    assert after.cleanup is Cleanup.CLEAN
    (reason,) = after.cleanup_reasons
    assert reason == "of its copies the inventory of us-east-1 shows 1 of 1 before the sweep, none after"
    assert reason in (here.settings.generated / f"{dead.header.id}.md").read_text()
    assert copy.copy.id not in str(shop.inventory())


def test_what_a_stack_holds_goes_with_it(shop: Estate, here: wiring.App, told: Any) -> None:
    """A part that is in no row of the ledger, and that only its stack names, is the sweep's doing all the same."""
    before = shop.inventory()
    dead = in_rebuild(here)
    assert not any(row.copy.parent for row in dead.copies)
    there = shop.inventory()

    code, said = told("--json")

    assert code == Exit.PASSED
    proof = said["inventory"]
    assert names(proof["gone"]) == {each for of, ids in there.items() for each in ids if each not in before[of]}
    assert len(proof["gone"]) == 3  # the stack, its table, and the table that its store is restored to
    assert (proof["others_gone"], proof["others_new"], proof["not_proven_gone"]) == ([], [], [])
    assert proof["before"] - proof["after"] == 3


def test_a_copy_that_is_still_shown_is_not_proven_gone(shop: Estate, here: wiring.App, told: Any) -> None:
    """Whoever said that it was deleted: the run is not CLEAN, the exit code tells, and the next sweep takes it down."""
    dead = in_verify(here)
    with mock.patch.object(DynamoTable, "destroy", lambda *_: CopyState.DELETED):
        code, said = told("--json")

    assert code == Exit.LEFTOVERS
    assert said["copies"][0]["state"] == "unproven"
    assert "the inventory after still shows dynamodb-table" in said["copies"][0]["why"]
    assert names(said["inventory"]["not_proven_gone"]) == {dead.copies[0].copy.id}
    doubted = read(here, dead)
    assert doubted.closing is not None
    assert doubted.closing.cleanup is Cleanup.UNPROVEN
    assert "still shows" in doubted.closing.cleanup_reasons[-1]
    assert [(row.state, row.gone_at) for row in doubted.copies] == [(CopyState.UNPROVEN, None)]

    code, said = told()
    assert code == Exit.PASSED
    assert "gone is 1 copy of drills" in said
    settled = read(here, dead).closing
    assert settled is not None
    assert settled.cleanup is Cleanup.CLEAN
    assert "taken down by a sweep" in settled.cleanup_reasons[-1]
    assert "shows 1 of 1 before the sweep" in settled.cleanup_reasons[-1]


def test_what_others_do_meanwhile_is_named_and_no_error(shop: Estate, here: wiring.App, told: Any) -> None:
    """A table that somebody makes while a sweep goes on is not its doing."""
    in_verify(here)
    original = DynamoTable.destroy

    def destroy(self: DynamoTable, copy: Any) -> CopyState:
        table(shop, "somebody-elses")
        return original(self, copy)

    with mock.patch.object(DynamoTable, "destroy", destroy):
        code, said = told("--json")
    dropped(shop, "somebody-elses")

    assert code == Exit.PASSED
    assert names(said["inventory"]["others_new"]) == {"somebody-elses"}
    assert said["inventory"]["others_gone"] == []


def test_a_listing_that_is_denied_hides_nothing_else(shop: Estate, here: wiring.App, told: Any) -> None:
    """The copy is taken down all the same, and what is known of other types is told; that no tables were seen, too."""
    before = shop.inventory()
    dead = in_verify(here)
    rds = shop.client("rds")
    arn = rds.describe_db_instances()["DBInstances"][0]["DBInstanceArn"]
    shop.lab.faults.add({"kind": "access-denied", "action": "ListTables"})

    code, said = told("--json")
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "dr-drill:run", "Value": "nobody"}])
    with_stray, strays = told("--json")
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["dr-drill:run"])
    shop.lab.faults.clear()

    assert code == Exit.INCONCLUSIVE
    assert "dynamodb:ListTables: AccessDenied" in said["inventory"]["unread"]["us-east-1"]
    assert said["strays_unknown"] == said["inventory"]["unread"]["us-east-1"]
    closing = read(here, dead).closing
    assert closing is not None
    assert closing.cleanup_reasons[0].startswith("no inventory of us-east-1 could prove it: dynamodb:ListTables")
    assert shop.inventory() == before
    assert (with_stray, names(strays["strays"])) == (Exit.LEFTOVERS, {"orders-prod"})


def test_a_region_that_does_not_answer_is_waited_for_once(here: wiring.App) -> None:
    """Where one service is not to be reached the others are not tried, and are not known either."""
    with mock.patch.object(sweeping, "read_only", side_effect=Transient("no route")) as way:
        seen = of_runner.take_inventory(sweeping.context(here))
    assert way.call_count == 1
    assert seen.unread == {("us-east-1", of): "no route" for of in TYPES.copies}
    with (
        mock.patch.object(sweeping, "read_only", side_effect=NotMeasured("denied")),
        pytest.raises(NotMeasured, match="denied"),
    ):
        of_runner.find_orphans(sweeping.context(here))


def test_where_nothing_died_one_look_is_enough(shop: Estate, here: wiring.App, told: Any) -> None:
    """Strays need one inventory; a second would prove nothing."""
    asked = len(shop.calls("ListTables"))
    code, said = told("--json")
    assert (code, said["inventory"]["after"]) == (Exit.PASSED, None)
    assert len(shop.calls("ListTables")) == asked + 1

    in_verify(here)
    asked = len(shop.calls("ListTables"))
    told()
    assert len(shop.calls("ListTables")) == asked + 2


def test_only_tables_that_are_named_like_copies_are_described(shop: Estate, here: wiring.App) -> None:
    """One call a table would be many in a large account: of all others the name is enough."""
    table(shop, "dro-somebody-elses")
    asked = len(shop.calls("DescribeTable"))
    seen = of_runner.take_inventory(sweeping.context(here))
    described = [call["TableName"] for call in shop.calls("DescribeTable")[asked:]]
    dropped(shop, "dro-somebody-elses")

    assert described == ["dro-somebody-elses"]
    identities = {each.id: bool(each.identity) for each in seen.objects}
    known = {"dro-somebody-elses": True, TABLE.id: False, BUCKET.id: False, "orders-prod": True}
    known |= {"orders-by-hand": True, VOLUME.id: True, WEB.id: True, MACHINE: True, SHARE.id: True}
    (disk,) = identities.keys() - known.keys()
    assert identities == {**known, disk: True}
    assert disk.startswith("vol-"), "the machine's own, whose id is drawn"


def test_a_dry_run_looks_once_and_changes_nothing(shop: Estate, here: wiring.App, told: Any) -> None:
    """What would go is named, parts of stacks too, and it stays."""
    dead = in_rebuild(here)
    before, asked = shop.inventory(), len(shop.calls("ListTables"))

    code, said = told("--dry-run")
    _, programs = told("--dry-run", "--json")

    assert code == Exit.LEFTOVERS
    assert "us-east-1: 12 objects; 2 copies of drills with 1 object of stacks would go." in said
    assert said.count("Would go: ") == 3
    assert len(programs["inventory"]["would_go"]) == 3
    assert programs["inventory"]["after"] is None
    assert len(shop.calls("ListTables")) == asked + 2
    assert read(here, dead) == dead
    assert shop.inventory() == before


def test_a_run_that_cannot_be_swept_does_not_keep_the_others(shop: Estate, here: wiring.App, told: Any) -> None:
    """A defect in one run is told with its copies as left; the next run is swept and proven."""
    first, second = in_verify(here), in_verify(here)
    original = perform.take_down

    def take_down(world: wiring.App, dead: Run, why: str) -> Any:
        if dead.header.id == first.header.id:
            raise LedgerDefect("the ledger has no such step")
        return original(world, dead, why)

    with mock.patch.object(perform, "take_down", take_down):
        code, said = told("--json")

    assert code == Exit.LEFTOVERS
    assert "LedgerDefect" in said["runs_unswept"][first.header.id]
    assert names(said["inventory"]["gone"]) == {second.copies[0].copy.id}
    assert read(here, first).closing is None


@pytest.mark.parametrize("whole_account", [True, False])
def test_the_page_of_an_exercise_tells_what_a_sweep_did(
    shop: Estate, here: wiring.App, told: Any, whole_account: bool
) -> None:
    """A copy that its run left is a leftover on the exercise's page until it is swept, and not after."""

    def denied(*_: object) -> Any:
        raise NotMeasured("denied", call="dynamodb:DeleteTable")

    with mock.patch.object(DynamoTable, "destroy", denied):
        exercise = asyncio.run(prefect_runner.script("quarterly").fn(["sessions-pitr"], 1))
    page = here.settings.generated / f"{exercise}.md"
    assert "LEFTOVERS" in page.read_text()

    if whole_account:
        assert told()[0] == Exit.PASSED
    else:
        (left,) = sweeping.resistant_runs(here)
        sweeping.sweep_run(here, left, "by hand")

    assert "LEFTOVERS" not in page.read_text()


def test_the_runs_of_an_exercise_look_for_orphans_by_one_listing(shop: Estate, here: wiring.App) -> None:
    """Each run takes the look as a single run does, but the account is listed once; and not known for ever."""
    stray = f"dro-20261120-abc123-{TABLE.id}"
    table(shop, stray, {"Key": "dr-drill:run", "Value": "20261120-abc123"})
    with mock.patch.object(AwsRegion, "listed", autospec=True, side_effect=AwsRegion.listed) as listed:
        exercise = asyncio.run(prefect_runner.script("quarterly").fn(["sessions-pitr", "sessions-again"], 2))
    dropped(shop, stray)

    _, runs = here.ledger.queries.exercise(exercise)
    assert len(runs) == 2
    for each in runs:
        assert f"orphans: inconclusive, {stray} of no open run" in each.steps[0].detail
    assert listed.call_count == 1
    assert not orphans._looks
    assert "orphans: passed" in run(here, "sessions-pitr").steps[0].detail


def test_a_listing_that_failed_is_tried_by_the_next_run(shop: Estate, here: wiring.App) -> None:
    """What one run of an exercise could not see, the next may: only an answer is shared."""
    copy = Copy("dynamodb-table", "dro-r-1-sessions-prod", "us-east-1", "r-1", "sessions-pitr", "shop")
    account = mock.Mock()
    account.api.return_value.region = "us-east-1"
    with mock.patch.object(AwsRegion, "listed", side_effect=[NotMeasured("denied"), [], AssertionError("asked again")]):
        with pytest.raises(NotMeasured):
            sweeping.orphans_of(here, account, copy, "2026-q4-x")
        assert sweeping.orphans_of(here, account, copy, "2026-q4-x") == []
        assert sweeping.orphans_of(here, account, copy, "2026-q4-x") == []
    of_runner.forget("2026-q4-x")

"""A stack that is gone may have left a table behind: nothing that it held is called gone before it was looked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.copy import TERMINAL, CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.runner.session import Session
from tests.support import workspace
from tests.support.dying import die, killed_in, read
from tests.support.estate import Estate
from tests.support.shop import ended, run


def in_verify(here: wiring.App) -> Run:
    return killed_in(here, "shop-replica", mock.patch.object(Session, "verify", die))


def untag(shop: Estate, table: str) -> None:
    """Somebody takes the tags of a table away: it is not provably a copy any more."""
    client = shop.client("dynamodb")
    arn = client.describe_table(TableName=table)["Table"]["TableArn"]
    worn = client.list_tags_of_resource(ResourceArn=arn)["Tags"]
    client.untag_resource(ResourceArn=arn, TagKeys=[each["Key"] for each in worn])


def member_of(found: Run) -> Any:
    (member,) = [row for row in found.copies if row.copy.parent]
    return member


def test_a_table_that_a_lost_stack_left_is_taken_down_by_a_sweep(shop: Estate, here: wiring.App) -> None:
    """Proven by its own row, tag and identity, it goes as a copy of its run: CLEAN is said, and is true."""
    before = shop.inventory()
    dead = in_verify(here)
    shop.force(dead.header.id)
    assert member_of(dead).copy.id in shop.inventory()["tables"]

    assert main.run(["sweep"]) == Exit.PASSED

    swept = read(here, dead)
    assert swept.closing is not None
    assert swept.closing.cleanup is Cleanup.CLEAN
    assert all(row.state is CopyState.DELETED for row in swept.copies)
    assert shop.inventory() == before


def test_a_running_drill_takes_down_what_its_lost_stack_left(shop: Estate, here: wiring.App) -> None:
    """The stack is deleted by force while the drill verifies: its teardown looks for the table all the same."""
    before = shop.inventory()
    with mock.patch.object(Session, "verify", lambda session: shop.force(session.header.id)):
        found = run(here, "shop-replica")
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    assert member_of(found).state is CopyState.DELETED
    assert shop.inventory() == before


def test_what_a_lost_stack_left_and_cannot_be_proven_is_a_leftover(
    shop: Estate, here: wiring.App, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its tag the table is not deleted; it is named, stays asked for, and every sweep tells of it."""
    dead = in_verify(here)
    table = member_of(dead).copy.id
    shop.force(dead.header.id)
    untag(shop, table)

    for _ in range(2):
        assert main.run(["sweep"]) == Exit.LEFTOVERS
        assert f"left {table} behind" in capsys.readouterr().out
        swept = read(here, dead)
        assert swept.closing is not None
        assert swept.closing.cleanup is Cleanup.LEFTOVERS
        assert f"left {table} behind" in " ".join(swept.closing.cleanup_reasons)
        assert member_of(swept).state is CopyState.LEFTOVER
        assert table in shop.inventory()["tables"]


def test_a_table_of_a_lost_stack_that_is_in_no_row_is_a_leftover(shop: Estate, here: wiring.App) -> None:
    """CloudFormation still tells what the deleted stack held: a table that is in no row is not deleted, but told."""
    dead = killed_in(here, "shop-replica", mock.patch.object(CloudFormationStack, "member", die))
    shop.force(dead.header.id)

    assert main.run(["sweep"]) == Exit.LEFTOVERS

    swept = read(here, dead)
    assert swept.closing is not None
    assert swept.closing.cleanup is Cleanup.LEFTOVERS
    assert "-config behind" in " ".join(swept.closing.cleanup_reasons)


STORES = "stores: {Config: {resource: sessions, fill: items}}"
DATABASE = """
  Orders:
    Type: AWS::RDS::DBInstance
    Properties:
      DBInstanceIdentifier: !Sub "${EnvironmentName}-orders"
      DBInstanceClass: db.t3.micro
      Engine: postgres
      AllocatedStorage: "20"
      BackupRetentionPeriod: 1
      Port: "5432"
      MasterUsername: drill
      MasterUserPassword: not-a-secret
"""


def with_database(home: Path, shop: Estate, monkeypatch: pytest.MonkeyPatch) -> wiring.App:
    """A world whose environment holds a database, too."""
    monkeypatch.setenv("DRO_HOME", str(home))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    made = workspace.TEMPLATE.replace("Outputs:", f"{DATABASE.strip(chr(10))}\nOutputs:")
    words = 'allow: {Orders: "nothing else is in that network"}\n      empty: {Orders: "nothing is read of it"}'
    allowed = workspace.SHOP.replace(STORES, f"{STORES}\n      {words}")
    return workspace.world(home, shop.clock, template=made, shop=allowed)


def test_an_environment_with_a_database_goes_whole(
    shop: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is deleted with its stack is not called left behind, whether a listing knows its type or not."""
    before = shop.inventory()
    with wiring.using(with_database(tmp_path, shop, monkeypatch)) as here:
        found = run(here, "shop-replica")
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN)
    assert shop.inventory() == before


@pytest.mark.campaign(2)
@pytest.mark.parametrize("kept", ["Queue", "Orders"])
@pytest.mark.parametrize("how", ["its own teardown", "a sweep"])
def test_nothing_that_a_lost_stack_left_is_called_gone(
    shop: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str, how: str
) -> None:
    """A database is listed by its own type; of a queue, which none lists, CloudFormation tells: never CLEAN."""
    with wiring.using(with_database(tmp_path, shop, monkeypatch)) as here:
        if how == "a sweep":
            found = in_verify(here)
            shop.force(found.header.id, [kept])
            assert main.run(["sweep"]) == Exit.LEFTOVERS
        else:
            forced = mock.patch.object(Session, "verify", lambda session: shop.force(session.header.id, [kept]))
            with forced:
                found = run(here, "shop-replica")
        found = read(here, found)
    assert found.closing is not None
    assert found.closing.cleanup is not Cleanup.CLEAN
    assert re.search(rf"left \S+ \S*{kept}\S* behind", " ".join(found.closing.cleanup_reasons), re.IGNORECASE)


@pytest.mark.parametrize("blind", [False, True], ids=["seen before", "not listed before"])
def test_the_inventory_after_shows_what_a_lost_stack_left(shop: Estate, here: wiring.App, blind: bool) -> None:
    """Whoever says that the stack is gone: while its table is listed the copy is not, and it is swept again."""
    before = shop.inventory()
    dead = in_verify(here)
    shop.force(dead.header.id)
    if blind:
        shop.lab.faults.add({"kind": "access-denied", "action": "ListTables"})

    def believed(*_: object) -> CopyState:
        shop.lab.faults.clear()
        return CopyState.DELETED

    with mock.patch.object(CloudFormationStack, "destroy", believed):
        assert main.run(["sweep"]) == Exit.LEFTOVERS

    doubted = read(here, dead)
    assert doubted.closing is not None
    assert doubted.closing.cleanup is Cleanup.UNPROVEN
    assert f"still shows dynamodb-table {member_of(doubted).copy.id}" in doubted.closing.cleanup_reasons[-1]
    assert member_of(doubted).state is CopyState.UNPROVEN
    assert main.run(["sweep"]) == Exit.PASSED
    assert all(row.state in TERMINAL for row in read(here, dead).copies)
    assert shop.inventory() == before


@pytest.mark.parametrize("how", ["passes", "dies", "dies and loses its stack"])
def test_a_table_may_be_named_as_its_stack(
    shop: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The two are told apart by their types: the drill passes, and what a dead one left is taken down."""
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    named = workspace.TEMPLATE.replace('!Sub "${EnvironmentName}-config"', "!Ref EnvironmentName")
    assert named != workspace.TEMPLATE
    before = shop.inventory()
    with wiring.using(workspace.world(tmp_path, shop.clock, template=named)) as here:
        if how != "passes":
            found = in_verify(here)
            if how != "dies":
                shop.force(found.header.id)
            assert main.run(["sweep"]) == Exit.PASSED
        else:
            found = run(here, "shop-replica")
        found = read(here, found)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    assert found.closing.verdict is (Verdict.PASSED if how == "passes" else Verdict.INCONCLUSIVE)
    stack = next(row for row in found.copies if row.copy.type == "cloudformation-stack")
    member = member_of(found)
    assert (member.copy.id, member.copy.type) == (stack.copy.id, "dynamodb-table")
    assert all(row.state is CopyState.DELETED for row in found.copies)
    assert shop.inventory() == before

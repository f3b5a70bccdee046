"""A part of a replica that keeps data and that no drill fills is told: the drill did not bring that back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import workspace
from tests.support.estate import Estate
from tests.support.estate import estate as lab_of
from tests.support.shop import beat, ended, run

ORDERS = """
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: prod-orders
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
Outputs:"""
TEMPLATE = workspace.TEMPLATE.replace("\nOutputs:", ORDERS)
WORD = "      empty: {Orders: rebuilt from the events}\n      stores:"


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with lab_of(tmp_path_factory.mktemp("lab")) as made:
        beat(made)
        yield made


def drilled(estate: Estate, home: Path, shop: str = workspace.SHOP) -> Run:
    with wiring.using(workspace.world(home, estate.clock, template=TEMPLATE, shop=shop)) as here:
        return run(here, "shop-replica")


def test_a_store_that_nobody_named_is_a_finding(shop: Estate, home: Path) -> None:
    """The checks pass, for they read what was filled; the promise of the rest was not tried."""
    found = drilled(shop, home)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.PASSED_WITH_FINDINGS, Cleanup.CLEAN)
    (told,) = [each for each in found.closing.findings if each.rule is Rule.EMPTY]
    assert told.title == "Nothing was restored into Orders (AWS::DynamoDB::Table)"
    assert run_json(found)["template"]["empty"] == [
        {"resource": "Orders", "type": "AWS::DynamoDB::Table", "reason": ""}
    ]


def test_it_is_told_before_anything_is_made(shop: Estate, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the plan, and without AWS by `dro template --drill`, with the line to write; no more once that is written."""
    with wiring.using(workspace.world(home / "a", shop.clock, template=TEMPLATE)) as here:
        looks = str(plan(here, "shop-replica").preflight).split(";\n")
        (template,) = (each for each in looks if each.startswith("template: "))
        assert template.endswith("nothing is restored into Orders")
        assert main.run(["template", "--drill", "shop-replica", "--json"]) == Exit.PASSED
    (note,) = [each for each in json.loads(capsys.readouterr().out)["notes"] if each["resource"] == "Orders"]
    assert note["what"] == "AWS::DynamoDB::Table keeps data, and comes back empty"
    assert "`empty: {Orders: reason}`" in note["why"]
    said = workspace.SHOP.replace("      stores:", WORD)
    with wiring.using(workspace.world(home / "b", shop.clock, template=TEMPLATE, shop=said)):
        assert main.run(["template", "--drill", "shop-replica", "--json"]) == Exit.PASSED
    assert [each for each in json.loads(capsys.readouterr().out)["notes"] if each["resource"] == "Orders"] == []


def test_its_owners_word_is_kept_and_told(shop: Estate, home: Path) -> None:
    """With a reason the drill passes; the report says what was not exercised, and why."""
    found = drilled(shop, home, workspace.SHOP.replace("      stores:", WORD))
    assert found.closing is not None
    assert ended(found)[0] is Verdict.PASSED
    told = run_json(found)
    assert told["template"]["empty"][0]["reason"] == "rebuilt from the events"
    assert "The data of Orders: rebuilt from the events" in told["not_exercised"]

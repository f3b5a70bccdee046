"""The stores of a stack within are named by their way: filled, made from recovery points, checked and taken down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.export import run_json
from tests.support import shop as hurt
from tests.support.born_shop import BEATS, BORN_TEMPLATE, declared
from tests.support.estate import INSTANCE, TABLE, Estate
from tests.support.estate import estate as lab_of
from tests.support.expansion import SHELF
from tests.support.shop import ended, everything, fresh, run

DRILL = "shop-replica"
ROOT = """
Parameters: {EnvironmentName: {Type: String}}
Resources:
  Data:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: data.yaml, Parameters: {EnvironmentName: !Ref EnvironmentName}}
  Jobs: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: table, Value: !GetAtt Data.Outputs.Table}]}}
"""


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with lab_of(tmp_path_factory.mktemp("lab")) as made:
        fresh(made)
        made.client("s3").create_bucket(Bucket=SHELF)
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    """The workspace of a replica whose table and database are in a stack within."""
    with hurt.world(shop, home) as made:
        drills = home / "drills"
        file, tiers = drills / "shop.yaml", drills / "tiers.yaml"
        inner = re.sub(
            r"\b(Config|Database): ?(?=\{resource|orders-db)", r"Data/\1: ", declared(file.read_text(), BEATS)
        )
        inner = re.sub(r"(table|database): (Config|Database)", r"\1: Data/\2", inner)
        file.write_text(inner)
        tiers.write_text(tiers.read_text() + f"replica: {{bucket: {SHELF}}}\n")
        (drills / "infrastructure" / "shop.template.yaml").write_text(ROOT)
        (drills / "infrastructure" / "data.yaml").write_text(BORN_TEMPLATE)
        yield made


def test_stores_within_are_filled_and_made_from_their_points(shop: Estate, here: wiring.App) -> None:
    """A table and a database of a stack within: each is a copy of the run, and none of them is told to be empty."""
    before = everything(shop)

    found = run(here, DRILL)

    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing
    assert everything(shop) == before
    told = run_json(found)["template"]
    edits = {(each["resource"], each["property"]) for each in told["edits"]}
    assert ("Data/Database", "RestoreTime") in edits
    assert told["empty"] == []
    members = {each.copy.type: each.copy for each in found.copies if each.copy.parent}
    assert members.keys() == {INSTANCE.type, TABLE.type}
    (stack,) = (each.copy for each in found.copies if each.copy.type == "cloudformation-stack")
    assert {each.parent for each in members.values()} == {stack.id}

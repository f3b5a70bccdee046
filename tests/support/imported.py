"""A shop whose table is imported into its environment as AWS restored it: the template as teams write it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from dr_orchestrator import wiring
from dr_orchestrator.domain.run import Run
from dr_orchestrator.wiring import App
from tests.support import workspace
from tests.support.estate import Estate
from tests.support.shop import run

DRILL = "shop-replica"
STORES = "{Config: {resource: sessions, fill: items}}"
TEMPLATE = """
Parameters: {EnvironmentName: {Type: String}}
Resources:
  Config:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: !Sub "${EnvironmentName}-config"
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
      TimeToLiveSpecification: {AttributeName: until, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      DeletionProtectionEnabled: true
  Queue: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: stream, Value: !GetAtt Config.StreamArn}]}}
Outputs:
  Table: {Value: !Ref Config}
"""


IMPORT = "{resource: sessions, fill: import}"


def shop(fill: str = IMPORT, more: str = "") -> str:
    """The workspace's file with a store that is filled so, and `more` of the owner's words."""
    return workspace.SHOP.replace(f"      stores: {STORES}\n", f"      stores: {{Config: {fill}}}\n{more}")


@contextmanager
def room(shop_: Estate, home: Path, template: str = TEMPLATE, fill: str = IMPORT, more: str = "") -> Iterator[App]:
    """Within: the workspace with that template."""
    made = workspace.world(home, shop_.clock, template=template, shop=shop(fill, more))
    with mock.patch.dict(os.environ, {"DRO_HOME": str(home)}), wiring.using(made) as here:
        yield here


def drilled(shop_: Estate, home: Path, template: str = TEMPLATE, fill: str = IMPORT, more: str = "") -> Run:
    """A drill of the environment."""
    with room(shop_, home, template, fill, more) as here:
        return run(here, DRILL)


def brought(asked: Mapping[str, str]) -> list[tuple[str, str, dict[str, str]]]:
    """What a change set was to import, as the call says it."""
    found, number = [], 1
    while (lead := f"ResourcesToImport.member.{number}.") + "ResourceType" in asked:
        entry = f"{lead}ResourceIdentifier.entry.1."
        identifier = {asked[f"{entry}key"]: asked[f"{entry}value"]}
        found.append((asked[f"{lead}ResourceType"], asked[f"{lead}LogicalResourceId"], identifier))
        number += 1
    return found

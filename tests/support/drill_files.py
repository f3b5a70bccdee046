"""A small legal workspace in memory, for tests that break one thing of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dr_orchestrator.errors import Problem
from tests.support.types import problems

TIERS = """\
revision: r1
approved: {by: Someone, date: 2026-10-01}
tiers:
  - {number: 1, name: Products, rto: "< 6h", rpo: "< 1h"}
  - {number: 2, name: Internal, rto: "< 24h", rpo: none}
isolation: {subnet_group: sealed, security_groups: [sealed]}
"""

SHOP = """\
service: shop
title: The shop
tier: 1
owner: Team Shop
dr_champion: Ada
runbook: {url: https://wiki.example.com/shop, reviewed: 2026-10-06}
resources:
  shop-db:
    type: rds-instance
    id: shop-prod
    region: us-east-1
    database: {name: shop, secret: prod/shop}
drills:
  shop-pitr:
    kind: pitr-restore
    resource: shop-db
    disruption: application
    checks:
      - {name: orders, rows-at-least: {table: orders, minimum: 1}}
"""

CLOUD = """\
service: cloud
title: The cloud app
tier: 1
owner: Team Cloud
dr_champion: Bob
runbook: {url: https://wiki.example.com/cloud, reviewed: 2026-10-06}
resources:
  settings:
    type: dynamodb-table
    id: cloud-settings
    region: us-east-1
  environment:
    type: cloudformation-stack
    id: cloud-prod
    region: us-east-1
    rebuild:
      template: cloud.template.yaml.txt
      parameters: {Name: "{copy}"}
      stores: {Settings: settings}
drills:
  cloud-replica:
    kind: replica-rebuild
    resource: environment
    disruption: infrastructure
    checks:
      - {name: items, items-at-least: {table: Settings, minimum: 1}}
      - {name: answers, http-answer: {url: "{Url}health"}}
"""

TEMPLATE = """\
Parameters: {Name: {Type: String}}
Resources:
  Settings: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "${Name}-settings"}}
  Queue: {Type: AWS::SQS::Queue}
  Api: {Type: AWS::Lambda::Url, Properties: {AuthType: NONE, TargetFunctionArn: !GetAtt Function.Arn}}
Outputs: {Url: {Value: !GetAtt Api.FunctionUrl}}
"""

LEGAL = {"tiers.yaml": TIERS, "shop.yaml": SHOP, "cloud.yaml": CLOUD, "cloud.template.yaml.txt": TEMPLATE}


def write(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the legal workspace with some files changed, added or (None) left out."""
    drills = folder / "drills"
    drills.mkdir(exist_ok=True)
    for name, content in {**LEGAL, **(changes or {})}.items():
        if isinstance(content, bytes):
            (drills / name).write_bytes(content)
        elif content is not None:
            (drills / name).write_text(content, encoding="utf-8")
    return drills


def changed(text: str, old: str, new: str) -> str:
    """The text with its one occurrence of `old` replaced."""
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
    return text.replace(old, new)


def only(folder: Path, changes: Mapping[str, str | bytes | None]) -> Problem:
    """The one problem of a changed workspace."""
    found = problems(write(folder, changes))
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]

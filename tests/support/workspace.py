"""A workspace of the small estate: what a team would write to drill it."""

from __future__ import annotations

from pathlib import Path

from dr_orchestrator import settings
from dr_orchestrator.settings import CHECKOUT, Pace, Settings
from dr_orchestrator.wiring import App
from tests.support.estate import TEMPLATE
from tests.support.fakes import FakeClock

TIERS = """
revision: 2026-Q4
approved: {by: Somebody, role: Head of Resilience, date: 2026-10-01}
tiers:
  - {number: 1, name: Products, rto: "< 6h", rpo: "< 1h"}
isolation: {subnet_group: dro-isolated, security_groups: [dro-isolated]}
limits: {at_once: 3}
"""

SHOP = """
service: shop
title: The shop
tier: 1
owner: Shop team
dr_champion: Ada
contacts: [{name: Ada, role: on-call, reach: "#shop"}]
runbook: {url: https://wiki.example.com/shop, reviewed: 2026-10-01}
resources:
  orders-db: {type: rds-instance, id: orders-prod, region: us-east-1, database: {name: orders, secret: prod/orders}}
  sessions: {type: dynamodb-table, id: sessions-prod, region: us-east-1}
  environment:
    type: cloudformation-stack
    id: shop-prod
    region: us-east-1
    rebuild:
      template: infrastructure/shop.template.yaml
      parameters: {EnvironmentName: "{copy}"}
      stores: {Config: {resource: sessions, fill: items}}
drills:
  orders-snapshot:
    kind: snapshot-restore
    resource: orders-db
    disruption: application
    checks:
      - {name: heartbeat, newest-row: {table: heartbeat, column: at, canary: true, interval: 1m}}
  sessions-pitr:
    kind: pitr-restore
    resource: sessions
    disruption: application
    accept: {point-in-time-recovery: the runbook switches it on, deletion-protection: likewise}
    checks:
      - {name: heartbeat, canary-item: {key: {pk: canary}, attribute: at, interval: 1m}}
      - {name: sessions are there, items-at-least: {minimum: 50}}
  shop-replica:
    kind: replica-rebuild
    resource: environment
    disruption: infrastructure
    accept: {point-in-time-recovery: the runbook switches it on}
    checks:
      - {name: heartbeat, canary-item: {table: Config, key: {pk: canary}, attribute: at, interval: 3m}}
      - {name: sessions are there, items-at-least: {table: Config, minimum: 50}}
"""


def write(home: Path, shop: str = SHOP, template: str = TEMPLATE, tiers: str = "") -> Settings:
    """Write the workspace to a folder; its flows and templates are the project's own."""
    (home / "drills" / "infrastructure").mkdir(parents=True)
    (home / "drills" / "tiers.yaml").write_text(tiers or TIERS)
    (home / "drills" / "shop.yaml").write_text(shop)
    (home / "drills" / "infrastructure" / "shop.template.yaml").write_text(template)
    (home / "flows").symlink_to(CHECKOUT / "flows")
    return settings.load({"DRO_HOME": str(home)})


def world(home: Path, clock: FakeClock, **changes: str) -> App:
    """A world in which drills of the workspace run on a fake clock."""
    made = write(home, **changes)
    return App(Settings(made.home, made.database_url, Pace(), made.bundled), clock)

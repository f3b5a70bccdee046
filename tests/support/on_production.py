"""A drill that fails production itself over, and the policy that lets it."""

from __future__ import annotations

from tests.support import workspace

DRILL = "orders-production-failover"
FAILS_OVER = f"""
  {DRILL}:
    kind: az-failover
    resource: orders-db
    disruption: availability-zone
    on: production
    probe: {{table: dr_probe, secret: prod/dr-probe}}
    checks: []"""
ENTRY = f"""
production:
  {DRILL}:
    resource: orders-db
    owner: Shop team
    reason: the standby of production itself was never tried
    expires: 2099-12-31
    window: {{days: [mon, tue, wed, thu, fri, sat, sun], since: "00:00", until: "24:00", timezone: UTC}}
"""
ACCOUNT = "123456789012"
DECLARED = workspace.SHOP.replace("region: us-east-1, database", f'account: "{ACCOUNT}", region: us-east-1, database')
"""The shop, with the account in which its orders are: who fails production over says in which."""

SHOP = DECLARED.replace("\n  sessions-pitr:", FAILS_OVER + "\n  sessions-pitr:")

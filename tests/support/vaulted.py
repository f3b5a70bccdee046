"""Drills of the small estate that take their recovery points from a vault of AWS Backup."""

from __future__ import annotations

from tests.support.estate import RESTORER, VAULT

DRILLS = f"""
  orders-vault:
    kind: snapshot-restore
    resource: orders-db
    disruption: application
    recovery_points: {{vault: {VAULT.name}, role: "{RESTORER}"}}
    checks:
      - {{name: heartbeat, newest-row: {{table: heartbeat, column: at, canary: true, interval: 1m}}}}
"""
NAMES = ("orders-vault",)

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
  sessions-vault:
    kind: snapshot-restore
    resource: sessions
    disruption: application
    recovery_points: {{vault: {VAULT.name}, role: "{RESTORER}"}}
    checks:
      - {{name: heartbeat, canary-item: {{key: {{pk: canary}}, attribute: at, interval: 1m}}}}
      - {{name: sessions are there, items-at-least: {{minimum: 5}}}}
  images-vault:
    kind: snapshot-restore
    resource: images
    disruption: application
    recovery_points: {{vault: {VAULT.name}, role: "{RESTORER}"}}
    checks:
      - {{name: heartbeat, canary-item: {{key: {{object: dro/heartbeat.json}}, attribute: at, interval: 1m}}}}
      - {{name: images are there, items-at-least: {{minimum: 3}}}}
      - {{name: nothing is missing, same-objects: {{}}}}
"""
NAMES = ("orders-vault", "sessions-vault", "images-vault")

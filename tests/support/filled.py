"""The shop's replica with a bucket of its own, which is filled from production's images."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support import buckets, workspace
from tests.support.estate import BUCKET, Estate

TEMPLATE = workspace.TEMPLATE.replace(
    "Outputs:",
    """
  Files:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {Status: Enabled}
      NotificationConfiguration: {QueueConfigurations: [{Event: "s3:ObjectCreated:*", Queue: !GetAtt Queue.Arn}]}
Outputs:""",
)
SHOP = (
    workspace.SHOP.replace(
        "  environment:\n",
        """  images:
    type: s3-bucket
    id: images-prod
    region: us-east-1
    canary: {key: {object: dro/heartbeat.json}, attribute: at, interval: 1m}
  environment:
""",
        1,
    ).replace("fill: items}}", "fill: items}, Files: images}")
    + """      - name: images beat
        canary-item: {bucket: Files, key: {object: dro/heartbeat.json}, attribute: at, interval: 3m}
      - {name: images are there, items-at-least: {bucket: Files, minimum: 3}}
      - {name: nothing is missing, same-objects: {bucket: Files}}
"""
)
OBJECTS = 4
"""How many production's bucket holds, of which one is the heartbeat."""


def beat(made: Estate) -> None:
    """Have the heart of production's bucket beat."""
    held = {"at": made.clock.now().isoformat(), "sequence": 1}
    buckets.put(made, BUCKET, {"dro/heartbeat.json": json.dumps(held).encode()})
    made.clock.sleep(20)


def write(drills: Path) -> None:
    """Write that replica into a workspace in place of its own."""
    (drills / "shop.yaml").write_text(SHOP)
    (drills / "infrastructure" / "shop.template.yaml").write_text(TEMPLATE)

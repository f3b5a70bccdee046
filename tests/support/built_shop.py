"""A shop whose environment a program of the team's own makes: real processes, which call the lab."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from dr_orchestrator import wiring
from dr_orchestrator.wiring import App, opening
from tests.support import workspace
from tests.support.apart_app import TIERS
from tests.support.estate import Estate

CLIENTS = """
import boto3, json, os, sys, time
sqs, ssm = boto3.client("sqs"), boto3.client("ssm")
copy, tags = os.environ["DRO_COPY"], json.loads(os.environ["DRO_TAGS"])
"""
UP = (
    CLIENTS
    + """
url = sqs.create_queue(QueueName=f"{copy}-jobs", tags=tags)["QueueUrl"]
json.dump({"Url": os.environ["AWS_ENDPOINT_URL"] + "/lab/state", "Jobs": {"value": url, "sensitive": False},
           "Secret": {"value": "hush", "sensitive": True}}, open(os.environ["DRO_OUTPUTS"], "w"))
print("made", copy)
"""
)
DOWN = (
    CLIENTS
    + """
for url in sqs.list_queues(QueueNamePrefix=copy).get("QueueUrls", []):
    sqs.delete_queue(QueueUrl=url)
print("gone", copy)
"""
)
SHOP = (
    workspace.SHOP.partition("  environment:")[0].replace(
        "resources:", 'objectives: {infrastructure: {rto: "< 6h", rpo: none, reason: "it holds no data"}}\nresources:'
    )
    + f"""  environment:
    type: built-environment
    id: shop-prod
    region: us-east-1
    rebuild:
      command: ["{sys.executable}", up.py]
      destroy: ["{sys.executable}", down.py]
      within: 40s
drills:
  shop-replica:
    kind: replica-rebuild
    resource: environment
    disruption: infrastructure
    checks:
      - {{name: it answers, http-answer: {{url: "{{Url}}"}}}}
      - name: jobs are there
        command:
          run: ["{sys.executable}", -c, "import os; assert 'jobs' in os.environ['DRO_OUTPUT_Jobs']"]
          proves-data: true
"""
)


def write(home: Path, up: str = UP, down: str = DOWN) -> None:
    """Write the two programs."""
    (home / "up.py").write_text(up)
    (home / "down.py").write_text(down)


@contextmanager
def world(shop: Estate, home: Path, shop_yaml: str = SHOP) -> Iterator[App]:
    """Within: a world in which the environment is drilled in an account of its own."""
    made = workspace.world(home, shop.clock, shop=shop_yaml, tiers=TIERS)
    write(home)
    seen = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    environment = {"DRO_HOME": str(home), "PULUMI_CONFIG_PASSPHRASE": "correct horse battery"}
    with seen, mock.patch.dict(os.environ, environment), wiring.using(made) as here:
        yield here


def noted(home: Path) -> dict[str, str]:
    """The environment that a program noted."""
    told: dict[str, str] = json.loads((home / "environment.json").read_text())
    return told

"""A shop whose environment a program of the team's own makes: real processes, which call the lab."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest import mock

from dr_orchestrator import wiring
from dr_orchestrator.wiring import App, opening
from tests.support import workspace
from tests.support.apart_app import TIERS
from tests.support.estate import Estate

CLIENTS = """
import json, os, sys, time, urllib.request
copy, tags = os.environ["DRO_COPY"], json.loads(os.environ["DRO_TAGS"])

def asked(service, target, body, kind="application/x-amz-json-1.0"):
    scope = f"{os.environ['AWS_ACCESS_KEY_ID']}/20261120/{os.environ['AWS_REGION']}/{service}/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    told = {"Authorization": signed, "X-Amz-Target": target, "Content-Type": kind}
    if os.environ.get("AWS_SESSION_TOKEN"):
        told["X-Amz-Security-Token"] = os.environ["AWS_SESSION_TOKEN"]
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/", data, told)
    return urllib.request.urlopen(request).read().decode()

def sqs(operation, **body):
    return json.loads(asked("sqs", f"AmazonSQS.{operation}", body) or "{}")

def whoami():
    body, kind = "Action=GetCallerIdentity&Version=2011-06-15", "application/x-www-form-urlencoded"
    return asked("sts", "", body, kind).partition("<Arn>")[2].partition("</Arn>")[0]
"""
"""The first lines of each program: a client that is not imported, which takes a second of each."""

UP = (
    CLIENTS
    + """
POINT = open("point").read()
url = sqs("CreateQueue", QueueName=f"{copy}-jobs", tags=tags)["QueueUrl"]
json.dump({"Url": os.environ["AWS_ENDPOINT_URL"] + "/lab/state", "Jobs": {"value": url, "sensitive": False},
           "Secret": {"value": "hush", "sensitive": True},
           "recovery_points": {"value": {name: POINT for name in json.loads(os.environ["DRO_STORES"])}}},
          open(os.environ["DRO_OUTPUTS"], "w"))
print("made", copy)
"""
)
DOWN = (
    CLIENTS
    + """
for url in sqs("ListQueues", QueueNamePrefix=copy).get("QueueUrls", []):
    sqs("DeleteQueue", QueueUrl=url)
print("gone", copy)
"""
)
AGE = timedelta(minutes=30)
"""How old the data is that the program restores."""

SHOP = (
    workspace.SHOP.partition("  environment:")[0].replace(
        "database: {name: orders, secret: prod/orders}",
        "database: {name: postgres, engine: postgres, secret: prod/orders}",
    )
    + f"""  environment:
    type: built-environment
    id: shop-prod
    region: us-east-1
    rebuild:
      command: ["{sys.executable}", up.py]
      destroy: ["{sys.executable}", down.py]
      within: 40s
      stores: {{database: orders-db}}
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

ASKED = SHOP.replace(
    "{database: orders-db}",
    "{database: {resource: orders-db, address: db_host, port: db_port, secret: db_secret}}",
).replace(
    "    checks:\n",
    """    checks:
      - name: heartbeat
        newest-row: {database: database, table: heartbeat, column: at, canary: true, interval: 1h}
""",
)
"""The drill with a check by SQL of what the program restored."""

UP_WITH_DATABASE = (
    UP
    + """
login = json.dumps({"username": os.environ["THEIR_USER"], "password": os.environ["THEIR_PASSWORD"]})
secret = {"Name": f"{copy}-login", "SecretString": login, "ClientRequestToken": "0" * 32,
          "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
asked("secretsmanager", "secretsmanager.CreateSecret", secret, "application/x-amz-json-1.1")
told = json.load(open(os.environ["DRO_OUTPUTS"]))
told |= {"db_host": "127.0.0.1", "db_port": int(os.environ["THEIR_PORT"]), "db_secret": secret["Name"]}
json.dump(told, open(os.environ["DRO_OUTPUTS"], "w"))
"""
)
DOWN_WITH_DATABASE = (
    DOWN
    + """
gone = {"SecretId": f"{copy}-login", "ForceDeleteWithoutRecovery": True}
asked("secretsmanager", "secretsmanager.DeleteSecret", gone, "application/x-amz-json-1.1")
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
    (home / "point").write_text((shop.clock.now() - AGE).isoformat())
    seen = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    environment = {"DRO_HOME": str(home), "PULUMI_CONFIG_PASSPHRASE": "correct horse battery"}
    with seen, mock.patch.dict(os.environ, environment), wiring.using(made) as here:
        yield here


def noted(home: Path) -> dict[str, str]:
    """The environment that a program noted."""
    told: dict[str, str] = json.loads((home / "environment.json").read_text())
    return told

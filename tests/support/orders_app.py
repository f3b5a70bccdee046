"""A team's app, as the CDK synthesised it: two stacks of orders, the second of which imports from the first."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from dr_orchestrator import wiring
from dr_orchestrator.aws.template import boundary
from dr_orchestrator.domain.replica import BOUNDARY
from dr_orchestrator.wiring import App, opening
from tests.support import workspace
from tests.support.estate import Estate, estate
from tests.support.shop import beat

APPS = Path(__file__).parents[1] / "data" / "apps"
VERSION = "/cdk-bootstrap/hnb659fds/version"
BUCKET = "cdk-hnb659fds-assets-123456789012-us-east-1"
CODE = "e2def3aa9837371b63f789f8cca9eb16e1a54e068115cfd6cb44fac8433f0536.zip"
STACKS = ("Orders-Data", "Orders")

SHOP = workspace.SHOP.replace(
    """    id: shop-prod
    region: us-east-1
    rebuild:
      template: infrastructure/shop.template.yaml
      parameters: {EnvironmentName: "{copy}"}
      stores: {Config: {resource: sessions, fill: items}}
""",
    """    id: Orders
    region: us-east-1
    rebuild:
      cdk: infrastructure/cdk.out
      stack: Orders
      stores: {Orders-Data/Config57D1D894: {resource: sessions, fill: items}}
""",
).replace("table: Config", "table: Config57D1D894")
SHOP += """      - {name: it answers, http-answer: {url: "{Orders.HealthUrl}", contains: ok}}
"""


def write(home: Path, app: str = "orders", shop: str = SHOP) -> Path:
    """Write the workspace with the app in it; the folder of its assembly."""
    workspace.write(home, shop=shop)
    return put(home, app)


def put(home: Path, app: str = "orders") -> Path:
    """Put an app into a workspace."""
    folder = home / "drills" / "infrastructure" / "cdk.out"
    shutil.copytree(APPS / app, folder)
    return folder


@contextmanager
def ground(folder: Path) -> Iterator[Estate]:
    """Within: the estate in an account that the CDK was bootstrapped in, with the app's code published."""
    with estate(folder) as made:
        bootstrap(made)
        beat(made)
        yield made


@contextmanager
def world(shop: Estate, home: Path) -> Iterator[App]:
    """Within: a world in which drills of the app run on a fake clock, and a resumed run was seen just now."""
    made = workspace.world(home, shop.clock, shop=SHOP)
    put(home)
    seen = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with seen, mock.patch.dict(os.environ, {"DRO_HOME": str(home)}), wiring.using(made) as here:
        yield here


def bootstrap(made: Estate, version: str = "21", *files: str) -> None:
    """What `cdk bootstrap` and `cdk deploy` leave in an account, and the boundary of replicas."""
    made.client("iam").create_policy(PolicyName=BOUNDARY, PolicyDocument=json.dumps(boundary.policy()))
    made.client("ssm").put_parameter(Name=VERSION, Value=version, Type="String")
    made.client("s3").create_bucket(Bucket=BUCKET)
    for each in files or (CODE,):
        made.client("s3").put_object(Bucket=BUCKET, Key=each, Body=b"")

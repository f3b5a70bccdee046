"""A shop whose database comes back in the other region by a promotion: there stands a read replica of it, which stays.

The drill makes one of the run's of that, promotes it, and makes the stack's database of its snapshot.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast
from unittest import mock

import psycopg

from dr_orchestrator import wiring
from dr_orchestrator.aws.template import boundary
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.replica import BOUNDARY
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.wiring import opening
from tests.support import promotions, there, workspace
from tests.support import shop as shops
from tests.support.estate import REGION, Estate, network
from tests.support.promotions import STANDING
from tests.support.real_shop import INSTANCE, RealShop, opened
from tests.support.there import AWAY, DRILL
from tests.support.there_stores import BUCKETS, IMAGES, IMAGES_THERE, ORDERS, TEMPLATE, bucket

_LOGIN = "database: {name: orders, secret: prod/orders}"
SHOP = f"""{workspace.SHOP[: workspace.SHOP.index("resources:")]}resources:
  orders-db: {{type: rds-instance, id: {INSTANCE}, region: {REGION}, {_LOGIN}}}
  orders-there: {{type: rds-instance, id: {STANDING}, region: {AWAY}, {_LOGIN}}}
  images: {{type: s3-bucket, id: {IMAGES}, region: {REGION}}}
  images-there: {{type: s3-bucket, id: {IMAGES_THERE}, region: {AWAY}}}
  environment:
    type: cloudformation-stack
    id: shop-prod
    region: {REGION}
    rebuild:
      template: infrastructure/shop.template.yaml
      parameters: {{EnvironmentName: "{{copy}}"}}
      stores: {{Database: orders-db, Files: images}}
drills:
  {DRILL}:
    kind: region-failover
    resource: environment
    disruption: region
    there:
      region: {AWAY}
      stores: {{Database: orders-there, Files: images-there}}
      promotes: [Database]
      output: HealthUrl
      ttl: 60s
    checks:
      - name: orders beat
        newest-row: {{database: Database, table: heartbeat, column: at, canary: true, interval: 12h}}
      - {{name: orders are there, rows-at-least: {{database: Database, table: orders, minimum: 5}}}}
      - {{name: images are there, items-at-least: {{bucket: Files, minimum: 3}}}}
      - {{name: no image is missing, same-objects: {{bucket: Files}}}}
      - {{name: it answers, http-answer: {{url: "{{HealthUrl}}", contains: ok}}}}
"""


@contextmanager
def shop_of_a_replica(home: Path) -> Iterator[tuple[RealShop, str]]:
    """Within: the shop, real servers behind both databases, and the id of the zone of drills."""
    clock = PacedClock(Pace(300.0, time.time()))
    made = workspace.write(home / "ws", SHOP, TEMPLATE)
    with opened(home, clock, Settings(made.home, made.database_url, Pace(), made.bundled)) as shop:
        zone = there.zone_of_drills(shop)
        (made.drills / "tiers.yaml").write_text(there.tiers(zone).replace("< 6h", "< 720h").replace("< 1h", "< 720h"))
        shop.client("iam").create_policy(PolicyName=BOUNDARY, PolicyDocument=json.dumps(boundary.policy()))
        network(cast(Any, shop))
        for name, region in BUCKETS:
            bucket(shop, name, region)
        shop.make_instance(INSTANCE)
        shop.fill_instance(INSTANCE)
        with psycopg.connect(shop.url(INSTANCE)) as connection:
            connection.execute("CREATE TABLE orders (id int)")
            connection.execute(f"INSERT INTO orders SELECT generate_series(1, {ORDERS})")
        promotions.follows(shop)
        yield shop, zone


@contextmanager
def world(shop: Estate, home: Path) -> Iterator[tuple[wiring.App, str]]:
    """Within: the drill can be run against databases that answer, on a clock that stands still; and its zone's id."""
    if IMAGES_THERE not in [each["Name"] for each in shop.client("s3", AWAY).list_buckets()["Buckets"]]:
        bucket(shop, IMAGES_THERE, AWAY)
    promotions.prepared(shop)  # which takes more than an hour
    with suppress(shop.client("iam").exceptions.EntityAlreadyExistsException):
        shop.client("iam").create_policy(PolicyName=BOUNDARY, PolicyDocument=json.dumps(boundary.policy()))
    zone = there.zone_of_drills(shop)
    asked = "".join(line for line in SHOP.splitlines(keepends=True) if "orders are there" not in line)
    tiers = there.tiers(zone).replace("< 1h", "< 720h")
    made = workspace.world(home, shop.clock, shop=asked, template=TEMPLATE, tiers=tiers)
    seen = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with seen, shops.answering(shop), wiring.using(made) as here:
        yield here, zone
    shop.lab.faults.clear()
    promotions.removed()

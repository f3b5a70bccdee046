"""A shop of a real database and a bucket, each with one of its own in the other region, from which it comes back there.

What is in the other region is written to it as a replication does that is a moment behind.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from dr_orchestrator.aws.template import boundary
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.replica import BOUNDARY
from dr_orchestrator.settings import Pace, Settings
from tests.support import there, workspace
from tests.support.born_shop import DATABASE
from tests.support.estate import REGION, Estate
from tests.support.real_shop import INSTANCE, RealShop, opened
from tests.support.there import AWAY, DRILL

STANDING, IMAGES, IMAGES_THERE = "orders-eu", "images-prod", "images-eu"
PLACES = ((INSTANCE, REGION), (STANDING, AWAY))
"""The database of either region, by name and region."""

BUCKETS = ((IMAGES, REGION), (IMAGES_THERE, AWAY))
"""The bucket of either region, by name and region."""

OBJECTS, ORDERS = 5, 8
"""How many objects and orders either region holds."""

FILES = "  Files: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: Enabled}}}\n"
"""A bucket of a template."""

TEMPLATE = f"""
Parameters: {{EnvironmentName: {{Type: String}}}}
Resources:
{FILES}{DATABASE.strip(chr(10))}
  HealthUrl: {{Value: !GetAtt Address.FunctionUrl}}
""".replace("Outputs:", there.HEALTH.replace("!Ref Config", "!Ref Files"))
TEMPLATE = TEMPLATE.replace("us-east-1a", '!Select [0, !GetAZs ""]').replace("us-east-1b", '!Select [1, !GetAZs ""]')
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
    there: {{region: {AWAY}, stores: {{Database: orders-there, Files: images-there}}, output: HealthUrl, ttl: 60s}}
    checks:
      - name: orders beat
        newest-row: {{database: Database, table: heartbeat, column: at, canary: true, interval: 12h}}
      - {{name: orders are there, rows-at-least: {{database: Database, table: orders, minimum: 5}}}}
      - {{name: images are there, items-at-least: {{bucket: Files, minimum: 3}}}}
      - {{name: no image is missing, same-objects: {{bucket: Files}}}}
      - {{name: it answers, http-answer: {{url: "{{HealthUrl}}", contains: ok}}}}
      - {{name: both have the orders, same-in-both: {{store: Database, within: 10m}}}}
      - {{name: both have the images, same-in-both: {{store: Files, within: 10m}}}}
"""
_BEAT_S = 0.2


@contextmanager
def shop_of_stores(home: Path) -> Iterator[tuple[RealShop, str]]:
    """Within: the shop, its heart beating in both regions, and the id of the zone of drills."""
    clock = PacedClock(Pace(600.0, time.time()))
    made = workspace.write(home / "ws", SHOP, TEMPLATE)
    with opened(home, clock, Settings(made.home, made.database_url, Pace(), made.bundled)) as shop:
        zone = there.zone_of_drills(shop)
        (made.drills / "tiers.yaml").write_text(there.tiers(zone).replace("< 6h", "< 720h").replace("< 1h", "< 720h"))
        shop.client("iam").create_policy(PolicyName=BOUNDARY, PolicyDocument=json.dumps(boundary.policy()))
        for name, region in PLACES:
            shop.make_instance(name, region)
        for name, region in BUCKETS:
            bucket(shop, name, region)
        for name, region in PLACES:
            shop.fill_instance(name, region)
            with psycopg.connect(shop.url(name, region)) as connection:
                connection.execute("CREATE TABLE orders (id int)")
                connection.execute(f"INSERT INTO orders SELECT generate_series(1, {ORDERS})")
        for name, region in PLACES:
            shop.archived(name, region)
        with _beating(shop):
            yield shop, zone


def bucket(shop: RealShop | Estate, name: str, region: str) -> None:
    """Make one of the two, with its objects."""
    s3 = shop.client("s3", region)
    where = {} if region == REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for number in range(OBJECTS):
        s3.put_object(Bucket=name, Key=f"photo {number}.jpg", Body=f"the photo of number {number}".encode())


@contextmanager
def _beating(shop: RealShop) -> Iterator[None]:
    ended = threading.Event()

    def beat(name: str, region: str) -> None:
        with psycopg.connect(shop.url(name, region), autocommit=True) as connection:
            while not ended.wait(_BEAT_S):
                connection.execute("UPDATE heartbeat SET at = %s", (shop.clock.now(),))

    beats = [threading.Thread(target=beat, args=each) for each in PLACES]
    for each in beats:
        each.start()
    try:
        yield
    finally:
        ended.set()
        for each in beats:
            each.join()

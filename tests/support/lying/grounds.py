"""Where drills are lied to: the shop and its cluster, whose drills are of every type, and a type that no room knows."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.run import Run
from dr_orchestrator.wiring import sweeping
from tests.support import aurora_drills, buckets, clicks
from tests.support import shop as shops
from tests.support.estate import BUCKET, INSTANCE, TABLE, Estate, estate, seen_seldom
from tests.support.fakes import RunningClock
from tests.support.lying import Proxy

CLUSTER = """
service: boards
title: The boards
tier: 1
owner: Boards team
dr_champion: Ada
contacts: [{name: Ada, role: on-call, reach: "#boards"}]
runbook: {url: https://wiki.example.com/boards, reviewed: 2026-10-01}
resources:
  boards-db: {type: aurora-cluster, id: boards-prod, region: us-east-1, database: {name: boards, secret: prod/orders}}
drills:
  boards-snapshot:
    kind: snapshot-restore
    resource: boards-db
    disruption: application
    checks:
      - {name: heartbeat, newest-row: {table: heartbeat, column: at, canary: true, interval: 1m}}
  boards-pitr:
    kind: pitr-restore
    resource: boards-db
    disruption: application
    checks:
      - {name: heartbeat, newest-row: {table: heartbeat, column: at, canary: true, interval: 5m}}
"""
BACKED_UP = """
  sessions-snapshot:
    kind: snapshot-restore
    resource: sessions
    disruption: application
    checks:
      - {name: heartbeat, canary-item: {key: {pk: canary}, attribute: at, interval: 1h}}
"""
FILES = """
  files:
    type: cloudformation-stack
    id: files-prod
    region: us-east-1
    rebuild: {template: infrastructure/files.template.yaml, stores: {Files: images}}
drills:
  files-replica:
    kind: replica-rebuild
    resource: files
    disruption: infrastructure
    checks:
      - name: heartbeat
        canary-item: {bucket: Files, key: {object: dro/heartbeat.json}, attribute: at, interval: 1m}
      - {name: images are there, items-at-least: {bucket: Files, minimum: 3}}
      - {name: nothing is missing, same-objects: {bucket: Files}}
"""
FILES_TEMPLATE = """
Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {Status: Enabled}
      BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: AES256}}]}
"""
SHOP = (*shops.ALL, "sessions-snapshot", "images-pitr", "files-replica", "boards-snapshot", "boards-pitr")
ALL = (*SHOP, clicks.DRILL)
_numbers = itertools.count(1)


@dataclass
class Ground:
    """Drills in a lab, and a proxy between the two; `everything` is all that there is, `fresh` makes new backups.

    `sources` are what nobody may touch.
    """

    drills: tuple[str, ...]
    here: wiring.App
    proxy: Proxy
    lab: Any
    fresh: Callable[[], None]
    everything: Callable[[], Mapping[str, Any]]
    sources: tuple[str, ...]

    def run(self, drill: str) -> Run:
        """A drill, all of whose calls go through the proxy."""
        with self._through_the_proxy():
            return self.here.ledger.queries.run(prefect_runner.run_drill(drill))

    def sweep(self) -> None:
        """Take down what runs have left."""
        with self._through_the_proxy():
            for left in sweeping.resistant_runs(self.here):
                sweeping.sweep_run(self.here, left, "by hand")

    def _through_the_proxy(self) -> Any:
        return mock.patch.dict(os.environ, {"AWS_ENDPOINT_URL": self.proxy.endpoint})


@contextmanager
def shop_ground(home: Path) -> Iterator[Ground]:
    """Within: the shop, with a cluster of Aurora's beside it."""
    with _at(home), estate(home / "lab", aurora_drills.CLUSTER) as shop, Proxy(shop.lab.endpoint).standing() as proxy:
        shop.clock.pace = 3000.0
        aurora_drills.make_cluster(shop, aurora_drills.CLUSTER, "db.r6g.large")
        kept = {"ID": "kept", "Status": "Enabled", "Filter": {"Prefix": ""}}
        rules = [{**kept, "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}]
        settings = {"Bucket": BUCKET.id, "LifecycleConfiguration": {"Rules": rules}}
        shop.client("s3").put_bucket_lifecycle_configuration(**settings)
        shop.clock.sleep(7200)
        with shops.world(shop, home) as here:
            (home / "drills" / "boards.yaml").write_text(CLUSTER)
            file = home / "drills" / "shop.yaml"
            text = file.read_text().replace("\ndrills:\n", buckets.DRILLED + BACKED_UP, 1)
            file.write_text(text.replace("\ndrills:\n", FILES, 1))
            (home / "drills" / "infrastructure" / "files.template.yaml").write_text(FILES_TEMPLATE)
            sources = (INSTANCE.id, TABLE.id, BUCKET.id, aurora_drills.CLUSTER.id)
            yield Ground(SHOP, here, proxy, shop.lab, lambda: _fresh(shop), lambda: _everything(shop), sources)


@contextmanager
def _at(home: Path) -> Iterator[None]:
    with mock.patch.dict(os.environ, {"DRO_HOME": str(home)}):
        os.environ.pop("PREFECT_API_URL", None)
        yield


def _fresh(shop: Estate) -> None:
    names = {"DBClusterIdentifier": aurora_drills.CLUSTER.id, "DBClusterSnapshotIdentifier": f"boards-{next(_numbers)}"}
    shop.client("rds").create_db_cluster_snapshot(**names)
    shops.fresh(shop)
    beat = {"at": shop.clock.now().isoformat(), "sequence": next(_numbers)}
    buckets.put(shop, BUCKET, {"dro/heartbeat.json": json.dumps(beat).encode()})
    dynamodb = shop.client("dynamodb")
    for each in dynamodb.list_backups(TableName=TABLE.id)["BackupSummaries"]:
        dynamodb.delete_backup(BackupArn=each["BackupArn"])
    dynamodb.create_backup(TableName=TABLE.id, BackupName=f"sessions-{next(_numbers)}")
    shop.clock.sleep(60)


def _everything(shop: Estate) -> dict[str, Any]:
    found = shop.client("rds").describe_db_clusters()["DBClusters"]
    moving = ("LatestRestorableTime", "EarliestRestorableTime")
    clusters = [{key: value for key, value in each.items() if key not in moving} for each in found]
    versions, markers = buckets.backend().list_object_versions(BUCKET.id)[:2]
    objects = [(each.name, each.version_id) for each in (*versions, *markers)]
    saved = [each["BackupArn"] for each in shop.client("dynamodb").list_backups()["BackupSummaries"]]
    return {**shops.everything(shop), "cluster rows": clusters, "objects": objects, "tables' backups": saved}


@contextmanager
def clicks_ground(home: Path) -> Iterator[Ground]:
    """Within: a stream, of a type that exists in tests alone."""
    clock = RunningClock()
    with _at(home), clicks.ground(clock) as made, Proxy(made.lab.endpoint).standing() as proxy:
        clock.pace = 3000.0

        def fresh() -> None:
            clicks.beat(made)
            clock.sleep(1)

        world = clicks.world(home, clock)
        with wiring.using(world) as here, seen_seldom():
            everything = made.streams
            yield Ground((clicks.DRILL,), here, proxy, made.lab, fresh, everything, (clicks.SOURCE,))

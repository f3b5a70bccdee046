"""An estate that nobody has described: resources of every type in a lab, with tags as people really write them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from unittest import mock

import boto3
from moto.dynamodb.models import dynamodb_backends
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends

from dr_orchestrator import settings, wiring
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.wiring.lab import serve
from tests.support.estate import TEMPLATE
from tests.support.fakes import FakeClock
from tests.support.workspace import TIERS

ALLOWED = f"allowed: {{accounts: ['{ACCOUNT}'], regions: [{REGION}]}}\n"
TEAMS = (
    "Checkout",
    "checkout",
    "CHECKOUT ",
    "Zahlungen & Größe",
    "顧客管理",
    "顧客",
    "a/b.c:d=e+f@g",
    "42",
    "tiers",
    "GAP: no",
)
"""The services as tags call them: two ways to write one, other scripts, signs, a number, and the name of a file that is
taken, and what looks like a gap.
"""


@dataclass
class Wild:
    """The lab of the estate, and the clock that it goes by."""

    lab: Lab
    clock: FakeClock

    @contextmanager
    def workspace(self, home: Path, tiers: str = TIERS + ALLOWED) -> Iterator[wiring.App]:
        """Within: a workspace that has a policy, and no service."""
        (home / "drills" / "infrastructure").mkdir(parents=True)
        (home / "drills" / "tiers.yaml").write_text(tiers)
        (home / "drills" / "infrastructure" / "shop.template.yaml").write_text(TEMPLATE)
        (home / "flows").symlink_to(settings.CHECKOUT / "flows")
        made = settings.load({"DRO_HOME": str(home)})
        try:
            with wiring.using(
                wiring.App(Settings(made.home, made.database_url, Pace(), made.bundled), self.clock)
            ) as app:
                yield app
        finally:
            self.lab.faults.clear()

    def client(self, service: str) -> Any:
        """A client of the lab."""
        return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]


@contextmanager
def lab() -> Iterator[Wild]:
    """Within: a lab with nothing in it."""
    clock = FakeClock()
    with serve(clock) as made:
        login = {"AWS_ACCESS_KEY_ID": "lab", "AWS_SECRET_ACCESS_KEY": "lab", "AWS_REGION": REGION}
        with mock.patch.dict(os.environ, {"AWS_ENDPOINT_URL": made.endpoint, **login}):
            yield Wild(made, clock)


def populate(wild: Wild, many: int = 210) -> None:
    """So many resources, a third of them without a tag that says whose they are; and a stack with a table."""
    with wild.lab.world.at_once():
        for number in range(many):
            make = (instance, table, bucket, table, cluster, bucket, table, bucket)[number % 8]
            make(wild.lab, f"wild-{number}", worn(number))
        stack(wild)
    wild.clock.sleep(3600)


def worn(number: int) -> dict[str, str]:
    """The tags of one."""
    team = TEAMS[number % len(TEAMS)]
    if number % 3 == 0:
        return {} if number % 2 else {"Name": f"n{number}", "colour": "blue"}
    keys = ("service", "Service", "app", "Application")
    tags = {keys[number % 4]: team, "Owner": "Team Ä" if number % 5 else "team ä"}
    if number % 7 == 0:
        tags["tier"] = "9"
    if number % 11 == 0:
        tags |= {"service": "Checkout", "app": "another one"}
    return tags


def instance(lab: Lab, name: str, tags: dict[str, str], **more: Any) -> Any:
    """An instance with a week of backups."""
    given = {"db_instance_identifier": name, "engine": "postgres", "engine_version": "16.4", "tags": pairs(tags)}
    given |= {"db_instance_class": "db.m6g.large", "allocated_storage": 20, "master_username": "somebody"}
    made = {"master_user_password": "hush-hush", "backup_retention_period": 7, "db_name": "orders"}
    return cast(Any, rds_backends[ACCOUNT][REGION]).create_db_instance({**given, **made, **more})


def cluster(lab: Lab, name: str, tags: dict[str, str]) -> Any:
    """An Aurora cluster."""
    given = {"db_cluster_identifier": name, "engine": "aurora-postgresql", "engine_version": "16.4"}
    login = {"master_username": "somebody", "master_user_password": "hush-hush", "tags": pairs(tags)}
    return cast(Any, rds_backends[ACCOUNT][REGION]).create_db_cluster({**given, **login, "backup_retention_period": 7})


def table(lab: Lab, name: str, tags: dict[str, str]) -> Any:
    """A table, whose continuous backup is on where its name ends with an even number."""
    backend = dynamodb_backends[ACCOUNT][REGION]
    made = backend.create_table(
        name,
        schema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        throughput=None,
        attr=[{"AttributeName": "pk", "AttributeType": "S"}],
        global_indexes=[],
        indexes=[],
        streams=None,
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        tags=pairs(tags),
        deletion_protection_enabled=True,
        warm_throughput=None,
    )
    if int(name[-1]) % 2 == 0:
        on = {"PointInTimeRecoveryEnabled": True}
        backend.update_continuous_backups(name, on)
    return made


def bucket(lab: Lab, name: str, tags: dict[str, str]) -> Any:
    """A bucket that keeps the versions of its objects."""
    backend = s3_backends[ACCOUNT]["aws"]
    made = backend.create_bucket(name, REGION)
    backend.put_bucket_versioning(name, "Enabled")
    if tags:
        backend.put_bucket_tagging(name, tags)
    return made


@contextmanager
def for_now(made: Any, within: Callable[[], dict[str, Any]], name: str) -> Iterator[Any]:
    """Within: something that was just made is there; afterwards nobody finds it any more."""
    try:
        yield made
    finally:
        within().pop(name)


def tables() -> dict[str, Any]:
    """The tables that there are."""
    return cast("dict[str, Any]", dynamodb_backends[ACCOUNT][REGION].tables)


def instances() -> dict[str, Any]:
    """The instances that there are."""
    return cast("dict[str, Any]", rds_backends[ACCOUNT][REGION].databases)


def stack(wild: Wild, name: str = "shop-prod", **tags: str) -> None:
    """A stack that makes a table, by the small estate's template."""
    named = [{"ParameterKey": "EnvironmentName", "ParameterValue": name}]
    given = {"StackName": name, "TemplateBody": TEMPLATE, "Parameters": named, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    wild.client("cloudformation").create_stack(**given, Tags=pairs(tags))


def pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]

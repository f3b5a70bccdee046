"""The ground that a company stands on in a fresh lab: its time, its key, its network, its logins."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.rds.models import rds_backends
from moto.route53.models import route53_backends

from dr_orchestrator.lab.cloud.vaults import Vaults, vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, SimulatedCloud
from dr_orchestrator.lab.estate.company import Company
from dr_orchestrator.lab.estate.writer import Writer

TAGS = ({"Key": "env", "Value": "production"},)
AGE = timedelta(days=400)
"""How old the company is."""

KEPT = timedelta(days=30)
"""How long its backups are kept."""

_KMS_TAGS = [{"TagKey": "env", "TagValue": "production"}]


class Rhythm(Protocol):
    """How often something is backed up, how old the newest backup is when a lab begins, and how many there are."""

    @property
    def every(self) -> timedelta:
        """From one to the next."""

    @property
    def newest(self) -> timedelta:
        """The age of the newest."""

    @property
    def kept(self) -> int:
        """How many."""


class Seed:
    """A fresh lab at its `start`, that the twins fill with what the company has; the `writer` has the databases, where
    there are real ones. `keys` are those of the regions in which copies may stand.
    """

    def __init__(self, world: SimulatedCloud, start: datetime, company: Company, writer: Writer | None) -> None:
        self.world, self.start, self.company, self.writer = world, start, company, writer
        self.keys: dict[str, str] = {}
        self._networks: dict[str, Any] = {}

    def random(self, seed: int) -> random.Random:
        """The look of sample data, the same in each lab."""
        return random.Random(seed)  # noqa: S311 - no secrets

    def back_up(self, rhythm: Rhythm, take: Callable[[datetime], object]) -> None:
        """Take the backups of the days before, each as of its instant, and have them go on."""
        newest = self.start - rhythm.newest
        for number in range(rhythm.kept - 1, -1, -1):
            take(newest - number * rhythm.every)
        self._go_on(rhythm, take, newest + rhythm.every)

    def _go_on(self, rhythm: Rhythm, take: Callable[[datetime], object], due: datetime) -> None:
        def once() -> None:
            take(self.world.now())
            self._go_on(rhythm, take, due + rhythm.every)

        self.world.agenda.at(due, once)

    @cached_property
    def key(self) -> str:
        """The key that production's databases are encrypted with."""
        key = kms_backends[ACCOUNT][REGION].create_key(
            "", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "databases of production", _KMS_TAGS
        )
        return str(key.arn)

    def hold(self, boundary: str, document: Mapping[str, Any]) -> None:
        """Make the managed policy that holds the roles of replicas."""
        iam_backends[ACCOUNT]["aws"].create_policy("held by drills", "/", json.dumps(document), boundary, [])

    def zone(self, id: str, domain: str, tag: str) -> None:
        """Make a public hosted zone of that id, which wears a tag: AWS gives ids of its own, a file has to name one."""
        backend = route53_backends[ACCOUNT]["aws"]
        made = backend.create_hosted_zone(domain, private_zone=False)
        backend.zones[id] = backend.zones.pop(made.resource_id)
        made.resource_id = id
        backend.change_tags_for_resource("hostedzone", id, [{"Key": tag, "Value": "yes"}], [])

    @property
    def network(self) -> tuple[str, str]:
        """Production's subnet group and security group; the isolated ones, without a way out, are made beside them."""
        production, _ = self._groups
        return "prod-databases", str(production.id)

    def network_in(self, region: str) -> tuple[str, str]:
        """Production's subnet group and security group in another region, made there once."""
        if region not in self._networks:
            self._networks[region] = self._make_vpc("10.30", "prod-databases", "databases of production", region)
        return "prod-databases", str(self._networks[region].id)

    @property
    def isolated(self) -> str:
        """The VPC of the isolated ones."""
        _, isolated = self._groups
        return str(isolated.vpc_id)

    @cached_property
    def _groups(self) -> tuple[Any, Any]:
        production = self._make_vpc("10.20", "prod-databases", "databases of production")
        isolated = self._make_vpc("10.99", "dro-isolated", "copies made by drills: no way out")
        isolated.egress_rules.clear()
        return production, isolated

    def prepare_elsewhere(self) -> None:
        """Make what a team prepares where copies are to stand, once: an isolated network, and a key by its alias."""
        for each in self.company.elsewhere:
            self._make_vpc(
                "10.99", "dro-isolated", "copies made by drills: no way out", each.region
            ).egress_rules.clear()
            keys = kms_backends[ACCOUNT][each.region]
            key = keys.create_key("", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "copies made by drills", _KMS_TAGS)
            if each.key:
                keys.create_alias(key.id, each.key)
            self.keys[each.region] = str(key.arn)

    def vault(self, name: str) -> Vaults:
        """The vaults of the company, this one among them: made where it is asked for first, under the company's key."""
        there = vaults()
        if name not in there.vaults:
            there.create_backup_vault(name, {}, self.key, "")
        return there

    def _make_vpc(self, prefix: str, name: str, description: str, region: str = REGION) -> Any:
        ec2 = ec2_backends[ACCOUNT][region]
        vpc = ec2.create_vpc(f"{prefix}.0.0/16")
        subnets = [
            ec2.create_subnet(vpc.id, f"{prefix}.{number}.0/24", availability_zone=f"{region}{zone}")
            for number, zone in enumerate("abc" if region == REGION else "ab", start=1)
        ]
        rds_backends[ACCOUNT][region].create_subnet_group(name, description, subnets, list(TAGS))
        return ec2.create_security_group(name, description, vpc.id)

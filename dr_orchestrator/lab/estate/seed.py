"""The ground that the sample company stands on in a fresh lab: its time, its key, its network, its logins."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.rds.models import rds_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, SimulatedCloud
from dr_orchestrator.lab.estate.writer import Writer

TAGS = ({"Key": "env", "Value": "production"},)
AGE = timedelta(days=400)
"""How old the company is."""

KEPT = timedelta(days=30)
"""How long its backups are kept."""

_KMS_TAGS = [{"TagKey": "env", "TagValue": "production"}]


class Seed:
    """A fresh lab at its `start`, that the twins fill; the `writer` has the databases, where there are real ones."""

    def __init__(self, world: SimulatedCloud, start: datetime, writer: Writer | None) -> None:
        self.world, self.start, self.writer = world, start, writer

    def random(self, seed: int) -> random.Random:
        """The look of sample data, the same in each lab."""
        return random.Random(seed)  # noqa: S311 - no secrets

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

    @cached_property
    def network(self) -> tuple[str, str]:
        """Production's subnet group and security group; the isolated ones, without a way out, are made beside them."""
        production = self._make_vpc("10.20", "prod-databases", "databases of production")
        isolated = self._make_vpc("10.99", "dro-isolated", "copies made by drills: no way out")
        isolated.egress_rules.clear()
        return "prod-databases", str(production.id)

    def _make_vpc(self, prefix: str, name: str, description: str) -> Any:
        ec2 = ec2_backends[ACCOUNT][REGION]
        vpc = ec2.create_vpc(f"{prefix}.0.0/16")
        subnets = [
            ec2.create_subnet(vpc.id, f"{prefix}.{number}.0/24", availability_zone=f"{REGION}{zone}")
            for number, zone in enumerate("ab", start=1)
        ]
        rds_backends[ACCOUNT][REGION].create_subnet_group(name, description, subnets, list(TAGS))
        return ec2.create_security_group(name, description, vpc.id)

"""Puts a company's stacks into a fresh lab, and those of its customers: stacks that were made long ago."""

from __future__ import annotations

import json

from moto.cloudformation.models import cloudformation_backends
from moto.iam.models import iam_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.estate.seed import Seed
from dr_orchestrator.resources.cloudformation_stack.name import NAME


def make(seed: Seed) -> None:
    """Make each with all that its template declares; a customer's with the roles by which it may be looked at."""
    for id, each in seed.company.of(NAME).items():
        account = each.account or ACCOUNT
        for role in each.readers:
            iam_backends[account]["aws"].create_role(role, _trust(), "/", None, "looked at from outside", [], "3600")
        cloudformation_backends[account][each.region or REGION].create_stack(
            id,
            (seed.company.home / each.template).read_text(encoding="utf-8"),
            dict(each.parameters),
            tags={"env": "production"},
            enable_termination_protection=each.protected,
        )


def _trust() -> str:
    """The text of the policy by which a role may be taken on from the company's account."""
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

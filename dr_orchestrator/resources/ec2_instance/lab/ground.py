"""The ground that drills start copies of machines on, as a team prepares it: subnets, groups, instance profiles."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.estate.seed import Seed
from dr_orchestrator.lab.machines import standing
from dr_orchestrator.resources.ec2_instance.lab import entry

_ENDPOINTS = "dro-endpoints"
"""The group of the endpoints of Systems Manager: nothing else wears it."""

_AGENT = ("ssm:UpdateInstanceInformation", "ssmmessages:*", "ec2messages:*")
"""The rights that an agent of Systems Manager needs."""


def make(seed: Seed, machines: Iterable[entry.Machine]) -> None:
    """Make what the machines name, each once, whoever names it: a subnet is in the zone of the first that does."""
    grounds = [each for each in machines if each.network]
    subnets = {each.network.subnet: each.zone for each in reversed(grounds) if each.network}
    if subnets:
        for id, zone in subnets.items():
            standing.subnet(REGION, f"{REGION}{zone}", id, seed.isolated)
        for name in dict.fromkeys(each.network.security_group for each in grounds if each.network):
            _group(seed.isolated, name)
    for name in dict.fromkeys(each.profile for each in machines if each.profile):
        _profile(name)


def _group(vpc: str, name: str) -> None:
    """A group that lets out TCP 443 alone, and that to the group of the endpoints alone."""
    copies, endpoints = (_grouped(vpc, each) for each in (name, _ENDPOINTS))
    backend: Any = ec2_backends[ACCOUNT][REGION]
    backend.authorize_security_group_egress(
        copies.id, "tcp", "443", "443", [], source_groups=[{"GroupId": endpoints.id}]
    )


def _grouped(vpc: str, name: str) -> Any:
    """A group of that name that lets nothing out, there already or not."""
    backend: Any = ec2_backends[ACCOUNT][REGION]
    held = [each for each in backend.describe_security_groups() if (each.name, each.vpc_id) == (name, vpc)]
    made = held[0] if held else backend.create_security_group(name, "copies of machines made by drills", vpc)
    made.egress_rules.clear()
    return made


def _profile(name: str) -> None:
    """An instance profile whose role, of the same name, speaks to Systems Manager alone."""
    trusted = _document(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole")
    iam = iam_backends[ACCOUNT]["aws"]
    iam.create_role(name, trusted, "/", None, "copies of machines made by drills", [], "3600")
    iam.put_role_policy(name, "agent", _document(Action=_AGENT, Resource="*"))
    iam.create_instance_profile(name, "/", [name])


def _document(**allowed: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **allowed}]})

"""The drills' own machines and subnets, under ids that drill files can name: those read copies, these hold them."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from dr_orchestrator.domain.tag_keys import READER
from dr_orchestrator.lab.cloud.world import ACCOUNT, world

_FIRST = 100
"""The third number of the addresses of the first subnet: production's databases have those before."""


def machine(region: str, zone: str, id: str, tags: dict[str, str] | None = None, account: str = ACCOUNT) -> Any:
    """A machine that runs, with an agent; one of the drills' own, unless other tags are given. One is there once."""
    backend = ec2_backends[account][region]
    there = [one for each in backend.reservations.values() for one in each.instances if one.id == id]
    if there:
        return there[0]
    given: dict[str, Any] = {"placement": zone, "region_name": region, "instance_type": "t3.small"}
    given |= {"is_instance_type_default": True, "nics": [], "block_device_mappings": []}
    with world().at_once():
        made: Any = backend.run_instances("ami-0123456789abcdef0", 1, None, [], **given).instances[0]
    made.id = id
    made.add_tags({READER: "yes"} if tags is None else tags)
    return made


def subnet(region: str, zone: str, id: str, vpc: str, account: str = ACCOUNT) -> Any:
    """A subnet of the drills' in a VPC, in a block of its own; one is there once, in the zone of who names it first."""
    backend: Any = ec2_backends[account][region]
    there = {each.id: each for of in backend.subnets.values() for each in of.values()}
    if id in there:
        return there[id]
    prefix, taken = (
        ".".join(backend.get_vpc(vpc).cidr_block.split(".")[:2]),
        {each.cidr_block for each in there.values()},
    )
    block = next(one for number in range(_FIRST, 256) if (one := f"{prefix}.{number}.0/24") not in taken)
    with world().at_once():
        made = backend.create_subnet(vpc, block, availability_zone=zone)
    backend.subnets[zone][id] = backend.subnets[zone].pop(made.id)
    made.id = id
    return made

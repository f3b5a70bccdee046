"""Where a database of RDS stands: server, subnets, security groups, key; what is not there is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.ec2.models import ec2_backends
from moto.rds.exceptions import InvalidParameterValue, KMSKeyNotAccessibleFault
from moto.rds.models import RDSBackend

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.cloud.world import Databases, world


def behind(engine: str) -> Databases | None:
    """The plane behind an engine's databases; refused, with what to install, where the lab has none of its servers."""
    try:
        return world().behind(engine)
    except LabError as missing:
        raise InvalidParameterValue(f"The lab: {missing.message}; {missing.hint}.") from missing


def check_groups(backend: RDSBackend, groups: Iterable[str]) -> None:
    """Refuse security groups that there are not."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    for group in groups:
        if ec2.get_security_group_from_id(group) is None:
            raise InvalidParameterValue(f"Invalid security group , groupId= {group}, groupName=.")


def apart(backend: RDSBackend, groups: Iterable[str], name: str) -> bool:
    """Whether a database gets out to nothing, and no leak is played: it has security groups, and none of them lets out,
    or all are of networks of their own from which no way leads.
    """
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    found = [group for each in groups if (group := ec2.get_security_group_from_id(each)) is not None]
    closed = bool(found) and not any(group.egress_rules and not _is_island(ec2, group.vpc_id) for group in found)
    return closed and not world().faults.pretends("leaks", "rds", name)


def _is_island(ec2: Any, network: str | None) -> bool:
    """Whether no way leads out of a network: it is not the default one, and neither joined nor on the internet."""
    joined = {each for one in ec2.vpc_pcxs.values() for each in (one.vpc.id, one.peer_vpc.id)}
    gates = {gate.vpc.id for gate in ec2.internet_gateways.values() if gate.vpc}
    return not ec2.get_vpc(network).is_default and network not in joined | gates


def usable_key(backend: RDSBackend, key: str) -> str:
    """The ARN of a key; one that there is not, or that is disabled, is refused."""
    arn = backend._validate_kms_key(key)
    if not backend.kms.describe_key(arn.rsplit("/", 1)[-1]).enabled:
        raise KMSKeyNotAccessibleFault(key)
    return arn


def default_subnet_group(backend: RDSBackend) -> str:
    """The name of the default VPC's subnet group, which is made with the first database in it."""
    if "default" not in backend.subnet_groups:
        subnets = ec2_backends[backend.account_id][backend.region_name].get_default_subnets()
        backend.create_subnet_group("default", "default", list(subnets.values()), [])
    return "default"


def default_group(backend: RDSBackend, subnets: str) -> str:
    """The default security group of the VPC that a subnet group is in."""
    vpc = backend.describe_db_subnet_groups(subnets)[0].vpc_id
    group = ec2_backends[backend.account_id][backend.region_name].get_default_security_group(vpc)
    if group is None:
        raise InvalidParameterValue(f"There is no default security group in {vpc}.")
    return str(group.id)

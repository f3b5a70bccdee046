"""Option groups as RDS binds them: the first instance in a VPC ties one to it, and none of another VPC gets it then."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import InvalidParameterCombination, OptionGroupNotFoundFaultError
from moto.rds.models import RDSBackend

_DEFAULT = "default:"


def bind(backend: RDSBackend, given: dict[str, Any]) -> None:
    """Bind the group that an instance is to have to the VPC of its subnets; refused where it is another's."""
    name = str(given.get("option_group_name") or _DEFAULT)
    if name.startswith(_DEFAULT):
        given.pop("option_group_name", None)  # AWS's own, which moto does not know
        return
    group: Any = backend.option_groups.get(name)
    if group is None:
        raise OptionGroupNotFoundFaultError(name)
    vpc = str(backend.subnet_groups[given["db_subnet_group_name"]].vpc_id)
    bound = getattr(group, "vpc_id", None)
    if bound not in (None, vpc):
        told = f"The option group {name} is associated with the VPC {bound} and can't be used in {vpc}."
        raise InvalidParameterCombination(told)
    group.vpc_id = vpc

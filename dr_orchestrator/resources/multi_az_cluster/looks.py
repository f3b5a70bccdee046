"""The looks before a multi-AZ DB cluster is restored: its source, name, key, secret, parameter group, network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.clusters import production
from dr_orchestrator.aws.clusters.restoring import DOOR
from dr_orchestrator.aws.logins import keys as logins
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.rds import isolation
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.multi_az_cluster.name import MEMBERS, family
from dr_orchestrator.resources.multi_az_cluster.source import class_of

_DEFAULT = "default."
_GROUPS = "DBClusterParameterGroup"


@dataclass(frozen=True)
class Asked:
    """Of what is asked: the resource, its cluster, the key and the engine version that the restored data has."""

    resource: Resource
    toolkit: Toolkit
    source: Callable[[], Mapping[str, Any]]
    key: Callable[[], str | None]
    version: Callable[[], str]


def preflight_checks(asked: Asked, name_is_free: Callable[[], str]) -> list[PreflightCheck]:
    """The looks, in the order in which a restore would meet what they find."""
    account, put = asked.toolkit.account, isolation.declared
    found = [
        PreflightCheck("source", lambda: production.status(asked.source())),
        PreflightCheck("instances", lambda: f"{MEMBERS} of {class_of(asked.source())}, which AWS makes"),
        PreflightCheck("name of the copy", name_is_free),
        PreflightCheck("key", lambda: keys.usable(account, asked.key(), asked.source()["DBClusterArn"]), must=False),
        PreflightCheck("parameter group", lambda: _parameters(asked)),
        PreflightCheck("subnet group", lambda: _subnets(asked)),
        PreflightCheck("zones", lambda: _zones(asked)),
        PreflightCheck(
            "security groups", lambda: isolation.closed(isolation.security_groups(account, put(asked.resource)))
        ),
    ]
    return [*found, *(logins.looks(account, DOOR, asked.resource) if asked.resource.database is not None else ())]


def _parameters(asked: Asked) -> str:
    """The group of the cluster; one of another major version than the data's would be refused."""
    source, account = asked.source(), asked.toolkit.account
    wanted, name = family(str(source["Engine"]), asked.version()), str(source.get(_GROUPS) or "")
    if not name or name.startswith(_DEFAULT):
        return f"AWS's defaults, of {wanted}"
    given = {f"{_GROUPS}Name": name}
    group = account.api("rds").named(f"Describe{_GROUPS}s", f"{_GROUPS}s", f"{_GROUPS}Name", name, **given)
    if (found := str(group["DBParameterGroupFamily"])) != wanted:
        hint = "choose a recovery point of the source's own major version"
        raise NotRecoverable(f"parameter group {name} is of {found}, the data of {wanted}", hint)
    return f"{name}, of {wanted}"


def _subnets(asked: Asked) -> str:
    account, own = asked.toolkit.account, str(asked.source().get("DBSubnetGroup", ""))
    theirs = isolation.vpc_of(account, own) if own else ""
    return isolation.subnet_group(account, isolation.declared(asked.resource), theirs)


def _zones(asked: Asked) -> str:
    group = isolation.declared(asked.resource).subnet_group
    found = isolation.zones(asked.toolkit.account, group)
    if len(found) < MEMBERS:
        told = f"{group} has subnets in {', '.join(found) or 'no zone'}: each of the {MEMBERS} instances needs a zone"
        raise NotRecoverable(told, "add subnets in other zones, see `isolation` in tiers.yaml")
    return f"{group} reaches {', '.join(found)}"

"""The looks before a cluster is restored: its source, names, key, secret, parameter groups, network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.clusters import production as clusters
from dr_orchestrator.aws.data_api import looks
from dr_orchestrator.aws.logins import keys as logins
from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.rds import bringing, isolation
from dr_orchestrator.aws.rds.objects import INSTANCES, Objects
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.service import Resource, Via
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.aurora_cluster import production
from dr_orchestrator.resources.aurora_cluster.name import family

_DEFAULT = "default."


@dataclass(frozen=True)
class Asked:
    """Of what is asked: the resource, its cluster, the key and engine version that the restored data has, whether its
    name is free, and its instances; `there` has the tools where the copy is to stand, `points_at` those where the point
    lies.
    """

    resource: Resource
    toolkit: Toolkit
    source: Callable[[], Mapping[str, Any]]
    key: Callable[[], str | None]
    version: Callable[[], str]
    name: Callable[[Copy], str]
    members: Callable[[Copy], Sequence[Copy]]
    there: Callable[[], Toolkit]
    points_at: Callable[[], Toolkit]


def preflight_checks(asked: Asked, copy: Copy, door: Door | None) -> list[PreflightCheck]:
    """The looks, in the order in which a restore would meet what they find; `door` is that of what is logged in to."""
    account, put = asked.toolkit.account, isolation.declared
    found = [
        PreflightCheck("source", lambda: clusters.status(asked.source())),
        PreflightCheck("instance", lambda: _instance(asked)),
        PreflightCheck("name of the copy", lambda: _names(asked, copy)),
        PreflightCheck("key", lambda: _key(asked), must=False),
        PreflightCheck("parameter groups", lambda: parameters(asked)),
        PreflightCheck("subnet group", lambda: subnets(asked)),
        PreflightCheck(
            "security groups",
            lambda: isolation.closed(isolation.security_groups(asked.there().account, put(asked.resource))),
        ),
    ]
    if asked.resource.database is not None and asked.resource.database.via is Via.DATA_API:
        found.append(PreflightCheck("Data API", lambda: _statements(asked)))
        found.append(PreflightCheck("Data API of the region", lambda: _offered(asked), must=False))
    return [*found, *(logins.looks(account, door, asked.resource) if door else ())]


def _statements(asked: Asked) -> str:
    """Whether a cluster of the restored version, with an instance as the writer, has a Data API."""
    source, database = asked.source(), asked.resource.database
    kind = str(production.writer(asked.toolkit.account, source)["DBInstanceClass"])
    return looks.look(str(source["Engine"]), asked.version(), kind, database.where if database else "")


def _offered(asked: Asked) -> str:
    """Whether AWS offers it in the region, too."""
    source, account = asked.source(), asked.toolkit.account
    kind = str(production.writer(account, source)["DBInstanceClass"])
    return looks.offered(account, source, asked.version(), kind)


def _instance(asked: Asked) -> str:
    source = asked.source()
    writer = production.writer(asked.toolkit.account, source)
    return f"{production.capacity(source, writer)}, as the writer {writer['DBInstanceIdentifier']}"


def _names(asked: Asked, copy: Copy) -> str:
    free = Objects(INSTANCES, asked.there()).name_is_free
    return "; ".join((asked.name(copy), *(free(each) for each in asked.members(copy))))


def _key(asked: Asked) -> str:
    return keys.usable(asked.points_at().account, asked.key(), asked.source()["DBClusterArn"])


def parameters(asked: Asked) -> str:
    """The groups of cluster and instance; one of another major version than the data's would be refused."""
    source, account = asked.source(), asked.toolkit.account
    writer = production.writer(account, source)
    wanted, told = family(str(source["Engine"]), asked.version()), []
    of_instance = (writer.get("DBParameterGroups") or [{}])[0].get("DBParameterGroupName")
    to, of_cluster = asked.resource.to, source.get("DBClusterParameterGroup")
    for key, name in (
        ("DBClusterParameterGroup", bringing.group_of(to, of_cluster, own=True)),
        ("DBParameterGroup", bringing.group_of(to, of_instance)),
    ):
        if name:
            _refuse_another_family(name, _family(asked.there(), key, name), wanted)
            told.append(str(name))
    return f"{' and '.join(told) or 'the defaults'}, of {wanted}"


def _family(toolkit: Toolkit, key: str, name: str) -> str:
    if name.startswith(_DEFAULT):  # AWS's own: there with the first that needs it
        return name.removeprefix(_DEFAULT)
    asked = {f"{key}Name": name}
    group = toolkit.account.api("rds").named(f"Describe{key}s", f"{key}s", f"{key}Name", name, **asked)
    return str(group["DBParameterGroupFamily"])


def _refuse_another_family(name: str, found: str, wanted: str) -> None:
    if found != wanted:
        hint = "choose a recovery point of the source's own major version"
        raise NotRecoverable(f"parameter group {name} is of {found}, the data of {wanted}", hint)


def subnets(asked: Asked) -> str:
    """The subnet group that the copy is put into, and whether its VPC is the source's own."""
    account, own = asked.toolkit.account, str(asked.source().get("DBSubnetGroup", ""))
    theirs = isolation.vpc_of(account, own) if own else ""
    return isolation.subnet_group(asked.there().account, isolation.declared(asked.resource), theirs)

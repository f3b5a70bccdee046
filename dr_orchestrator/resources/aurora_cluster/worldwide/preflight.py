"""The looks before a copy is made that spans two regions: whether AWS would make it, and what is there for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.clusters.globally import Globals, members
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.preflight.region import enabled
from dr_orchestrator.aws.rds import bringing, isolation
from dr_orchestrator.aws.rds.described import DEFAULTS
from dr_orchestrator.aws.rds.objects import CLUSTERS as CLUSTER
from dr_orchestrator.aws.rds.objects import INSTANCES as INSTANCE
from dr_orchestrator.aws.rds.objects import Objects
from dr_orchestrator.aws.rds.quotas import CLUSTERS, INSTANCES, quota
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, Place
from dr_orchestrator.domain.preflight import Doubt, NotApplicable, PreflightCheck
from dr_orchestrator.domain.secondary import Secondary
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.aurora_cluster import preflight
from dr_orchestrator.resources.aurora_cluster.instance import planned as instance_of
from dr_orchestrator.resources.aurora_cluster.worldwide.parts import put_there

_OFFERS = "rds:DescribeOrderableDBInstanceOptions"
_CASE, _PARAMETERS = "lower_case_table_names", "rds:DescribeDBClusterParameters"
_BURSTABLE = "db.t"
"""How the classes begin that AWS takes into no global database: it wants such with much memory."""
# docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.configuration.requirements.html


@dataclass(frozen=True)
class Asked:
    """Of what is asked: the other region, the source and its writer as AWS describes them, the version and the key of
    the restored data; `parameters` are the looks of each restore, asked in the other region.
    """

    secondary: Secondary
    toolkit: Toolkit
    source: Callable[[], Mapping[str, Any]]
    writer: Callable[[], Mapping[str, Any]]
    version: Callable[[], str]
    key: Callable[[], str | None]
    of_restore: preflight.Asked

    @property
    def there(self) -> Toolkit:
        """The tools in the other region: only where that is enabled it answers."""
        return self.toolkit.at(Place("", self.secondary.region))


def checks(asked: Asked, whole: Copy, secondary: Copy) -> Iterator[PreflightCheck]:
    """The looks, in the order in which what they find would be met."""
    account, region = asked.toolkit.account, asked.secondary.region
    yield PreflightCheck(f"region {region}", lambda: enabled(account, region))
    yield PreflightCheck("global database", lambda: _offered(asked))
    yield PreflightCheck("global cluster of production", lambda: _of_production(asked))
    yield PreflightCheck("backtracking", lambda: _backtracking(asked.source()))
    yield PreflightCheck("name of the global cluster", lambda: Globals(asked.toolkit).name_is_free(whole))
    yield PreflightCheck(f"names in {region}", lambda: _names(asked, secondary))
    yield PreflightCheck(f"key in {region}", lambda: _key(asked))
    yield PreflightCheck(f"parameter groups in {region}", lambda: preflight.parameters(asked.of_restore))
    yield PreflightCheck(f"names of tables in {region}", lambda: _case(asked))
    yield PreflightCheck(f"subnet group in {region}", lambda: preflight.subnets(asked.of_restore))
    yield PreflightCheck(f"security groups in {region}", lambda: _closed(asked))
    yield PreflightCheck(f"quota in {region}", lambda: _room(asked))


def _offered(asked: Asked) -> str:
    """Whether AWS makes global databases of the engine, version and class, in both regions."""
    of = str(asked.writer()["DBInstanceClass"])
    if of.startswith(_BURSTABLE):
        hint = "a global database needs a class with much memory (db.r…), or db.serverless"
        raise NotRecoverable(f"{of} is burstable, and no class of a global database", hint, _OFFERS)
    wanted = {"Engine": asked.source()["Engine"], "EngineVersion": asked.version(), "DBInstanceClass": of}
    for account in (asked.toolkit.account, asked.there.account):
        _raise_unless_offered(account, wanted)
    return f"{of} for {wanted['Engine']} {wanted['EngineVersion']}, in {asked.toolkit.account.region} and there"


def _raise_unless_offered(account: Account, wanted: Mapping[str, str]) -> None:
    told = " ".join((wanted["DBInstanceClass"], "for", wanted["Engine"], wanted["EngineVersion"]))
    found = list(account.api("rds").pages(_OFFERS.partition(":")[2], "OrderableDBInstanceOptions", **wanted))
    if not found:
        raise NotRecoverable(f"{told} is not to be had in {account.region}", "name another region", _OFFERS)
    if not any(each.get("SupportsGlobalDatabases", True) for each in found):
        hint = "upgrade the source, or name another region"
        raise NotRecoverable(f"AWS makes no global database of {told} in {account.region}", hint, _OFFERS)


def _of_production(asked: Asked) -> str:
    """Whether production is a global database itself: the plan that is rehearsed needs one."""
    arn = asked.source()["DBClusterArn"]
    for each in asked.toolkit.account.api("rds").pages("DescribeGlobalClusters", "GlobalClusters"):
        found = members(each)
        if arn in {member.arn for member in found}:
            regions = ", ".join(sorted(member.region for member in found))
            if asked.secondary.region not in regions:
                raise Doubt(f"{each['GlobalClusterIdentifier']} has no member in {asked.secondary.region}: {regions}")
            return f"{each['GlobalClusterIdentifier']}, in {regions}; nothing is changed of it"
    raise Doubt("production is of no global cluster: nothing of it could be switched over on the day")


def _backtracking(source: Mapping[str, Any]) -> str:
    if source.get("BacktrackWindow"):
        raise Doubt("the source can be backtracked, and so cannot become a global database; its copy can")
    return "off"


def _names(asked: Asked, secondary: Copy) -> str:
    there, instance = asked.there, instance_of(secondary)
    free = Objects(CLUSTER, there).name_is_free(secondary), Objects(INSTANCE, there).name_is_free(instance)
    return "; ".join(free)


def _key(asked: Asked) -> str:
    if not (theirs := asked.key()):
        raise NotApplicable("the data is not encrypted")
    if not asked.secondary.key:
        told = f"the data is encrypted, and no key of {asked.secondary.region} is named for the secondary"
        raise NotRecoverable(told, "add `kms_key` to the drill's `secondary`", "kms:DescribeKey")
    del theirs
    return keys.usable(asked.there.account, asked.secondary.key, asked.source()["DBClusterArn"])


def _case(asked: Asked) -> str:
    """Whether the names of tables are told apart alike in both regions, as AWS wants it of Aurora MySQL 3."""
    source, group = asked.source(), str(asked.source().get("DBClusterParameterGroup") or "")
    if source["Engine"] != "aurora-mysql" or not asked.version().startswith("8."):
        raise NotApplicable("the engine wants nothing of them")
    there = str(bringing.group_of(asked.secondary.to, group, own=True) or "")
    here, afar = _case_in(asked.toolkit, group), _case_in(asked.there, there)
    if here != afar:
        told = f"{_CASE} is {here} in {group or 'the defaults'}, and {afar} in {there or 'the defaults'} there"
        raise NotRecoverable(told, "name a `parameter_group` of the same in the drill's `secondary`", _PARAMETERS)
    return f"{_CASE} is {here} in both"


def _case_in(toolkit: Toolkit, group: str) -> str:
    if not group or group.startswith(DEFAULTS):
        return "0"
    given = {"DBClusterParameterGroupName": group, "Source": "user"}
    found = toolkit.account.api("rds").pages(_PARAMETERS.partition(":")[2], "Parameters", **given)
    return next((str(each.get("ParameterValue") or "0") for each in found if each.get("ParameterName") == _CASE), "0")


def _closed(asked: Asked) -> str:
    return isolation.closed(isolation.security_groups(asked.there.account, put_there(asked.secondary)))


def _room(asked: Asked) -> str:
    """Whether there is room for a cluster and an instance more."""
    found = [quota(asked.there.account, each) for each in (CLUSTERS, INSTANCES)]
    told = ", ".join(f"{each}, 1 more for the drill" for each in found)
    if any(each.used + 1 > each.most for each in found):
        raise NotMeasured(f"too few left: {told}", "raise the quota, or wait until other copies are gone")
    return told

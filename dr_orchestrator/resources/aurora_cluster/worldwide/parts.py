"""The parts that make a restored cluster a global one: that itself, a secondary in the other region, its instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dr_orchestrator.aws.clusters import globally
from dr_orchestrator.aws.clusters.globally import GLOBALS, Globals, members
from dr_orchestrator.aws.clusters.restoring import QUOTA, STATES
from dr_orchestrator.aws.rds import bringing, instances, isolation
from dr_orchestrator.aws.rds.objects import CLUSTERS, Objects
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.secondary import Secondary
from dr_orchestrator.domain.service import Isolation, Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.aurora_cluster import production
from dr_orchestrator.resources.aurora_cluster.instance import STORAGE, Member
from dr_orchestrator.resources.aurora_cluster.leaving import leave
from dr_orchestrator.resources.aurora_cluster.restore import AuroraCluster

Described = Callable[[], Mapping[str, Any]]
_SETTLED = replace(STATES, soonest=0.0)


class GlobalCluster:
    """The global cluster that is made of a restored cluster; a Part. Without that it is only taken down."""

    title = "global cluster"

    def __init__(self, copy: Copy, toolkit: Toolkit, primary: Described | None = None) -> None:
        """`primary` describes the restored cluster, which is to write."""
        self.copy, self._toolkit, self._primary = copy, toolkit.at(copy.place), primary
        self._objects = Globals(self._toolkit)

    def billed(self, name: str = "") -> Billed:  # noqa: ARG002 - of all it is the same
        """The writes that it replicates, of which nobody tells how many there will be."""
        return Billed(besides="the writes that are replicated to the other region, and their transfer")

    def ask(self) -> Asked:
        """Ask for it, of the cluster as its primary; it says by a tag in which region the run keeps it."""
        if self._primary is None:
            raise NotMeasured(f"nothing tells of which cluster {self.copy.id} is made")
        return self._objects.ask(
            "CreateGlobalCluster",
            self.copy,
            globally.QUOTA,
            GlobalClusterIdentifier=self.copy.id,
            SourceDBClusterIdentifier=str(self._primary()["DBClusterArn"]),
            DeletionProtection=False,
            Tags=[{"Key": globally.PLACE, "Value": self.copy.region}],
        )

    def ready(self) -> Ready:
        """Wait until it is available, with a member that writes."""
        seen = self._toolkit.wait_until_ready(self._objects.feed(), self.copy, globally.STATES, _writes)
        return Ready(self._toolkit.seconds_since(seen))

    def destroy(self, copy: Copy) -> CopyState:
        """Delete it, once proven to be this run's, after all members left it."""
        leave(self._toolkit, copy)
        return self._objects.destroy(copy, globally.STATES, _empty)


@dataclass(frozen=True)
class Wanted:
    """The form in which a secondary is made: the source, the restored primary, and how the other region has it put."""

    source: Described
    primary: Described
    secondary: Secondary
    whole: Copy

    def asked(self, toolkit: Toolkit) -> dict[str, Any]:
        """The parameters of the call that makes it, in the other region; its data and its login are the primary's."""
        source, primary, there = self.source(), self.primary(), self.secondary
        if primary.get("StorageEncrypted") and not there.key:
            told = f"{primary['DBClusterIdentifier']} is encrypted, and no key of {there.region} is named for it there"
            raise NotRecoverable(told, "add `kms_key` to the drill's `secondary`", "kms:DescribeKey")
        key = {"KmsKeyId": there.key, "SourceRegion": self.whole.region} if primary.get("StorageEncrypted") else {}
        put = put_there(there)
        return {
            "GlobalClusterIdentifier": self.whole.id,
            "Engine": primary["Engine"],
            "EngineVersion": primary.get("EngineVersion"),
            "DBSubnetGroupName": put.subnet_group,
            "VpcSecurityGroupIds": list(isolation.security_groups(toolkit.account, put)),
            "DBClusterParameterGroupName": bringing.group_of(there.to, source.get("DBClusterParameterGroup"), own=True),
            "ServerlessV2ScalingConfiguration": production.scaling(source),
            "DeletionProtection": False,
            "CopyTagsToSnapshot": False,
            **key,
        }


class SecondaryCluster:
    """The cluster in the other region, which only reads until it is switched over to; a Part."""

    def __init__(self, copy: Copy, resource: Resource, toolkit: Toolkit, wanted: Wanted) -> None:
        self.copy, self._toolkit, self._wanted = copy, toolkit.at(copy.place), wanted
        self._objects, self._resource = Objects(CLUSTERS, self._toolkit), resource
        self.title = f"cluster in {copy.region}"

    def ask(self) -> Asked:
        """Ask for it, as a member of the run's global cluster."""
        given = self._wanted.asked(self._toolkit)
        return self._objects.ask("CreateDBCluster", self.copy, QUOTA, DBClusterIdentifier=self.copy.id, **given)

    def ready(self) -> Ready:
        """Wait until it is available: only then is an instance made in it."""
        seen = self._toolkit.wait_until_ready(self._objects.feed(), self.copy, _SETTLED)
        return Ready(self._toolkit.seconds_since(seen))

    def destroy(self, copy: Copy) -> CopyState:
        """As any cluster of a run."""
        return AuroraCluster(self._resource, None, self._toolkit).destroy(copy)


class SecondaryInstance(Member):
    """The instance in the cluster of the other region, as the source's writer is; a Part."""

    def __init__(self, cluster: Copy, like: Described, toolkit: Toolkit, there: Secondary) -> None:
        super().__init__(cluster, like, toolkit.at(cluster.place), None, there.to)
        self.title = f"instance in {cluster.region}"

    def ready(self) -> Ready:
        """Wait until it has an address; that it follows is waited for after it."""
        states = replace(instances.STATES, soonest=0.0)
        seen = self._toolkit.wait_until_ready(self._objects.feed(), self.copy, states, _has_address)
        return Ready(self._toolkit.seconds_since(seen))


def put_there(there: Secondary) -> Isolation:
    """Where the secondary is put; NotRecoverable where nothing says so."""
    if there.isolation is None:
        raise NotRecoverable(f"nothing says where copies are put in {there.region}", "see `isolation` in tiers.yaml")
    return there.isolation


def live_cluster(toolkit: Toolkit, copy: Copy) -> Mapping[str, Any]:
    """A cluster of the run as AWS describes it now; NotMeasured where it is not to be seen, or another."""
    there = toolkit.at(copy.place)
    found = Objects(CLUSTERS, there).described(copy.id)
    if found is None:
        raise NotMeasured(f"{copy.id} is not to be seen", call=f"rds:{CLUSTERS.describe}")
    there.proofs.same(copy, found[CLUSTERS.unique])
    return found


def _writes(sighting: Sighting) -> bool:
    return globally.writer(sighting.detail) is not None


def _has_address(sighting: Sighting) -> bool:
    return bool((sighting.detail.get("Endpoint") or {}).get("Address"))


def _empty(live: Mapping[str, Any]) -> None:
    """Raise where a member is in it still: AWS would refuse."""
    if found := members(live):
        raise NotMeasured(f"{live[GLOBALS.name]} still has {', '.join(each.arn for each in found)}", "`dro sweep`")


def billed_there(of: Billed) -> Billed:
    """The things that the secondary is charged for: as the primary, once more."""
    return replace(of, times=2, besides=f"{of.besides or STORAGE}, and what is replicated to the other region")

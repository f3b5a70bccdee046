"""The instance in a restored cluster: the part of the copy that makes its data reachable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.rds import bringing, instances
from dr_orchestrator.aws.rds.objects import INSTANCES, Objects
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.errors import NotMeasured, UnsafeToDelete
from dr_orchestrator.resources.aurora_cluster.leaving import leave
from dr_orchestrator.resources.aurora_cluster.name import INSTANCE, SERVERLESS

STORAGE = "storage and I/O, whose size AWS does not tell"
_CAPACITY = "capacity above that rate"


MOST = 2
"""So many instances a run makes in one cluster: the one that is reached, and one that may take its place."""


def planned(cluster: Copy, number: int = 1) -> Copy:
    """The instance of a cluster that a run makes, by number: a copy of its own, named as its cluster."""
    return replace(cluster, type=INSTANCE, id=f"{cluster.id}-{number}")


def billed(kind: str) -> Billed:
    """The things that an instance of a class is charged for, and what nobody tells of it."""
    return Billed(kind, besides=f"{STORAGE}, and {_CAPACITY}" if kind == SERVERLESS else STORAGE)


class ClusterInstance:
    """Takes down an instance that a run made in its cluster."""

    def __init__(self, toolkit: Toolkit) -> None:
        self._objects, self._sources = Objects(INSTANCES, toolkit), toolkit.proofs.sources
        self._toolkit = toolkit

    def billed(self, name: str = "") -> Billed:
        """Its class."""
        found = self._objects.described(name)
        if found is None:
            raise NotMeasured(f"no instance {name}", call="rds:DescribeDBInstances")
        return billed(str(found["DBInstanceClass"]))

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the instance, once proven to be this run's copy; it holds no data of its own.

        Before that its cluster leaves the global cluster of its run, where that made one.
        """
        leave(self._toolkit, copy)
        return self._objects.destroy(copy, instances.STATES, partial(self._refuse, copy), SkipFinalSnapshot=True)

    def _refuse(self, copy: Copy, live: Mapping[str, Any]) -> None:
        """Raise unless it stands in the cluster that this run made for it: production's readers are nobody's copies."""
        cluster = str(live.get("DBClusterIdentifier", ""))
        ours = {planned(replace(copy, id=cluster), number).id for number in range(1, MOST + 1)}
        if cluster in self._sources or copy.id not in ours:
            raise UnsafeToDelete(f"{copy.id} is an instance of {cluster or 'no cluster'}: this run made no such copy")


class Member(ClusterInstance):
    """The instance that is made in a restored cluster, as its source's writer is; a Part."""

    title = "instance"

    def __init__(
        self,
        cluster: Copy,
        like: Callable[[], Mapping[str, Any]],
        toolkit: Toolkit,
        answers: Callable[[], bool] | None,
        to: Destination | None = None,
    ) -> None:
        """`like` asks for the instance that it is to be like; `answers` asks the cluster's database something.

        `to` is where the drill says that it is to stand.
        """
        super().__init__(toolkit)
        self._to = to
        self._cluster, self._like, self._answers = cluster, like, answers

    @property
    def copy(self) -> Copy:
        """The instance, as planned."""
        return planned(self._cluster)

    def ask(self) -> Asked:
        """Ask for the instance, of the engine, class and parameters of the source's writer, and not public; AWS chooses
        its zone.
        """
        return self._ask(instances.QUOTA)

    def _ask(self, quota: Collection[str], **placed: str) -> Asked:
        like = self._like()
        groups = like.get("DBParameterGroups") or [{}]
        return self._objects.ask(
            "CreateDBInstance",
            self.copy,
            quota,
            DBInstanceIdentifier=self.copy.id,
            DBClusterIdentifier=self._cluster.id,
            Engine=like["Engine"],
            DBInstanceClass=like["DBInstanceClass"],
            DBParameterGroupName=bringing.group_of(self._to, groups[0].get("DBParameterGroupName")),
            PubliclyAccessible=False,
            AutoMinorVersionUpgrade=False,
            **placed,
        )

    def ready(self) -> Ready:
        """Wait until the instance has an address and the cluster answers there."""
        return instances.wait(self._toolkit, self.copy, self._answers)


class Reader(Member):
    """The instance that only reads until it takes the place of the first, from which it stands apart; a Part."""

    title = "reader"

    def __init__(
        self, cluster: Copy, like: Callable[[], Mapping[str, Any]], toolkit: Toolkit, zones: Callable[[], Sequence[str]]
    ) -> None:
        """`zones` are those that it may stand in, one at least."""
        super().__init__(cluster, like, toolkit, None)
        self._zones = zones

    @property
    def copy(self) -> Copy:
        """The instance, as planned."""
        return planned(self._cluster, MOST)

    def ask(self) -> Asked:
        """Ask for it in each of its zones in turn while AWS has no room there; then wait for the first of them."""
        zones = self._zones()
        for zone in zones:
            try:
                return self._ask(instances.QUOTA - instances.FULL, AvailabilityZone=zone)
            except Refused as refused:
                if refused.code not in instances.FULL:
                    raise
        return self._ask(instances.QUOTA, AvailabilityZone=zones[0])

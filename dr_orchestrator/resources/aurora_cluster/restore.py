"""The common ground of both ways of restoring an Aurora cluster: the cluster, then an instance made in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from dr_orchestrator.aws.clusters import production as clusters
from dr_orchestrator.aws.clusters import proof
from dr_orchestrator.aws.clusters.restoring import DOOR, DbCluster
from dr_orchestrator.aws.preflight.region import usable
from dr_orchestrator.aws.rds import bringing
from dr_orchestrator.aws.rds.objects import INSTANCES
from dr_orchestrator.aws.rds.traits import of_aurora
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.resources.aurora_cluster import preflight, production
from dr_orchestrator.resources.aurora_cluster.instance import STORAGE, Member, billed, planned
from dr_orchestrator.resources.aurora_cluster.leaving import leave
from dr_orchestrator.resources.aurora_cluster.name import SNAPSHOT


class AuroraCluster(DbCluster):
    """The common ground of both ways of restoring an Aurora cluster."""

    snapshot = SNAPSHOT

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """Source, instance, names, key, secret, parameter groups, and the network that the copy is put into."""
        asked = preflight.Asked(
            *(self._resource, self._toolkit, self.described, self.key, self.version, self._look_at_name),
            self.members,
            lambda: self._there,
            lambda: self._points_at,
        )
        found = preflight.preflight_checks(asked, copy, DOOR if self._resource.database is not None else None)
        return [found[0], *self._look_there(copy), *found[1:]]

    def _look_there(self, copy: Copy) -> list[PreflightCheck]:  # noqa: ARG002 - of what is brought there, say
        """The looks besides, where the copy does not stand beside its source."""
        if (to := self._resource.to) is None:
            return []

        def offered() -> str:
            return bringing.orderable(self._there.account, self._writer(), self.version())

        region = [PreflightCheck("region", lambda: usable(self._toolkit, self._resource, to))]
        return [*(region if to.standing else []), PreflightCheck("class", offered)]

    def billed(self, name: str = "") -> Billed:
        """The class of the instance that would be made; of a cluster that is there only what nobody tells of it."""
        if name:
            return Billed(besides=STORAGE)
        found = billed(str(self._writer()["DBInstanceClass"]))
        charged = bringing.charged(self._resource)
        return replace(found, besides=f"{found.besides}, and {charged}") if charged else found

    def destroy(self, copy: Copy) -> CopyState:
        """As of each cluster, after it left the global cluster of its run, where that made one."""
        leave(self._toolkit, copy)
        return super().destroy(copy)

    def members(self, copy: Copy) -> Sequence[Copy]:
        """The instances that are made in the copy, as planned."""
        return (planned(copy),)

    def further(self, copy: Copy) -> Sequence[Part]:
        """The instance, without which nobody reaches the data."""
        answers = partial(self._answers, copy) if self._answers else None
        return (Member(copy, self._writer, self._there, answers, self._resource.to),)

    def described(self) -> Mapping[str, Any]:
        """The source as AWS describes it; NotRecoverable where it is not there, or none that these drills restore."""
        found = production.source(self._account, self._resource)
        self._toolkit.context.described(self._resource, of_aurora(found))
        return found

    def look_at_source(self) -> str:
        """The source and how it fares, and what the instance is of that its data would be reached by."""
        source = self.described()
        return f"{clusters.status(source)}; {production.capacity(source, self._writer())}"

    def _instances(self, copy: Copy) -> Sequence[Mapping[str, Any]]:
        return [proof.live(self._there, INSTANCES, each) for each in self.members(copy)]

    def _own(self, source: Mapping[str, Any]) -> Mapping[str, Any]:
        scaling = production.scaling(source)
        return {"ServerlessV2ScalingConfiguration": scaling, "EngineMode": source.get("EngineMode")}

    def _writer(self) -> Mapping[str, Any]:
        return production.writer(self._account, self.described())

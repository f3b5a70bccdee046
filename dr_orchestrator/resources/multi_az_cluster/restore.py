"""The common ground of both ways of restoring a multi-AZ DB cluster: AWS makes its three instances with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from dr_orchestrator.aws.clusters import production
from dr_orchestrator.aws.clusters.restoring import STATES, DbCluster
from dr_orchestrator.aws.rds import instances
from dr_orchestrator.aws.rds.traits import of_database
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete
from dr_orchestrator.resources.multi_az_cluster import looks, source
from dr_orchestrator.resources.multi_az_cluster.name import MEMBERS


class MultiAzCluster(DbCluster):
    """The common ground of both ways of restoring a multi-AZ DB cluster."""

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """Source, class, name, key, secret, parameter group, and the network that the copy is put into."""
        asked = looks.Asked(self._resource, self._toolkit, self.described, self.key, self.version)
        return looks.preflight_checks(asked, lambda: self._look_at_name(copy))

    def described(self) -> Mapping[str, Any]:
        """The source as AWS describes it; NotRecoverable where it is not there, or none that these drills restore."""
        found = source.source(self._account, self._resource)
        self._toolkit.context.described(self._resource, of_database(found))
        return found

    def look_at_source(self) -> str:
        """The source and how it fares, and of what class its instances are."""
        found = self.described()
        return f"{production.status(found)}; {MEMBERS} instances of {source.class_of(found)}"

    def billed(self, name: str = "") -> Billed:
        """Three instances and their storage, whether they are to be made or are there."""
        found = self._objects.described(name) if name else self.described()
        if found is None:
            raise NotMeasured(f"no cluster {name}", call=source.CALL)
        gib = found.get("AllocatedStorage")
        size = Decimal(int(gib)) if gib else None
        return Billed(source.class_of(found), size, besides="the IOPS that it is given", times=MEMBERS)

    def members(self, copy: Copy) -> Sequence[Copy]:  # noqa: ARG002 - AWS makes, names and deletes them
        """None: the instances come and go with their cluster, under names that no run chose."""
        return ()

    def further(self, copy: Copy) -> Sequence[Part]:  # noqa: ARG002 - as above
        """Nothing: the data is reached by the cluster itself."""
        return ()

    def ready(self, copy: Copy) -> Ready:
        """Wait until the cluster is available and answers at its address."""
        answers = partial(self._answers, copy) if self._answers else None
        serves = instances.serves(self._toolkit, answers)
        seen = self._toolkit.wait_until_ready(self._objects.feed(), copy, STATES, serves)
        return Ready(self._toolkit.seconds_since(seen))

    def _ask(self, operation: str, copy: Copy, **given: Any) -> Asked:
        return super()._ask(operation, copy, **{**given, "EngineMode": None})  # of Aurora's clusters only

    def _own(self, source_: Mapping[str, Any]) -> Mapping[str, Any]:
        """Class, storage and IOPS: left out, the storage would be io1 whatever the source has."""
        return {
            "DBClusterInstanceClass": source.class_of(source_),
            "Iops": source_.get("Iops"),
            "PubliclyAccessible": False,
            "BackupRetentionPeriod": 1,
        }

    def _instances(self, copy: Copy) -> Sequence[Mapping[str, Any]]:
        """Those that RDS lists as the cluster's; NotRecoverable unless there are three, and all say that they are."""
        found = list(production.instances_of(self._api, copy.id))
        strangers = [each["DBInstanceIdentifier"] for each in found if each.get("DBClusterIdentifier") != copy.id]
        if len(found) != MEMBERS or strangers:
            told = f"{copy.id} has {len(found)} instances, and not {MEMBERS} of its own"
            raise NotRecoverable(told, call="rds:DescribeDBInstances")
        return found

    def _empty(self, live: Mapping[str, Any]) -> None:
        """Raise where more is in it than AWS put there: with the cluster all of it would go."""
        name, members = str(live["DBClusterIdentifier"]), live.get("DBClusterMembers") or ()
        if len(members) > MEMBERS or name.lower() in {each.lower() for each in self._toolkit.proofs.sources}:
            raise UnsafeToDelete(f"{name} holds {len(members)} instances: a multi-AZ DB cluster makes {MEMBERS}")

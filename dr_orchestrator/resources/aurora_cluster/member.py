"""An Aurora cluster as part of an environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.clusters import production
from dr_orchestrator.aws.copies import STACK_TAG, TAG, carries
from dr_orchestrator.aws.rds import instances
from dr_orchestrator.aws.rds.objects import CLUSTERS, INSTANCES, Objects
from dr_orchestrator.aws.toolkit import Toolkit, gone
from dr_orchestrator.domain.copy import Copy, CopyState, Place
from dr_orchestrator.errors import UnsafeToDelete
from dr_orchestrator.resources.aurora_cluster.name import INSTANCE, NAME
from dr_orchestrator.resources.aurora_cluster.restore import AuroraCluster
from dr_orchestrator.resources.member import DatabaseMember


class ClusterMember(DatabaseMember):
    """The clusters in an environment."""

    def __init__(self, toolkit: Toolkit, place: Place) -> None:
        super().__init__(NAME, CLUSTERS, toolkit, place, lambda source, there: AuroraCluster(source, None, there))

    def destroy(self, copy: Copy) -> CopyState:
        """Delete one that outlived its stack, proven as any copy, after the instances in it that its stack made."""
        toolkit = self._toolkit.at(copy.place)
        api = toolkit.account.api("rds")
        if (cluster := CLUSTERS.described(api, copy.id)) is not None:
            toolkit.proofs.prove(copy, CLUSTERS.live(cluster))
            found = [each for each in production.instances_of(api, copy.id) if not _is_going(each)]
            for each in found:
                _raise_unless_made(toolkit, copy, cluster, each)
            for each in found:
                _delete(toolkit, copy, str(each["DBInstanceIdentifier"]))
        return super().destroy(copy)


def _raise_unless_made(toolkit: Toolkit, copy: Copy, cluster: Mapping[str, Any], instance: Mapping[str, Any]) -> None:
    """UnsafeToDelete unless the stack that made the cluster made the instance, too, by what it says of itself.

    No row of the ledger names it: somebody else may have added one to the cluster since.
    """
    ours, live = CLUSTERS.live(cluster), INSTANCES.live(instance)
    same = all(live.tags.get(key) == ours.tags.get(key) for key in (TAG, STACK_TAG))
    sources = {each.lower() for each in toolkit.proofs.sources}
    if not same or live.tags.get(TAG) != copy.run or not carries(live.name, copy) or live.name.lower() in sources:
        told = f"{copy.id} still holds {live.name}, and nothing proves that its stack made that"
        raise UnsafeToDelete(told, "delete the instance first, then `dro sweep`")


def _delete(toolkit: Toolkit, copy: Copy, name: str) -> None:
    held = replace(copy, type=INSTANCE, id=name, parent=copy.id, source=None)
    toolkit.account.guard.vouch(held)
    given = {"DBInstanceIdentifier": name, "SkipFinalSnapshot": True}
    toolkit.retry_while(lambda: toolkit.account.api("rds").call("DeleteDBInstance", **given), *INSTANCES.for_now)
    toolkit.context.observe(copy, f"deletes {name}, which its stack left in it")
    toolkit.wait_until_gone(Objects(INSTANCES, toolkit).feed(), held, gone(instances.STATES), name=name)


def _is_going(instance: Mapping[str, Any]) -> bool:
    return bool(instance.get("DBInstanceStatus") == "deleting")

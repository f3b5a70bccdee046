"""How a copy leaves the global cluster of its run: before anything of either is deleted, the one that writes last."""

from __future__ import annotations

from functools import partial

from dr_orchestrator.aws.clusters.globally import GLOBALS, Globals, Member, members
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.aws.toolkit import RETRY, TEARDOWN_CEILING, Toolkit
from dr_orchestrator.domain.copy import TERMINAL, Copy, Place
from dr_orchestrator.errors import NotMeasured, UnsafeToDelete
from dr_orchestrator.resources.aurora_cluster import planned
from dr_orchestrator.resources.aurora_cluster.name import NAME

_BUSY = "ClusterStateFault"
"""The codes by which AWS refuses it for now end so, of either kind of cluster: while another is about to write, say."""


def leave(toolkit: Toolkit, copy: Copy) -> None:
    """Take all members out of the global cluster that a run made of a copy, where it made one, those that read first.

    AWS deletes no last instance of a primary that has a secondary, and no cluster that is a member. Each is proven to
    be of this run, and so is the global cluster; UnsafeToDelete where one is not.
    """
    whole = planned.whole(copy)
    row = toolkit.proofs.record(whole) if whole is not None else None
    if whole is None or row is None or row.state in TERMINAL:
        return
    at = toolkit.at(whole.place)
    objects, began = Globals(at), toolkit.clock.monotonic()
    live = at.describe_confirmed(lambda: objects.described(whole.id))
    while live is not None and members(live):
        left = [each.arn for each in members(live)]
        at.retry_while(partial(_remove_one, at, whole), while_code=_BUSY)
        live = at.retry_transient(lambda: objects.described(whole.id))
        if live is not None and len(members(live)) == len(left):
            if toolkit.clock.monotonic() - began > TEARDOWN_CEILING:
                raise NotMeasured(f"{', '.join(left)} do not leave {whole.id}", call="rds:RemoveFromGlobalCluster")
            toolkit.clock.sleep(RETRY)


def _remove_one(toolkit: Toolkit, whole: Copy) -> None:
    """Take a member out, of those that are left one that only reads; which that is may change until AWS takes it."""
    live = Globals(toolkit).described(whole.id)
    if live is None or not (left := members(live)):
        return
    toolkit.proofs.prove(whole, GLOBALS.live(live))
    member = left[0]
    row = toolkit.proofs.record(_copy_of(whole, member))
    if row is None or row.copy.region != member.region:
        told = f"{whole.id} holds {member.arn}, and this run made no such copy"
        raise UnsafeToDelete(told, "remove it by hand, then `dro sweep`")
    there = toolkit.at(Place(row.copy.account, row.copy.region))
    api = there.account.api("rds")
    if (cluster := CLUSTERS.described(api, member.name)) is None:
        raise NotMeasured(f"{member.name} is not to be seen", call=f"rds:{CLUSTERS.describe}")
    toolkit.proofs.prove(row.copy, CLUSTERS.live(cluster))
    api.call("RemoveFromGlobalCluster", GlobalClusterIdentifier=whole.id, DbClusterIdentifier=member.arn)
    toolkit.context.observe(row.copy, f"leaves {whole.id}")


def _copy_of(whole: Copy, member: Member) -> Copy:
    return Copy(NAME, member.name, member.region, whole.run, whole.drill, whole.service, source=whole.source)

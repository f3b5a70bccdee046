"""How a copy leaves the global cluster of its run: before anything of either is deleted, the one that writes last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound, Refused
from dr_orchestrator.aws.clusters.globally import GLOBALS, Globals, Member, members
from dr_orchestrator.aws.clusters.restoring import STATES
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.aws.toolkit import RETRY, TEARDOWN_CEILING, Toolkit
from dr_orchestrator.domain.copy import TERMINAL, Copy
from dr_orchestrator.errors import NotMeasured, UnsafeToDelete
from dr_orchestrator.resources.aurora_cluster import planned
from dr_orchestrator.resources.aurora_cluster.name import GLOBAL, NAME

_BUSY = "ClusterStateFault"
"""The codes by which AWS refuses it for now end so, of either kind of cluster: while another is about to write, say."""

_LEFT = "is not found in global cluster"
"""The words of AWS, under a code that tells nothing (InvalidParameterValue), of what has left already."""
# github.com/hashicorp/terraform-provider-aws: internal/service/rds/global_cluster.go

_GIVEN_UP = 900.0
"""Drill seconds for which the other copies of a run do not wait for what one of them has waited for in vain."""


def leave(toolkit: Toolkit, copy: Copy) -> None:
    """Take all members out of the global cluster that a run made of a copy, where it made one, those that read first;
    then wait until what left is available by itself.

    AWS deletes no last instance of a primary that has a secondary, no cluster that is a member, and nothing of one that
    is being promoted. Each is proven to be of this run, and so is the global cluster. What is no copy of it stays;
    UnsafeToDelete where that keeps the copy inside, NotMeasured where it does not leave.
    """
    whole = planned.whole(copy)
    row = toolkit.proofs.record(whole) if whole is not None else None
    if whole is None or row is None or row.state in TERMINAL:
        return
    at = toolkit.at(whole.place)
    began, out = at.clock.monotonic(), dict[str, Copy]()
    found = _seen(at, whole, copy)
    while found:
        refused = ""
        try:
            ours = at.retry_transient(partial(_remove_one, at, whole))
        except UnsafeToDelete:
            if _is_inside(copy, found):
                raise
            break
        except Refused as fault:
            if _BUSY not in fault.code:
                raise
            refused, ours = f": {fault.message}", None
            at.context.asked_again(f"the deletion was refused: {fault.message}")
        if ours is not None:
            out[ours.id] = ours
        before, found = found, _members(at, whole)
        if {each.arn for each in before} <= {each.arn for each in found}:
            _raise_if_in_vain(at, whole, found, began, refused)
            at.clock.sleep(RETRY)
    for each in out.values():
        _settle(at, each, began)


def _seen(at: Toolkit, whole: Copy, copy: Copy) -> Sequence[Member]:
    """The members. AWS may not list for a while one that has just joined: where the ledger holds a secondary that is
    not known to be gone, one look at an empty list is no proof.
    """
    second = at.proofs.record(planned.secondary(copy, copy.region))
    if second is None or second.state in TERMINAL:
        return _members(at, whole)
    return at.describe_confirmed(lambda: _listed(at, whole) or None) or ()


def _members(at: Toolkit, whole: Copy) -> Sequence[Member]:
    return at.retry_transient(lambda: _listed(at, whole))


def _listed(at: Toolkit, whole: Copy) -> Sequence[Member]:
    live = Globals(at).described(whole.id)
    return members(live) if live is not None else ()


def _is_inside(copy: Copy, found: Sequence[Member]) -> bool:
    """Whether the copy, or its cluster, is a member still: no two are in one region. The whole is itself."""
    return copy.type == GLOBAL or any(each.region == copy.region for each in found)


def _raise_if_in_vain(at: Toolkit, whole: Copy, found: Sequence[Member], began: float, refused: str) -> None:
    """NotMeasured where they were waited for long enough, by this copy of the run or just now by another."""
    late = at.clock.monotonic() - began > TEARDOWN_CEILING
    if late or at.watcher.gave_up(whole.id, _GIVEN_UP):
        at.watcher.give_up(whole.id)
        told = f"{', '.join(each.arn for each in found)} do not leave {whole.id}{refused}"
        raise NotMeasured(told, "`dro sweep` tries again", "rds:RemoveFromGlobalCluster")


def _remove_one(at: Toolkit, whole: Copy) -> Copy | None:
    """Take one out that is a copy of this run, of those that are left one that only reads; which that is may change
    until AWS takes it. None where none is left; UnsafeToDelete where none but a stranger could leave.
    """
    live = Globals(at).described(whole.id)
    if live is None or not (left := members(live)):
        return None
    at.proofs.prove(whole, GLOBALS.live(live))
    known = [(each, _copy_of(at, whole, each)) for each in left]
    own = [(each, copy) for each, copy in known if copy is not None and (not each.writes or len(left) == 1)]
    if not own:
        strange = next((each for each, copy in known if copy is None), None)
        if strange is None:
            return None  # AWS tells of several that write: not for long
        told = f"{whole.id} holds {strange.arn}, and this run made no such copy"
        raise UnsafeToDelete(told, "remove it by hand, then `dro sweep`")
    member, copy = own[0]
    _take_out(at, whole, member, copy)
    return copy


def _take_out(at: Toolkit, whole: Copy, member: Member, copy: Copy) -> None:
    """Take a member out, once proven; what has left already has left: by a call whose answer was lost, say."""
    api = at.at(copy.place).account.api("rds")
    if (cluster := CLUSTERS.described(api, member.name)) is None:
        raise NotMeasured(f"{member.name} is not to be seen", call=f"rds:{CLUSTERS.describe}")
    at.proofs.prove(copy, CLUSTERS.live(cluster))
    try:
        api.call("RemoveFromGlobalCluster", GlobalClusterIdentifier=whole.id, DbClusterIdentifier=member.arn)
    except NotFound:
        return
    except Refused as refused:
        if _LEFT not in refused.message:
            raise
    at.context.observe(copy, f"leaves {whole.id}")


def _settle(at: Toolkit, copy: Copy, began: float) -> None:
    """Wait until a cluster that left stands by itself: until then AWS deletes nothing of it. No longer than for all."""
    api = at.at(copy.place).account.api("rds")

    def status() -> str:
        live: Mapping[str, Any] | None = CLUSTERS.described(api, copy.id)
        return str(live.get(CLUSTERS.status) or "") if live is not None else ""

    while at.retry_transient(status) in STATES.progress and at.clock.monotonic() - began <= TEARDOWN_CEILING:
        at.clock.sleep(RETRY)


def _copy_of(at: Toolkit, whole: Copy, member: Member) -> Copy | None:
    """The copy of this run that a member is; None where it made no such."""
    named = Copy(NAME, member.name, member.region, whole.run, whole.drill, whole.service, source=whole.source)
    row = at.proofs.record(named)
    return row.copy if row is not None and row.copy.region == member.region else None

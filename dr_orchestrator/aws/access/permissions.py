"""The calls of a drill, and the IAM actions that those calls need: all of it as its resource type declares it."""

from __future__ import annotations

from collections.abc import Iterable

from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.resource_type import BACKED, COMMON, HELD, Calls, Content, ResourceType, Types
from dr_orchestrator.domain.service import Fill, Rebuild, Via


def calls_of(types: Types[ResourceType], drill: Drill) -> Calls:
    """The calls of a drill; its checks and all that only some occasions need counted in.

    What an environment may hold is restored, filled and taken down as a drill of its own type would do it, and looked
    for by an inventory once the environment is gone. What its template makes from a recovery point is looked at, and
    entered; the point is brought to where the environment stands. What AWS Backup may back up of it is asked after.
    What comes back by a promotion is promoted as by a drill of its own.
    What a program restores is its own affair. What lies in a vault of AWS Backup is restored by that. What is to stand
    elsewhere is brought there. One that fails production over makes no copy.
    """
    of = types[drill.resource.type]
    if drill.production is not None:
        return COMMON | of.production
    kinds = of.vaulted if drill.vault else of.kinds
    found = COMMON | kinds[drill.kind] | (Calls() if drill.kind.interrupts else of.compared)
    if any(copy.backed for each in _made(types, drill) for copy in each.copies):
        found |= BACKED
    held = list(types) if of.content is Content.STORES else []
    for each in held if of.holds else ():
        if each.filling.all:
            found |= each.kinds[Kind.PITR_RESTORE] | _of_filling(each, drill)
    if (to := drill.resource.to) is not None:
        way = (of.afar if drill.vault else of.standing) if to.standing else of.elsewhere
        found |= way[drill.kind] | (of.carried if to.account and not drill.vault else Calls())
    if drill.resource.database is not None and drill.resource.database.via is Via.DATA_API:
        found |= of.stated
    rebuild = drill.resource.rebuild
    for made in dict.fromkeys(store.type for store in drill.stores.values()):
        found |= types[made].compared
        if rebuild is None or rebuild.builder is None:
            apart = rebuild is not None and rebuild.account
            own = types[made]
            found |= own.born | (own.carried | own.across if apart else own.direct)
    for made in dict.fromkeys(drill.stores[each].type for each in drill.promoted):
        found |= types[made].promoted
    for each in held:
        listing = each.listing.reads - found.reads
        found |= Calls(listing, only_when=dict.fromkeys(listing, f"{HELD} {each.article}"))
    return found


def lends_of(types: Types[ResourceType], drill: Drill) -> frozenset[str]:
    """The changes of a drill in the account of its source, where its copy stands in another: those that bring the point
    there, where it does not lie there already. All else is made, changed and deleted by the role of the other account.
    """
    of, to = types[drill.resource.type], drill.resource.to
    if drill.resource.rebuild is not None:
        return _for_replica(types, drill, drill.resource.rebuild)
    return frozenset() if to is None or to.standing else (of.elsewhere[drill.kind] | of.carried).writes


def _for_replica(types: Types[ResourceType], drill: Drill, rebuild: Rebuild) -> frozenset[str]:
    """The changes beside production for an environment in another account: restores of stores whose items are written
    over there, exports of those that are imported, and copies of snapshots. What a program makes takes none.
    """
    found = frozenset[str]()
    for logical, store in drill.stores.items() if rebuild.builder is None else ():
        of = types[store.type]
        if of.imported.all and rebuild.fill(logical) is Fill.IMPORT:
            found |= of.exported.writes
        elif of.filling.all:
            found |= of.kinds[Kind.PITR_RESTORE].writes
        found |= of.carried.writes if of.born.all else frozenset()
        found |= of.promoted.writes if logical in drill.promoted else frozenset()
    return found


def _made(types: Types[ResourceType], drill: Drill) -> list[ResourceType]:
    """The types of all that a drill makes itself: what a program makes is no copy of its own."""
    rebuild = drill.resource.rebuild
    stores = [] if rebuild is not None and rebuild.builder is not None else drill.stores.values()
    return [types[drill.resource.type], *(types[each.type] for each in stores)]


def failed_over(types: Types[ResourceType], drill: Drill, partition: str, account: str) -> list[str]:
    """The ARNs that the one call on production concerns: of what fails over, and of who is to write then where the
    drill says so; none of a drill on a copy.
    """
    of, on = types[drill.resource.type], drill.production
    if on is None or of.fails_over is None:
        return []
    parts = [of.made.arn_of(drill.resource.id)]
    if of.fails_over.part:
        parts += [types.copies[of.fails_over.part].arn_of(each) for each in on.writers.values()]
    return [f"arn:{partition}:{of.made.service}:{drill.resource.region}:{account}:{part}" for part in parts]


def _of_filling(of: ResourceType, drill: Drill) -> Calls:
    """The calls by which the stores of a type get into an environment: no item is written where all are imported."""
    rebuild, stores = drill.resource.rebuild, [each for each, store in drill.stores.items() if store.type == of.name]
    fills = {rebuild.fill(each) for each in stores} if rebuild is not None and of.imported.all else set()
    if Fill.IMPORT in fills and rebuild is not None and rebuild.account:
        return of.exported | of.imported if fills == {Fill.IMPORT} else of.filling | of.exported | of.imported
    return of.imported if fills == {Fill.IMPORT} else of.filling | of.imported


def actions_of(types: Types[ResourceType], calls: Iterable[str]) -> frozenset[str]:
    """The IAM actions that calls need: each that of its own name, or those by which IAM knows it, and what its type
    says besides.
    """
    wanted = frozenset(calls)
    beside = {
        action
        for each in types
        for write in each.writes
        if write.operation in wanted
        for actions in write.actions.values()
        for action in actions
    }
    return frozenset(beside.union(*(types.grants.get(call, (call,)) for call in wanted)))

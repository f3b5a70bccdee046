"""The changes of a resource since it was proven: another engine, or another size, as the newest look tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.resource_type.traits import Described, Told, Trait, Traits, together
from dr_orchestrator.domain.service import Resource

MOST_PERCENT = 25
"""So much larger or smaller than it was is as it was, as far as a proof goes; more is told."""


class Since(StrEnum):
    """How a trait is, held against what it was when the resource was proven."""

    SAME = "as it was"
    CHANGED = "changed"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Change:
    """A trait of a resource since a run proved it; `words` say what became of it, or why that is not known.

    `before` and `now` are as AWS told them, None where it is not known. A `simulated` one is of a simulated run.
    """

    trait: Trait
    since: Since
    words: str
    run: str = ""
    before: str | int | None = None
    now: str | int | None = None
    simulated: bool = False


@dataclass(frozen=True)
class Memory:
    """All that runs and looks told of resources.

    `traits` are those that a type has at all, by its name. `runs` hold what each run told, by resource; `looks` what
    the newest look told, by service, resource, and whether it was simulated. `rehearsals` are the newest simulated runs
    that passed, by drill.
    """

    traits: Mapping[str, Collection[Trait]] = field(default_factory=dict)
    runs: Mapping[str, Mapping[str, Told]] = field(default_factory=dict)
    looks: Mapping[tuple[str, str, bool], Told] = field(default_factory=dict)
    rehearsals: Mapping[str, str] = field(default_factory=dict)


def changes(memory: Memory, drill: Drill, resource: Resource, proof: str) -> tuple[Change, ...]:
    """The changes of a resource of a drill since the run that proved it; where none did, since it was rehearsed.

    A simulated look says nothing of a proof, and a look on real AWS nothing of a rehearsal.
    """
    run, simulated = (proof, False) if proof else (memory.rehearsals.get(drill.name, ""), True)
    if not run:
        return ()
    told = memory.runs.get(run, {})
    before = _whole(drill, resource, told)
    names = {name: memory.looks.get((drill.service.name, name, simulated)) for name in _names(drill, resource)}
    now = _whole(drill, resource, {name: each for name, each in names.items() if each is not None})
    wanted = [each for each in Trait if each in memory.traits.get(resource.type, ())]
    return tuple(replace(_change(each, resource, before, now), run=run, simulated=simulated) for each in wanted)


def said(found: Iterable[Change]) -> tuple[str, ...]:
    """The words on what is otherwise by now, each once; what is simulated says so."""
    told = (f"{each.words} (SIMULATED)" if each.simulated else each.words for each in found if is_otherwise(each))
    return tuple(dict.fromkeys(told))


def is_otherwise(of: Change) -> bool:
    """Whether a trait is known to be otherwise."""
    return of.since is Since.CHANGED


def _stores(drill: Drill, resource: Resource) -> dict[str, Resource]:
    """The stores whose sizes make up that of an environment, by name; none of any other resource."""
    return {each.name: each for each in drill.stores.values()} if resource.name == drill.resource.name else {}


def _names(drill: Drill, resource: Resource) -> list[str]:
    """The resource, and the stores whose sizes make up its own."""
    return list(dict.fromkeys((resource.name, *_stores(drill, resource))))


def _whole(drill: Drill, resource: Resource, told: Mapping[str, Told]) -> Told | None:
    """The description of a resource; of an environment, that tells no size itself, the sum of its stores'."""
    of, stores = told.get(resource.name), _stores(drill, resource)
    if not stores or (of is not None and of.of.traits.size is not None):
        return of
    parts = {name: told.get(name) for name in stores}
    known = [each for each in parts.values() if each is not None]
    if not known:
        return of
    size = together(each.of.traits.size if each is not None else None for each in parts.values())
    oldest = min(known, key=lambda each: each.at)
    whole = replace(oldest, of=Described(resource.name, resource.id, resource.region, Traits(size=size)))
    if len({each.account for each in known}) > 1:
        whole = replace(whole, account="")
    strange = (each for each in known if _is_of_another(each.of, stores[each.of.resource], resource.region))
    return next((replace(whole, of=each.of) for each in strange), whole)  # which is then told as that


def _is_of_another(of: Described, declared: Resource, region: str) -> bool:
    """Whether a store was another than is declared by now, or stands in another region than its environment."""
    return (of.id, of.region) != (declared.id, declared.region) or of.region != region


def _change(trait: Trait, resource: Resource, before: Told | None, now: Told | None) -> Change:
    if why := _apart(resource, before, now):
        return Change(trait, Since.UNKNOWN, f"{trait}: {why}")
    of = [each.of.traits if each else Traits() for each in (before, now)]
    return _engine(*of) if trait is Trait.ENGINE else _size(of[0].size, of[1].size)


def _apart(resource: Resource, before: Told | None, now: Told | None) -> str:
    """Why the two cannot be held against one another; empty where they can."""
    if before is None:
        return "not kept by the run"
    if now is None or (now.began or now.at) <= before.at:  # what was read first may be of before the end
        return "no look of `dro posture` since"
    if now.account != before.account or not now.account:
        return f"the newest look was in account {now.account or 'unknown'}, and not in {before.account or 'unknown'}"
    here = (resource.id, resource.region)
    if (before.of.id, before.of.region) != here or (now.of.id, now.of.region) != here:
        return "the run, or the newest look, was of another"
    return ""


def _engine(before: Traits, now: Traits) -> Change:
    was, is_ = (f"{each.engine} {each.version}" if each.engine and each.version else None for each in (before, now))
    if was is None or is_ is None:
        return Change(Trait.ENGINE, Since.UNKNOWN, f"engine: {_whose(was, is_)}", before=was, now=is_)
    if was == is_:
        return Change(Trait.ENGINE, Since.SAME, f"engine {was}", before=was, now=is_)
    to = now.version if now.engine == before.engine else is_
    return Change(Trait.ENGINE, Since.CHANGED, f"engine {was} → {to}", before=was, now=is_)


def _size(was: int | None, is_: int | None) -> Change:
    if was is None or is_ is None:
        return Change(Trait.SIZE, Since.UNKNOWN, f"size: {_whose(was, is_)}", before=was, now=is_)
    if abs(is_ - was) * 100 <= was * MOST_PERCENT:
        return Change(Trait.SIZE, Since.SAME, f"within {MOST_PERCENT} % of its size", before=was, now=is_)
    return Change(Trait.SIZE, Since.CHANGED, _grown(was, is_), before=was, now=is_)


def _grown(before: int, now: int) -> str:
    """How much it grew or shrank, in whole percents that never read as no more than is allowed."""
    if not before:
        return f"grew from nothing to {counted(now, 'byte')}"
    share = max(MOST_PERCENT + 1, abs(now - before) * 100 // before)
    return f"{'grew' if now > before else 'shrank'} by {share:,} %"


def _whose(before: object, now: object) -> str:
    """Which of the two was not told."""
    if before is None:
        return "not told to the run" + (", nor to the newest look" if now is None else "")
    return "not told to the newest look"

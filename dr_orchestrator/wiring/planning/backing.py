"""Whether AWS Backup would back a drill's copies up while they stand: told before anything is made."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.backup.plans import Kept, Plans
from dr_orchestrator.aws.backup.selections import Copied
from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.errors import DrillFault, Stopped, UsageError
from dr_orchestrator.runner import Components
from dr_orchestrator.runner.patience import LOOKING, again
from dr_orchestrator.wiring.app import App

_keeping = threading.Lock()
_read: dict[tuple[str, str], Plans] = {}


def look(
    here: App, drill: Drill, copy: Copy, components: Components, there: Account, owner: str, exercise: str = ""
) -> str:
    """That no plan takes the copies; Doubt where one does, may, or could not be asked after.

    Kept where one would put what it takes where nobody can delete it. The runs of an exercise share what was read.
    """
    made = list(_copied(here, drill, copy, components, owner))
    if not made:
        raise NotApplicable("AWS Backup backs up nothing of what it makes")
    plans = _plans(here, there, copy, exercise)
    try:
        return again(lambda: plans.look(made), LOOKING, here.clock)
    except (Kept, Stopped):
        raise
    except DrillFault as fault:
        told = f"whether a plan of AWS Backup takes a copy while it stands is not known: {fault.message}"
        raise Doubt(f"{told}; what one takes outlives the copy, and holds production's data") from fault


def forget(exercise: str) -> None:
    """Let go of what was read for the runs of an exercise: it has ended."""
    with _keeping:
        for key in [key for key in _read if key[0] == exercise]:
            del _read[key]


def _plans(here: App, there: Account, copy: Copy, exercise: str) -> Plans:
    if not exercise:
        return Plans(there.api("backup"), here.clock.now)
    with _keeping:
        return _read.setdefault((exercise, str(copy.place)), Plans(there.api("backup"), here.clock.now))


def _copied(here: App, drill: Drill, copy: Copy, components: Components, owner: str) -> Iterator[Copied]:
    """All that the drill makes, as AWS Backup will see it: what a template makes wears other tags besides."""
    yield from _seen(here, copy, owner)
    for store in components.stores:
        yield from _seen(here, store.copy, owner, more=store.imported)
    for born in components.born:
        if born.followed is not None:
            yield from _seen(here, born.followed.copy, owner)
    logical = [each.logical_id for each in components.born] + [each.logical_id for each in components.direct]
    for name in logical:  # CloudFormation names it
        member = replace(copy, type=drill.stores[name].type, id=f"{copy.id}-*", parent=copy.id)
        yield from _seen(here, member, owner, more=True)
    yield from _beside_the_stores(here, drill, copy, owner)


def _beside_the_stores(here: App, drill: Drill, copy: Copy, owner: str) -> Iterator[Copied]:
    """The rest of what its stack keeps data in, as the template has it: nobody fills that, and a plan takes it all the
    same. Of a template that cannot be read its own look tells.
    """
    from dr_orchestrator.wiring import templates  # noqa: PLC0415 - what judges templates loads slowly

    rebuild = drill.resource.rebuild
    if rebuild is None or rebuild.builder is not None:
        return
    with suppress(UsageError):
        derived = templates.of_rebuild(here.settings.drills, rebuild, rebuild.place, here.sources)
        for part in (each for each in derived.keeps if each.resource not in rebuild.stores):
            for of in (each for each in here.types.copies.values() if each.cloudformation == part.type):
                member = replace(copy, type=of.name, id=f"{copy.id}-*", parent=copy.id)
                yield from _seen(here, member, owner, more=True, called=f"{part.resource} of {copy.id}")


def _seen(here: App, copy: Copy, owner: str, *, more: bool = False, called: str = "") -> Iterator[Copied]:
    of = here.types.copies[copy.type]
    for word, pattern in of.backed:
        part = pattern.format(id=copy.id)
        place = "" if part.startswith(":::") else f":{copy.region}:{copy.account or owner}:"
        arn = f"arn:{partition(copy.region)}:{of.service}{place}{part}"
        yield Copied(f"{called or copy.id} ({word})", word, arn, copy.tags, more)

"""The kinds of drill that a resource's backups allow, as AWS tells of them now."""

from __future__ import annotations

from collections.abc import Sequence

from dr_orchestrator.domain.discovery.found import Found, Key, Unseen
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.posture.facts import Known, Protection, Unknown
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.estate.reading import LANES, Reading, in_lanes

_OFF = "AWS keeps no recovery point of it that a drill could restore; `dro posture` tells how to mend that"
_SILENT = "how its backups are kept could not be seen"


class Backed:
    """The backups of resources that no file declares; asked once of each, some at a time."""

    def __init__(self, here: App, reading: Reading, found: Sequence[Found]) -> None:
        self._here = here
        told = in_lanes(
            lambda one: reading.protection(Resource(one.id, one.type, one.id, one.region), Wanted()),
            list(found),
            LANES,
            "reading how backups are kept",
        )
        self._told: dict[Key, Protection] = {one.key: each for one, each in zip(found, told, strict=True)}
        self.unseen = list(dict.fromkeys(each for one in found for each in self._silent(one)))

    def __call__(self, found: Found) -> tuple[frozenset[Kind], str]:
        """The kinds by which it can be drilled; where there is none, why."""
        facts, kinds = self._told[found.key], self._here.types[found.type].kinds
        possible = {
            Kind.PITR_RESTORE: isinstance(facts.continuous, Known) and facts.continuous.value.on,
            Kind.SNAPSHOT_RESTORE: isinstance(facts.points, Known) and bool(facts.points.value),
            Kind.REPLICA_REBUILD: True,
        }
        allowed = frozenset(kind for kind in kinds if possible.get(kind))
        if allowed:
            return allowed, ""
        return allowed, _SILENT if any(self._silent(found)) else _OFF

    def _silent(self, found: Found) -> list[Unseen]:
        """The facts that could not be asked and that a kind of drill hangs on; of a type, by the call, they are one."""
        facts, of = self._told[found.key], self._here.types[found.type]
        wanted = {Kind.PITR_RESTORE: facts.continuous, Kind.SNAPSHOT_RESTORE: facts.points}
        told = [fact for kind, fact in wanted.items() if kind in of.kinds and isinstance(fact, Unknown)]
        return [Unseen(f"backups of {of.made.plural.lower()}", of.name, found.region, each) for each in told]

"""The claim of a service, "immutable, at most so much lost, back within so long": proven, not proven or disproven, and
by which runs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dr_orchestrator.domain import leaving
from dr_orchestrator.domain.drill import Drill, RecoveryPath
from dr_orchestrator.domain.objective import Disruption, Limit, Objective, format_duration
from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.posture.ruling import Standing, Stood
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Closing, RunHeader
from dr_orchestrator.domain.service import Service
from dr_orchestrator.domain.verdict import WorstCaseVerdict


class Proof(StrEnum):
    """Whether a claim is proven."""

    PROVEN = "proven"
    NOT_PROVEN = "not proven"
    DISPROVEN = "disproven"
    NOT_CLAIMED = "not claimed"


WEAKEST = (Proof.DISPROVEN, Proof.NOT_PROVEN, Proof.PROVEN, Proof.NOT_CLAIMED)
"""The first of them that is met is the word for the whole."""


@dataclass(frozen=True)
class Ground:
    """One thing that a part stands on: a drill with the run that measured it, or a resource as it was seen.

    `about` is its name, empty where it is of the whole service; `at` is when its run started.
    """

    about: str
    said: str
    proof: Proof
    run: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Part:
    """One part of the claim, and what it stands on."""

    words: str
    proof: Proof
    grounds: tuple[Ground, ...]

    @property
    def why(self) -> str:
        """The grounds that decide, in a sentence."""
        told = [each for each in self.grounds if each.proof is self.proof]
        return "; ".join(f"{each.about}: {each.said}" if each.about else each.said for each in told)

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs among it."""
        return tuple(each.run for each in self.grounds if each.run)


@dataclass(frozen=True)
class Claim:
    """The claim of a service, part by part."""

    service: str
    title: str
    tier: int
    owner: str
    parts: tuple[Part, ...]

    @property
    def proof(self) -> Proof:
        """That of the whole: the weakest of what is claimed."""
        claimed = {each.proof for each in self.parts}
        return next((each for each in WEAKEST if each in claimed), Proof.NOT_CLAIMED)

    @property
    def words(self) -> str:
        """All that is claimed."""
        return (
            ", ".join(each.words for each in self.parts if each.proof is not Proof.NOT_CLAIMED) or "nothing is claimed"
        )


def claim(service: Service, drills: Iterable[Drill], newest: Mapping[str, Outline], rows: Sequence[Stood]) -> Claim:
    """The claim of a service, by how its backups are kept and by the newest real run of each drill on a primary path.

    `newest` holds no run that is simulated, aborted or of another definition of its drill: those prove nothing.
    """
    own = [each for each in drills if each.service.name == service.name]
    asked = _asked(own)
    ours = [each for each in rows if each.service == service.name]
    loss = _loss(_promised(service, asked, ours, lambda of: of.rpo), asked, newest, ours)
    recovery = _recovery(_promised(service, asked, ours, lambda of: of.rto), asked, newest, ours)
    parts = (_immutable(service, ours), loss, recovery)
    return Claim(service.name, service.title, service.tier.number, service.owner, parts)


def _asked(drills: Sequence[Drill]) -> list[Drill]:
    """Those on the primary path of each resource; of one that has none, those on its fallbacks."""
    served = {each.resource.name for each in drills if each.path is RecoveryPath.PRIMARY}
    return [each for each in drills if each.path is RecoveryPath.PRIMARY or each.resource.name not in served]


_Promised = Mapping[Disruption, Limit]


def _promised(
    service: Service, drills: Sequence[Drill], rows: Sequence[Stood], pick: Callable[[Objective], Limit | None]
) -> _Promised:
    """The limit that is claimed for each disruption: what its drills are held to, the loosest of them; where a look
    found nothing that is drilled, what the service promises.
    """
    held = [(each.disruption, pick(each.objective)) for each in drills]
    if not held and _unproven(rows):
        held = [(each, pick(service.objective_for(each))) for each in Disruption]
    known = [(of, limit) for of, limit in held if limit is not None]
    return {of: max(limit for each, limit in known if each is of) for of in Disruption if of in dict(known)}


def _immutable(service: Service, rows: Sequence[Stood]) -> Part:
    words = "immutable"
    if not service.tier.wanted.immutable:
        return _bare(words, Proof.NOT_CLAIMED, "the tier does not want it")
    locks = [each for each in rows if each.ruling.rule is Rule.POSTURE_LOCK]
    told = tuple(_seen(each) for each in locks if each.ruling.standing is not Standing.NONE)
    if not told:
        return _bare(words, Proof.NOT_PROVEN, "nobody looked, or nothing of it can be locked")
    return _standing_on(words, told)


def _loss(promised: _Promised, drills: Sequence[Drill], newest: Mapping[str, Outline], rows: Sequence[Stood]) -> Part:
    words = _worded("loss", promised, {each.disruption for each in drills})
    if not promised:
        return _bare(words, Proof.NOT_CLAIMED, "no RPO is promised, or nothing is drilled")
    stale = [each for each in rows if each.ruling.rule in _NEWEST and each.ruling.standing is Standing.SHORT]
    measured = [_by_run(each, newest.get(each.name), _lost) for each in drills if each.objective.rpo]
    return _standing_on(words, (*map(_seen, stale), *_unproven(rows), *measured))


def _recovery(
    promised: _Promised, drills: Sequence[Drill], newest: Mapping[str, Outline], rows: Sequence[Stood]
) -> Part:
    words = _worded("recovery", promised, {each.disruption for each in drills})
    if not promised:
        return _bare(words, Proof.NOT_CLAIMED, "no RTO is promised, or nothing is drilled")
    measured = [_by_run(each, newest.get(each.name), _took) for each in drills if each.objective.rto]
    return _standing_on(words, (*_unproven(rows), *measured))


_NEWEST = (Rule.POSTURE_NEWEST, Rule.POSTURE_CONTINUOUS)
_PROVING = (Rule.POSTURE_PROVEN, Rule.UNDRILLED)
_SEEN = {Standing.SHORT: Proof.DISPROVEN, Standing.UNKNOWN: Proof.NOT_PROVEN, Standing.HELD: Proof.PROVEN}
_MEASURED = {True: Proof.PROVEN, None: Proof.NOT_PROVEN, False: Proof.DISPROVEN}


def _bare(words: str, proof: Proof, why: str) -> Part:
    return Part(words, proof, (Ground("", why, proof),))


def _standing_on(words: str, grounds: tuple[Ground, ...]) -> Part:
    """One ground against it disproves it; it takes all of them to prove it."""
    weakest = min((each.proof for each in grounds), key=WEAKEST.index)
    return Part(words, weakest, grounds)


def _seen(row: Stood) -> Ground:
    return Ground(row.resource, row.ruling.evidence, _SEEN[row.ruling.standing])


def _unproven(rows: Sequence[Stood]) -> tuple[Ground, ...]:
    """The resources that nobody drills, or not for too long: whatever was measured once, or of others, says nothing of
    them now.
    """
    short = (each for each in rows if each.ruling.rule in _PROVING and each.ruling.standing is Standing.SHORT)
    return tuple(Ground(each.resource, each.ruling.evidence, Proof.NOT_PROVEN) for each in short)


_Judged = tuple[bool | None, str]


def _by_run(drill: Drill, run: Outline | None, judged: Callable[[Drill, RunHeader, Closing], _Judged]) -> Ground:
    path = "fallback: " if drill.path is RecoveryPath.FALLBACK else ""
    if lost := leaving.stays_in(drill):
        return Ground(drill.name, f"{path}{leaving.told(lost)}", Proof.NOT_PROVEN)
    if run is None or run.closing is None:
        return Ground(drill.name, f"{path}no run on real AWS", Proof.NOT_PROVEN, run.header.id if run else "")
    met, said = judged(drill, run.header, run.closing)
    if met and not run.closing.verdict.green:
        met, said = None, f"{said}, but ended {run.closing.verdict.value}"
    return Ground(drill.name, f"{path}{said}", _MEASURED[met], run.header.id, run.header.started_at)


def _lost(drill: Drill, run: RunHeader, closing: Closing) -> _Judged:
    """The loss of a run, and what it would have in the worst case; a grade E is arithmetic, and no measure."""
    of, limit = closing.measures, drill.objective.rpo
    if of.rpa is None or of.rpa_grade == "E" or limit is None:
        return None, f"{run.id} measured no loss"
    if of.worst_case is None:
        told = f"{run.id} lost {format_duration(of.rpa)}, and its worst case is not known"
        return (None if limit.met_by(of.rpa) else False), told
    worst = max(of.rpa, of.worst_case)
    told = f"{run.id} lost {format_duration(of.rpa)}, {format_duration(worst)} at worst"
    if not limit.met_by(worst):
        return False, told
    if closing.worst_case_verdict is not WorstCaseVerdict.MET:  # a part of it was out of sight, or too close to tell
        return None, f"{told}, which the run calls {closing.worst_case_verdict.value}"
    return True, told


def _took(drill: Drill, run: RunHeader, closing: Closing) -> _Judged:
    rta, limit = closing.measures.rta, drill.objective.rto
    if rta is None or limit is None:
        return None, f"{run.id} measured no recovery"
    return limit.met_by(rta), f"{run.id} took {format_duration(rta)}"


def _worded(what: str, promised: _Promised, drilled: Collection[Disruption]) -> str:
    """The limits in words, each with its disruptions where not all that is drilled has the same."""
    limits = list(dict.fromkeys(promised.values()))
    if not limits:
        return what
    if len(limits) == 1 and set(drilled) <= set(promised):
        return f"{what} {limits[0]}"
    of = {limit: ", ".join(each.value for each in promised if promised[each] == limit) for limit in limits}
    return f"{what} " + ", ".join(f"{limit} ({of[limit]})" for limit in limits)

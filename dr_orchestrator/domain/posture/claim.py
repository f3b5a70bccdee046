"""The claim of a service, "immutable, at most so much lost, back within so long": proven, not proven or disproven, and
by which runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dr_orchestrator.domain.drill import Drill, RecoveryPath
from dr_orchestrator.domain.objective import Limit, format_duration
from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.posture.ruling import Standing, Stood
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Closing, RunHeader
from dr_orchestrator.domain.service import Service


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
    primary = [each for each in own if each.path is RecoveryPath.PRIMARY] or own
    ours = [each for each in rows if each.service == service.name]
    parts = (_immutable(service, ours), _loss(primary, newest, ours), _recovery(primary, newest))
    return Claim(service.name, service.title, service.tier.number, service.owner, parts)


def _immutable(service: Service, rows: Sequence[Stood]) -> Part:
    words = "immutable"
    if not service.tier.wanted.immutable:
        return _bare(words, Proof.NOT_CLAIMED, "the tier does not want it")
    locks = [each for each in rows if each.ruling.rule is Rule.POSTURE_LOCK]
    told = tuple(_seen(each) for each in locks if each.ruling.standing is not Standing.NONE)
    if not told:
        return _bare(words, Proof.NOT_PROVEN, "nobody looked, or nothing of it can be locked")
    return _standing_on(words, told)


def _loss(drills: Sequence[Drill], newest: Mapping[str, Outline], rows: Sequence[Stood]) -> Part:
    limits = {each.objective.rpo for each in drills}
    words = _limited("loss", limits)
    if limits <= {None}:
        return _bare(words, Proof.NOT_CLAIMED, "no RPO is promised, or nothing is drilled")
    stale = [each for each in rows if each.ruling.rule in _NEWEST and each.ruling.standing is Standing.SHORT]
    measured = [_by_run(each, newest.get(each.name), _lost) for each in drills]
    return _standing_on(words, (*map(_seen, stale), *measured))


def _recovery(drills: Sequence[Drill], newest: Mapping[str, Outline]) -> Part:
    limits = {each.objective.rto for each in drills}
    words = _limited("recovery", limits)
    if limits <= {None}:
        return _bare(words, Proof.NOT_CLAIMED, "no RTO is promised, or nothing is drilled")
    return _standing_on(words, tuple(_by_run(each, newest.get(each.name), _took) for each in drills))


_NEWEST = (Rule.POSTURE_NEWEST, Rule.POSTURE_CONTINUOUS)
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


_Judged = tuple[bool | None, str]


def _by_run(drill: Drill, run: Outline | None, judged: Callable[[Drill, RunHeader, Closing], _Judged]) -> Ground:
    if run is None or run.closing is None:
        return Ground(drill.name, "no run on real AWS", Proof.NOT_PROVEN, run.header.id if run else "")
    met, said = judged(drill, run.header, run.closing)
    if met and not run.closing.verdict.green:
        met, said = None, f"{said}, but ended {run.closing.verdict.value}"
    return Ground(drill.name, said, _MEASURED[met], run.header.id, run.header.started_at)


def _lost(drill: Drill, run: RunHeader, closing: Closing) -> _Judged:
    """The loss of a run, and what it would have in the worst case; a grade E is arithmetic, and no measure."""
    of, limit = closing.measures, drill.objective.rpo
    if of.rpa is None or of.rpa_grade == "E" or limit is None:
        return None, f"{run.id} measured no loss"
    if of.worst_case is None:
        told = f"{run.id} lost {format_duration(of.rpa)}, and its worst case is not known"
        return (None if limit.met_by(of.rpa) else False), told
    worst = max(of.rpa, of.worst_case)
    return limit.met_by(worst), f"{run.id} lost {format_duration(of.rpa)}, {format_duration(worst)} at worst"


def _took(drill: Drill, run: RunHeader, closing: Closing) -> _Judged:
    rta, limit = closing.measures.rta, drill.objective.rto
    if rta is None or limit is None:
        return None, f"{run.id} measured no recovery"
    return limit.met_by(rta), f"{run.id} took {format_duration(rta)}"


def _limited(what: str, limits: set[Limit | None]) -> str:
    found = [each for each in limits if each is not None]
    return f"{what} {min(found)}" if found else what

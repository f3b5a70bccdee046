"""The claim of a service, "immutable, at most so much lost, back within so long": proven, not proven or disproven, and
by which runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dr_orchestrator.domain.drill import Drill, RecoveryPath
from dr_orchestrator.domain.objective import Limit, format_duration
from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.posture.ruling import Standing, Stood
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Service


class Proof(StrEnum):
    """Whether a claim is proven."""

    PROVEN = "proven"
    NOT_PROVEN = "not proven"
    DISPROVEN = "disproven"
    NOT_CLAIMED = "not claimed"


@dataclass(frozen=True)
class Part:
    """One part of the claim, what it stands on, and the runs that it stands on."""

    words: str
    proof: Proof
    why: str
    runs: tuple[str, ...] = ()


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
        order = (Proof.DISPROVEN, Proof.NOT_PROVEN, Proof.PROVEN)
        return next((each for each in order if each in claimed), Proof.NOT_CLAIMED)


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
        return Part(words, Proof.NOT_CLAIMED, "the tier does not want it")
    locks = [each for each in rows if each.ruling.rule is Rule.POSTURE_LOCK]
    told = [each for each in locks if each.ruling.standing is not Standing.NONE]
    for standing, proof in ((Standing.SHORT, Proof.DISPROVEN), (Standing.UNKNOWN, Proof.NOT_PROVEN)):
        if found := [each for each in told if each.ruling.standing is standing]:
            return Part(words, proof, "; ".join(f"{each.resource}: {each.ruling.evidence}" for each in found))
    if not told:
        return Part(words, Proof.NOT_PROVEN, "nobody looked, or nothing of it can be locked")
    return Part(words, Proof.PROVEN, "; ".join(f"{each.resource}: {each.ruling.evidence}" for each in told))


def _loss(drills: Sequence[Drill], newest: Mapping[str, Outline], rows: Sequence[Stood]) -> Part:
    limits = {each.objective.rpo for each in drills}
    words = _limited("loss", limits)
    if limits <= {None}:
        return Part(words, Proof.NOT_CLAIMED, "no RPO is promised, or nothing is drilled")
    stale = [each for each in rows if each.ruling.rule in _NEWEST and each.ruling.standing is Standing.SHORT]
    part = _by_runs(words, [(each, newest.get(each.name), _lost(each, newest)) for each in drills])
    if stale:
        why = "; ".join(f"{each.resource}: {each.ruling.evidence}" for each in stale)
        return Part(words, Proof.DISPROVEN, why, part.runs)
    return part


def _recovery(drills: Sequence[Drill], newest: Mapping[str, Outline]) -> Part:
    limits = {each.objective.rto for each in drills}
    words = _limited("recovery", limits)
    if limits <= {None}:
        return Part(words, Proof.NOT_CLAIMED, "no RTO is promised, or nothing is drilled")
    return _by_runs(words, [(each, newest.get(each.name), _took(each, newest)) for each in drills])


_NEWEST = (Rule.POSTURE_NEWEST, Rule.POSTURE_CONTINUOUS)
_Told = tuple[Drill, Outline | None, tuple[bool | None, str]]


def _by_runs(words: str, told: Sequence[_Told]) -> Part:
    """One run that missed it disproves it; it takes all of them to prove it."""
    runs = tuple(run.header.id for _, run, _ in told if run is not None)
    why = "; ".join(f"{drill.name}: {said}" for drill, _, (_, said) in told)
    answers = [met for _, _, (met, _) in told]
    if False in answers:
        return Part(words, Proof.DISPROVEN, why, runs)
    return Part(words, Proof.NOT_PROVEN if None in answers else Proof.PROVEN, why, runs)


def _lost(drill: Drill, newest: Mapping[str, Outline]) -> tuple[bool | None, str]:
    """The loss of a run, and what it would have in the worst case; a grade E is arithmetic, and no measure."""
    run, limit = newest.get(drill.name), drill.objective.rpo
    if run is None or run.closing is None:
        return None, "no run on real AWS"
    of = run.closing.measures
    if of.rpa is None or of.rpa_grade == "E" or limit is None:
        return None, f"{run.header.id} measured no loss"
    worst = max(of.rpa, of.worst_case or of.rpa)
    told = f"{run.header.id} lost {format_duration(of.rpa)}, {format_duration(worst)} at worst"
    if not limit.met_by(worst):
        return False, told
    return (True if run.closing.verdict.green and of.worst_case is not None else None), told


def _took(drill: Drill, newest: Mapping[str, Outline]) -> tuple[bool | None, str]:
    run, limit = newest.get(drill.name), drill.objective.rto
    if run is None or run.closing is None:
        return None, "no run on real AWS"
    rta = run.closing.measures.rta
    if rta is None or limit is None:
        return None, f"{run.header.id} measured no recovery"
    told = f"{run.header.id} took {format_duration(rta)}"
    if not limit.met_by(rta):
        return False, told
    return (True if run.closing.verdict.green else None), told


def _limited(what: str, limits: set[Limit | None]) -> str:
    found = [each for each in limits if each is not None]
    return f"{what} {min(found)}" if found else what

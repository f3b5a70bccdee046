"""The rules on how recovery points are kept: under which key, where else, and against whom."""

from __future__ import annotations

from datetime import datetime

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.objective import Limit, format_duration
from dr_orchestrator.domain.posture.facts import Elsewhere, Known, Protection
from dr_orchestrator.domain.posture.points import short, unasked
from dr_orchestrator.domain.posture.ruling import Ruling, Standing
from dr_orchestrator.domain.posture.wanted import Wanted
from dr_orchestrator.domain.rule import Rule


def encryption(facts: Protection, wanted: Wanted) -> Ruling:
    """Whether the data is encrypted, and whose key that is."""
    rule, told = Rule.POSTURE_ENCRYPTION, facts.encryption
    if not isinstance(told, Known):
        return unasked(rule, told)
    if not told.value.on:
        return short(facts, rule, Severity.HIGH, "it is not encrypted", told.call)
    evidence = f"encrypted with {told.value.key}"
    if wanted.own_key and not told.value.own:
        return short(facts, rule, Severity.MEDIUM, f"{evidence}; wanted a key of one's own", told.call)
    return Ruling(rule, Standing.HELD, evidence, told.call)


def elsewhere(facts: Protection, wanted: Wanted, rpo: Limit | None, now: datetime) -> Ruling:
    """Whether another region holds copies, and whether the newest is young enough should this region be lost."""
    rule, told = Rule.POSTURE_ELSEWHERE, facts.elsewhere
    if not wanted.copy_in:
        return Ruling(rule, Standing.NONE, "the tier wants no copy in another region")
    if not isinstance(told, Known):
        return unasked(rule, told)
    there = [each for each in told.value if each.region in wanted.copy_in]
    regions = " or ".join(wanted.copy_in)
    if not there:
        other = f"; there are some in {', '.join(sorted({each.region for each in told.value}))}" if told.value else ""
        return short(facts, rule, Severity.HIGH, f"no copy in {regions}{other}", told.call)
    best = max(there, key=_newest)
    evidence = best.how + _age(best, now)
    if rpo is not None and best.newest is not None and not rpo.met_by(now - best.newest):
        return short(facts, rule, Severity.HIGH, f"{evidence}; RPO {rpo} should the region be lost", told.call)
    return Ruling(rule, Standing.HELD, evidence, told.call)


def lock(facts: Protection, wanted: Wanted) -> Ruling:
    """Whether nobody can delete the backups before their time, where the tier wants that."""
    rule, told = Rule.POSTURE_LOCK, facts.lock
    if not wanted.immutable:
        return Ruling(rule, Standing.NONE, "the tier does not want it")
    if not isinstance(told, Known):
        return unasked(rule, told)
    if not told.value.on:
        return short(facts, rule, Severity.HIGH, told.value.how, told.call)
    return Ruling(rule, Standing.HELD, told.value.how, told.call)


def deletion(facts: Protection, wanted: Wanted) -> Ruling:
    """Whether AWS refuses to delete the resource."""
    rule, told = Rule.POSTURE_DELETION, facts.deletion
    if not wanted.deletion_protection:
        return Ruling(rule, Standing.NONE, "the tier does not want it")
    if not isinstance(told, Known):
        return unasked(rule, told)
    if not told.value:
        return short(facts, rule, Severity.MEDIUM, "whoever may delete it can, at once", told.call)
    return Ruling(rule, Standing.HELD, "a deletion is refused until somebody switches this off", told.call)


def _age(of: Elsewhere, now: datetime) -> str:
    if of.newest is None:
        return "; how old the newest is AWS does not tell"
    return f", the newest of {of.newest:%Y-%m-%d %H:%M} UTC, {format_duration(now - of.newest)} ago"


def _newest(of: Elsewhere) -> tuple[bool, float]:
    return of.newest is not None, of.newest.timestamp() if of.newest else 0.0

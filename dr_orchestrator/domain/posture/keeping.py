"""The rules on how recovery points are kept: under which key, where else, and against whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.objective import Limit, format_duration
from dr_orchestrator.domain.posture.facts import Elsewhere, Known, Protection
from dr_orchestrator.domain.posture.points import HOLE, format_days, short, unasked
from dr_orchestrator.domain.posture.ruling import Ruling, Standing
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.wanted import Wanted


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
    best = max(there, key=_newest, default=None)
    if best is None:
        evidence = f"no copy in {' or '.join(wanted.copy_in)}" + _beside(told.value)
    else:
        evidence = best.how + _age(best.newest, now)
        if best.newest is None or _young(now - best.newest, wanted, rpo):
            return Ruling(rule, Standing.HELD, evidence, told.call)
        wish = f"RPO {rpo} should the region be lost" if rpo else f"kept for {format_days(wanted.retention)}"
        evidence += f"; {wish}"
    return _short_as_far_as_known(facts, rule, evidence, told)


def lock(facts: Protection, wanted: Wanted, now: datetime) -> Ruling:
    """Whether nobody can delete the backups before their time, where the tier wants that."""
    rule, told = Rule.POSTURE_LOCK, facts.lock
    if not wanted.immutable:
        return Ruling(rule, Standing.NONE, "the tier does not want it")
    if not isinstance(told, Known):
        return unasked(rule, told)
    evidence, of = told.value.how, told.value
    if of.on and of.newest is not None:
        evidence += _age(of.newest, now)
    old = of.newest is not None and now - of.newest > HOLE
    brief = of.least is not None and of.least < wanted.retention
    if of.on and not old and not brief:
        return Ruling(rule, Standing.HELD, evidence, told.call)
    if brief:
        evidence += f"; wanted for {format_days(wanted.retention)}"
    return _short_as_far_as_known(facts, rule, evidence, told)


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


def _short_as_far_as_known(facts: Protection, rule: Rule, evidence: str, told: Known[Any]) -> Ruling:
    """A shortfall, unless what could not be asked might have told otherwise."""
    if told.lacking is not None:
        return unasked(rule, told.lacking)
    return short(facts, rule, Severity.HIGH, evidence, told.call)


def _young(age: timedelta, wanted: Wanted, rpo: Limit | None) -> bool:
    """Whether a copy keeps a promise: without an RPO one that was forgotten, older than what is kept, does not."""
    return rpo.met_by(age) if rpo is not None else age <= wanted.retention


def _beside(found: Sequence[Elsewhere]) -> str:
    return f"; there are some in {', '.join(sorted({each.region for each in found}))}" if found else ""


def _age(newest: datetime | None, now: datetime) -> str:
    if newest is None:
        return "; how old the newest is AWS does not tell"
    return f", the newest of {newest:%Y-%m-%d %H:%M} UTC, {format_duration(now - newest)} ago"


def _newest(of: Elsewhere) -> tuple[bool, float]:
    return of.newest is not None, of.newest.timestamp() if of.newest else 0.0

"""The rule on proof: a backup that nobody restored is a hope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.posture.ruling import Ruling, Standing
from dr_orchestrator.domain.programme import DueState
from dr_orchestrator.domain.rule import Rule

_LEDGER = "the ledger"


def proven(states: Sequence[DueState], resource: str, kinds: str, imported: str = "") -> Ruling:
    """Whether each drill of a resource on its primary path passed in its period; on a fallback, where it has no other.

    `states` are those of its drills, `kinds` are the kinds that drill its type, in words. What is `imported` of it is
    told beside that, and proves nothing.
    """
    ruling = _ruling(states, resource, kinds)
    return replace(ruling, evidence=f"{ruling.evidence} ({imported})") if imported else ruling


def _ruling(states: Sequence[DueState], resource: str, kinds: str) -> Ruling:
    rule = Rule.POSTURE_PROVEN
    if not states:
        remedy = f"declare a drill of {resource} in its service's file: `kind: {kinds}`"
        return Ruling(rule, Standing.SHORT, "no drill covers it", _LEDGER, Severity.HIGH, remedy)
    primary = [each for each in states if each.drill.path is RecoveryPath.PRIMARY] or list(states)
    due = [each for each in primary if each.due]
    evidence = "; ".join(f"{each.drill.name}: {each.why}" for each in due or primary)
    if not due:
        return Ruling(rule, Standing.HELD, evidence, _LEDGER)
    overdue = all(each.proven_at is not None for each in due)
    remedy = f"run it: `dro run {' '.join(each.drill.name for each in due)}`"
    return Ruling(rule, Standing.SHORT, evidence, _LEDGER, Severity.MEDIUM if overdue else Severity.HIGH, remedy)

"""The meaning of rows from before revision 0008, read from their words, once and nowhere else.

Until then a ledger kept sentences only, and the program read them back. The sentences below are those that it wrote;
they are history, and follow no change of today's wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Phase, Role
from dr_orchestrator.domain.verdict import WorstCaseVerdict

_SENTENCES: Mapping[str, Rule] = {
    r"A copy may still exist": Rule.LEFTOVER,
    r"Recovery points cannot guarantee RPO .*": Rule.WORST_CASE,
    r"RTO headroom is thin: .*": Rule.RTO_THIN,
    r"RPO headroom is thin: .*": Rule.RPO_THIN,
    r"Optional check '.*' did not pass": Rule.OPTIONAL_CHECK,
    r"Checks failed before they passed|A step failed at first": Rule.FAILED_AT_FIRST,
    r"RPA has grade [CD]: it was not read from .*": Rule.RPA_GRADE,
    r"That production does not answer the copy was not tried": Rule.NOT_PROBED,
    r"A fallback without a target": Rule.FALLBACK_WITHOUT_TARGET,
    r"RTO missed: .*": Rule.RTO_MISSED,
    r"RPO missed: .*": Rule.RPO_MISSED,
    r"RTO met: .*|RTO: no target": Rule.RTO_MET,
    r"RPO met: .*|RPO: no target": Rule.RPO_MET,
    r"check '.*' failed: expected .*, observed .*": Rule.CHECK_FAILED,
    r"check '.*' could not tell: .*": Rule.CHECK_UNKNOWN,
    r"check '.*' was not reached": Rule.CHECK_NOT_REACHED,
    r"check '.*' found a canary from after .*": Rule.CANARY_AHEAD,
    r"check '.*' found data of .*, newer than the recovery point's .*": Rule.NEWER_THAN_POINT,
    r"no mandatory check of the data ran": Rule.NO_DATA_CHECK,
    r"no target: .* promises neither RTO nor RPO": Rule.NO_TARGET,
    r"RTA was not measured.*": Rule.RTA_UNMEASURED,
    r"RTA is zero or negative": Rule.RTA_INCREDIBLE,
    r"RPA was not measured: .*": Rule.RPA_UNMEASURED,
    r"RPA has grade E, from the schedule: .*": Rule.RPA_ARITHMETIC,
    r"RPA is negative: .*": Rule.RPA_NEGATIVE,
    r"no recovery point was chosen: .*": Rule.NO_POINT,
    r".* was restored for its own sake, and .*": Rule.POINT_OF_ITSELF,
    r"the recovery points were chosen for different instants: .*": Rule.POINTS_DISAGREE,
    r"drill time ran .* times as fast, yet .*": Rule.PACE,
    r"step '.*' did not pass: .*": Rule.STEP_PASSED_OVER,
    r"step '.*' took no time or less|steps '.*' and '.*' overlap|the wall clock jumped between .*": Rule.CLOCK,
}
_RULES = [(re.compile(pattern, re.DOTALL), rule) for pattern, rule in _SENTENCES.items()]
_ROLES = {
    "prove the copy's isolation": Role.PROVE_ISOLATION,
    "try to reach production from the copy": Role.PROBE,
    "look before starting": Role.LOOK,
    "look back at the recovery points": Role.LOOK_BACK,
    "ask AWS for its own times": Role.ASK_FOR_TIMES,
}
_UNTRIED = "not probed"
_READ = re.compile(r"newest instant in the copy, check '(.*)'", re.DOTALL)


def rule_of(sentence: str) -> Rule:
    """The rule that gave a reason, or a finding by its title; NOT_KEPT where the words were a fault's own."""
    return next((rule for pattern, rule in _RULES if pattern.fullmatch(sentence)), Rule.NOT_KEPT)


def role_of(name: str, phase: Phase) -> Role:
    """The role of a step of that name and phase; the names that a script gave say nothing."""
    of_phase = {Phase.VERIFY: Role.VERIFY, Phase.TEARDOWN: Role.DESTROY}
    return _ROLES.get(name) or of_phase.get(phase, Role.STEP)


def tried(role: Role, detail: str) -> bool:
    """Whether a step did what it is there for."""
    return role is not Role.PROBE or not detail.startswith(_UNTRIED)


def reader_of(source: str) -> str:
    """The check that gave the RPA, by what its source was said to be; empty where none did."""
    read = _READ.fullmatch(source)
    return read[1] if read else ""


def claimant_of(source: str, points: Iterable[str]) -> str:
    """The recovery point, of those that were chosen, whose own word the RPA was; empty where it was read."""
    return next((point for point in points if source.endswith(f" of {point}")), "")


def worst_case_of(verdict: str | None) -> WorstCaseVerdict:
    """The verdict on the worst case, of which a run that measured nothing may say nothing."""
    return WorstCaseVerdict(verdict) if verdict else WorstCaseVerdict.NOT_MEASURED

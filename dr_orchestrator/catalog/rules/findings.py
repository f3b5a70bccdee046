"""Rules of the policy on findings: of declared tiers, and the graver the sooner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from dr_orchestrator.catalog.deadlines import within
from dr_orchestrator.catalog.declared import Policy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.errors import Problem


def problems(policy: Policy) -> Iterator[Problem]:
    """The mistakes in by when findings are due."""
    if policy.whole is None:
        return
    tiers = {each.number for each in policy.whole.tiers}
    for number, written in policy.whole.findings.due.items():
        key = ("findings", "due", number)
        if int(number) not in tiers:
            declared = ", ".join(map(str, sorted(tiers)))
            yield policy.document.problem(key, f"no tier {number} is declared", f"one of: {declared}")
            continue
        times = within(int(number), written)
        for graver, other in pairwise(Severity):
            if times[graver] > times[other]:
                said = next(each for each in (graver, other) if getattr(written, each.value) is not None)
                told = f"{graver} may stay open for {_told(times[graver])}, and {other} for "
                yield policy.document.problem(
                    (*key, said.value),
                    f"{told}{_told(times[other])} only",
                    f"the graver the sooner: give both, {graver} no more than {other}",
                )


def _told(span: timedelta) -> str:
    days, rest = divmod(span, timedelta(days=1))
    return format_duration(span) if rest else counted(days, "day")

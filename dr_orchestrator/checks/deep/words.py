"""The claims of deep checks in words, and their results: what was seen, in words and as figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.proof import AnswersWithin, Command, Counts, Deep, Files, Integrity, SameObjects, WholeRead
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome

MB = 1_000_000
"""Bytes, as AWS and disks count them."""

MOST_TOLD = 5
"""So many damages or differences are told one by one."""


def expectation(check: Deep) -> str:
    """The claim of a check, in words."""
    if isinstance(check, Files):
        told = sum(map(bool, check.digests.values()))
        like = f", {told:,} of them with the content that is told" if told else ""
        number = f", and {check.at_least:,} in all at least" if check.at_least else ""
        return f"{counted(len(check.digests), 'file')} there{like}{number}"
    return _expectation(check)


def _expectation(check: WholeRead | Integrity | AnswersWithin | Counts | Command | SameObjects) -> str:
    match check:
        case WholeRead():
            what = f"a sample of {check.sample:,} blocks" if check.sample else "every block of every table"
            rate = f", at most {check.rate:,} MB/s" if check.rate else ""
            all_of_it = ", and all that the copy holds is" if check.whole else ""
            return f"{what} read within {format_duration(check.within)}{rate}, none damaged{all_of_it}"
        case Integrity():
            must = f", asked of {' and '.join(check.require)}" if check.require else ""
            beside = ", extensions and sequences as in the source" if check.against_source else ""
            return f"nothing wrong that the engine can prove of itself{must}{beside}"
        case AnswersWithin():
            limit = latency(check.limit) if check.limit else f"{check.factor:g} times the source's own"
            return f"{check.p} of 100 answers within {limit}, {check.times} times, from: {check.sql}"
        case Counts():
            where = counted(len(check.tables), "table") if check.tables else "every table"
            return f"as many rows as the source in {where}, within {check.tolerance}"
        case Command():
            return f"exit code 0 within {format_duration(check.within)} from: {' '.join(check.run)}"
        case SameObjects():
            looked = f", {check.sample:,} of those that no listing tells of looked into" if check.sample else ""
            return f"the objects that the source held at the instant, and in each what it held{looked}"


def result(
    check: Deep, outcome: Outcome, observed: str, figures: dict[str, Any], *, proves: bool = False
) -> CheckResult:
    """The result of a check; it is a witness of data only where that is said."""
    whole = isinstance(check, WholeRead)
    return CheckResult(
        check.name,
        expectation(check),
        observed,
        outcome,
        check.mandatory,
        proves_data=proves,
        reads_whole=whole,
        figures=figures,
    )


def latency(value: timedelta) -> str:
    """A short time as people read it: `4.2 ms`, `1.25 s`, and minutes from then on."""
    seconds = value.total_seconds()
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 60 else format_duration(value)


def some(told: Sequence[str], most: int = MOST_TOLD) -> str:
    """The first of several, and how many more there are."""
    more = f"; and {len(told) - most} more" if len(told) > most else ""
    return "; ".join(told[:most]) + more


def megabytes(size: float) -> str:
    """Bytes, in MB."""
    return f"{size / MB:,.1f} MB"


def joined(parts: Iterable[str]) -> str:
    """Several sentences as one."""
    return "; ".join(filter(None, parts))

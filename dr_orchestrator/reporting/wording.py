"""How figures, instants and outcomes are put into words; the same words in every format."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.judge.explain import LossExplained
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict, WorstCaseVerdict

NOT_MEASURED = "not measured"
NOT_RECORDED = "not recorded"
NOT_REACHED = "not reached"
NO_TARGET = "no target"
NOT_KNOWN = "not known"
ARITHMETIC = "E: arithmetic, no evidence"
UNDER_WAY = "UNDER WAY"
SIMULATED = "SIMULATED"
GRADES: Mapping[str, str] = {
    "A": "a heartbeat written to the source was found in the restored data",
    "B": "the newest business record found in the restored data",
    "C": "the instant that was asked for or that the engine reports, not read from the data",
    "D": "the time of the recovery point as AWS, or the program that restored it, tells it, not read from the data",
    "E": "arithmetic, no evidence: worked out from the schedule of the backups",
}


@dataclass(frozen=True)
class Figure:
    """A duration as people read it (rounded up), and exactly."""

    text: str
    exact: str


@dataclass(frozen=True)
class Badge:
    """A word of judgement and its tone; the tone picks colour and icon, the word alone says it all."""

    word: str
    tone: str


VERDICTS: Mapping[Verdict, str] = {
    Verdict.ABORTED: "stop",
    Verdict.FAILED: "fail",
    Verdict.INCONCLUSIVE: "unsure",
    Verdict.PARTIAL: "unsure",
    Verdict.PASSED_WITH_FINDINGS: "warn",
    Verdict.PASSED: "pass",
}
CLEANUPS: Mapping[Cleanup, str] = {Cleanup.CLEAN: "pass", Cleanup.LEFTOVERS: "fail", Cleanup.UNPROVEN: "unsure"}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.PASSED: "pass",
    Outcome.FAILED: "fail",
    Outcome.INCONCLUSIVE: "unsure",
    Outcome.ABORTED: "stop",
    Outcome.SKIPPED: "none",
}
SEVERITIES: Mapping[Severity, str] = {Severity.HIGH: "fail", Severity.MEDIUM: "warn", Severity.LOW: "none"}
COPIES: Mapping[CopyState, str] = {
    CopyState.INTENDED: "unsure",
    CopyState.CREATED: "unsure",
    CopyState.DELETED: "pass",
    CopyState.NEVER_CREATED: "none",
    CopyState.GONE_WITH_LAB: "none",
    CopyState.LEFTOVER: "fail",
    CopyState.UNPROVEN: "unsure",
}
WORST_CASES: Mapping[WorstCaseVerdict, str] = {
    WorstCaseVerdict.MET: "pass",
    WorstCaseVerdict.MISSED: "fail",
    WorstCaseVerdict.NO_TARGET: "none",
    WorstCaseVerdict.NOT_MEASURED: "unsure",
}


def verdict_badge(verdict: Verdict | None) -> Badge:
    """A verdict; one that is not there yet is 'under way', never green."""
    return Badge(UNDER_WAY, "open") if verdict is None else Badge(verdict.value, VERDICTS[verdict])


def cleanup_badge(cleanup: Cleanup | None) -> Badge:
    """The verdict of the clean-up; not known while the run is open."""
    return Badge("NOT KNOWN YET", "open") if cleanup is None else Badge(cleanup.value, CLEANUPS[cleanup])


def worst_case_badge(verdict: WorstCaseVerdict) -> Badge:
    """Whether the RPO would be kept at the worst instant."""
    return Badge(verdict.value, WORST_CASES[verdict])


def outcome_badge(outcome: Outcome | None, missing: str = "under way") -> Badge:
    """How a step or a check ended."""
    return Badge(missing, "open") if outcome is None else Badge(outcome.value, OUTCOMES[outcome])


def seconds(value: timedelta | None) -> int | float | None:
    """The exact seconds of a duration as a number, whole where they are."""
    if value is None:
        return None
    exact = value.total_seconds()
    return int(exact) if exact.is_integer() else exact


def exact(value: timedelta) -> str:
    """The exact seconds of a duration as text: `4329.412345 s`."""
    text = f"{value.total_seconds():.6f}".rstrip("0").rstrip(".")
    return f"{text} s"


def error_bar(value: timedelta) -> str:
    """How far a figure may be off, rounded up: to the second, or to the millisecond where it is less than one."""
    milliseconds = timedelta(milliseconds=-(-value // timedelta(milliseconds=1)))
    return f"± {format_duration(value) if value >= timedelta(seconds=1) else exact(milliseconds)}"


def figure(value: timedelta | None, missing: str = NOT_MEASURED) -> Figure:
    """A duration for people; one that is missing says so, and is never 0 or blank."""
    return Figure(missing, missing) if value is None else Figure(format_duration(value), exact(value))


def signed(value: timedelta | None, missing: str) -> Figure:
    """A difference with its sign, in a word: `12 s later`, `3 s earlier`, `0 s`."""
    if not value:
        return figure(value, missing)
    sign = "later" if value > timedelta() else "earlier"
    return Figure(f"{format_duration(abs(value))} {sign}", f"{exact(abs(value))} {sign}")


def grade_words(grade: str) -> str:
    """A grade of RPA with its meaning."""
    return f"{grade}: {GRADES[grade]}" if grade in GRADES else told(grade, NOT_MEASURED)


def above_worst_case(loss: LossExplained) -> str:
    """Why an RPA stands above the worst case, in a sentence; empty where it does not."""
    if loss.above_worst is None:
        return ""
    lies = f", which lies {format_duration(loss.before_point)} before its recovery point" if loss.before_point else ""
    return (
        f"The RPA stands {format_duration(loss.above_worst)} above it: the RPA counts to the newest data that was read"
        f"{lies}; the worst case counts to the recovery points themselves."
    )


def as_far_as_known(worst_case: timedelta | None, verdict: WorstCaseVerdict) -> str:
    """Says of a worst case that has a figure, and yet is not measured, why: it rests on a part of the history."""
    return ", as far as is known" if worst_case is not None and verdict is WorstCaseVerdict.NOT_MEASURED else ""


def before_point(loss: LossExplained) -> str:
    """The part of the loss that lies before the recovery point, and what it is; empty where there is none."""
    if loss.before_point is None:
        return ""
    lasted = f"{format_duration(loss.before_point)} ({exact(loss.before_point)})"
    return f"{lasted}: from the newest data that was read to the recovery point, which is to hold what came meanwhile"


def real(value: timedelta | None, pace: float) -> Figure:
    """The real time behind a span of drill time."""
    return figure(None if value is None else value / pace)


def instant(value: datetime | None, missing: str = NOT_RECORDED) -> str:
    """An instant for people, in UTC to the second: `2026-11-20 09:00:00 UTC`."""
    return missing if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def iso(value: datetime | None) -> str | None:
    """An instant for machines: ISO 8601, UTC, exact."""
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def told(value: object | None, missing: str = NOT_RECORDED) -> str:
    """A fact as text; nothing at all says so."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return missing if value is None or value == "" else str(value)


def spoken(name: str) -> str:
    """A hyphenated name as words."""
    return name.replace("-", " ").replace("pitr", "PITR")


def visible(text: str) -> str:
    """Text in which control and direction characters show instead of acting; letters of any script stay."""
    if text.isprintable():
        return text
    return "".join(f"⟨U+{ord(char):04X}⟩" if _acts(char) else char for char in text)


def _acts(char: str) -> bool:
    if char in "\n\t":
        return False
    category = unicodedata.category(char)
    # The zero-width joiner is part of many emoji and scripts; it moves nothing.
    return category in ("Cc", "Cs") or (category == "Cf" and char not in "\u200c\u200d\u00ad")

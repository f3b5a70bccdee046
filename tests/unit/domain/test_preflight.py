"""The looks before a drill: what stops it, what is only told, and that all of it stays as evidence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dr_orchestrator.domain.preflight import CheckStatus, Doubt, NotApplicable, PreflightCheck, perform
from dr_orchestrator.errors import Aborted, DrillFault, NotMeasured, NotRecoverable


def raising(error: Exception) -> Callable[[], str]:
    def act() -> str:
        raise error

    return act


@pytest.mark.parametrize(
    ("act", "must", "outcome", "stops"),
    [
        (lambda: "there", True, CheckStatus.PASSED, False),
        (raising(NotRecoverable("gone")), True, CheckStatus.FAILED, True),
        (raising(NotRecoverable("gone")), False, CheckStatus.FAILED, True),
        (raising(NotMeasured("denied")), True, CheckStatus.INCONCLUSIVE, True),
        (raising(NotMeasured("denied")), False, CheckStatus.INCONCLUSIVE, False),
        (raising(Doubt("odd")), True, CheckStatus.INCONCLUSIVE, False),
        (raising(NotApplicable("no key")), True, CheckStatus.NOT_APPLICABLE, False),
    ],
)
def test_what_a_look_sees_decides_whether_it_stops(
    act: Callable[[], str], must: bool, outcome: CheckStatus, stops: bool
) -> None:
    """Only what is wrong, or what must be known and is not, keeps a drill from starting."""
    (seen,) = perform([PreflightCheck("source", act, must)]).looks

    assert (seen.outcome, seen.stops) == (outcome, stops)


def test_nothing_in_the_way_is_told_whole() -> None:
    """What was seen, and what could not be, is one line each in the evidence."""
    told = perform(
        [PreflightCheck("source", lambda: "there"), PreflightCheck("quota", raising(Doubt("denied")))]
    ).raise_if_blocked()

    assert told.splitlines() == ["source: passed, there;", "quota: inconclusive, denied"]


@pytest.mark.parametrize(
    ("faults", "kind"),
    [([NotMeasured("denied"), NotRecoverable("gone")], NotRecoverable), ([NotMeasured("denied")], NotMeasured)],
)
def test_the_worst_look_is_the_faults_kind(faults: list[Exception], kind: type[DrillFault]) -> None:
    """One failed look makes the run FAILED, unknown ones alone INCONCLUSIVE; the evidence holds every look."""
    seen = perform(
        [PreflightCheck("name", lambda: "free"), *(PreflightCheck(f"look {each}", raising(each)) for each in faults)]
    )

    with pytest.raises(kind) as stopped:
        seen.raise_if_blocked()

    assert stopped.value.message == "; ".join(map(str, faults))
    assert "name: passed, free" in stopped.value.evidence


def test_one_wall_is_one_obstacle() -> None:
    """What several looks run into is told once, and another wall too, in the order they were met."""
    walls = ["not found", "not found", "denied"]
    seen = perform(PreflightCheck(str(number), raising(NotMeasured(wall))) for number, wall in enumerate(walls))

    assert [each.words for each in seen.blockers] == ["not found", "denied"]


def test_a_stop_is_no_look() -> None:
    """Somebody who stops the drill is heeded at once, not written down as one thing seen among others."""
    with pytest.raises(Aborted):
        perform([PreflightCheck("source", raising(Aborted("stopped"))), PreflightCheck("name", lambda: "free")])

"""What an exercise of people showed to be wrong is remediated by a later real one that looked at the very thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dr_orchestrator.domain.deadlines import Deadlines
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.by_exercise import About, Gap, Held, proof, sightings
from dr_orchestrator.domain.findings.sighting import seen
from dr_orchestrator.domain.findings.tracked import RaisedBy, TrackedFinding
from dr_orchestrator.domain.rule import Rule

THEN = datetime(2026, 11, 2, 9, tzinfo=UTC)
SHOP = About("shop", "The shop", 1)
GAP = Gap(
    Rule.CONTACT_NOT_REACHED, "on-call", Severity.HIGH, "On-call was not reached", "No answer.", SHOP, "Shop team"
)
FIRST = Held(RaisedBy.TABLETOP, "tt-1", "region-lost", THEN, THEN + timedelta(hours=1), False, (GAP,), frozenset())
SHOWN = ("shop", Rule.CONTACT_NOT_REACHED, "on-call")
LATER = replace(
    FIRST,
    id="tt-2",
    began=THEN + timedelta(days=90),
    ended=THEN + timedelta(days=90, hours=1),
    gaps=(),
    shown=frozenset({SHOWN}),
)


def raised(held: Held = FIRST) -> TrackedFinding:
    """The finding of its only gap."""
    (found,) = sightings(held)
    change = seen(None, found, Deadlines())
    assert change is not None
    return change.after


def test_a_later_one_that_looked_at_it_remediates_it() -> None:
    """Its record is the proof."""
    found = proof(LATER, raised())
    assert found is not None
    assert (found.source, found.at) == ("tt-2", LATER.ended)


@pytest.mark.parametrize(
    "other",
    [
        replace(LATER, simulated=True),
        replace(LATER, name="another"),
        replace(LATER, raised_by=RaisedBy.REVIEW),
        replace(LATER, shown=frozenset()),
        replace(LATER, shown=frozenset({(*SHOWN[:2], "somebody else")})),
        replace(LATER, gaps=(GAP,)),
        replace(LATER, began=FIRST.ended),
    ],
    ids=["simulated", "another", "another sort", "not looked at", "other contact", "wrong", "earlier"],
)
def test_nothing_else_does(other: Held) -> None:
    """A rehearsal, another exercise, one that did not look, or found it wrong, or had begun before."""
    assert proof(other, raised()) is None


def test_a_real_one_settles_what_a_rehearsal_saw() -> None:
    """Whenever that was."""
    assert proof(replace(LATER, began=THEN - timedelta(days=1)), raised(replace(FIRST, simulated=True))) is not None


def test_one_cause_is_one_finding() -> None:
    """In every exercise of that name, whatever its words; another contact is another."""
    worded = replace(GAP, title="Nobody answered", detail="")
    other = replace(GAP, subject="owner")
    held = replace(LATER, gaps=(worded, other, GAP))
    assert {each.finding.fingerprint for each in sightings(FIRST)} < {
        each.finding.fingerprint for each in sightings(held)
    }
    assert len(sightings(held)) == len({GAP.subject, other.subject})

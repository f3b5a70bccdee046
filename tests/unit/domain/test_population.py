"""An auditor gets all runs of a span, and a sample of them that comes out the same wherever it is drawn."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.population import listed, outcome
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import UsageError
from tests.support.ledger_samples import START, closing, header

HOUR = timedelta(hours=1)
END = START + 10 * HOUR


def run(name: str, hours: float, verdict: Verdict | None = Verdict.PASSED, *, simulated: bool = False) -> Outline:
    opened = header(name, started_at=START + timedelta(hours=hours))
    opened = replace(opened, provenance=replace(opened.provenance, simulated=simulated))
    return Outline(opened, None if verdict is None else closing(verdict))


def test_every_run_that_began_in_the_span_is_in_it() -> None:
    """Its first instant counts and its last does not; failed, aborted, open and simulated ones are counted apart."""
    inside = [
        run("b", 0),
        run("a", 0),
        run("c", 1, Verdict.FAILED),
        run("d", 2, Verdict.ABORTED),
        run("e", 3, None),
        run("f", 4, simulated=True),
    ]
    found = listed("me", [run("z", 10), *reversed(inside), run("y", -0.001), run("x", -2)], START, END)
    assert [each.header.id for each in found.runs] == ["a", "b", "c", "d", "e", "f"]
    assert (found.before, found.after) == (2, 1)
    assert found.outcomes == {"ABORTED": 1, "FAILED": 1, "PASSED": 2, "PASSED, SIMULATED": 1, "under way": 1}
    assert outcome(inside[4]) == "under way"


def test_a_sample_is_drawn_by_a_rule_that_anybody_can_follow() -> None:
    """The first by the SHA-256 of seed and id, whatever the order of the rows; a smaller one is the larger's head."""
    runs = [run(f"r-{each}", each / 10) for each in range(50)]
    found = listed("me", runs, START, END)
    ids = [each.header.id for each in runs]
    expected = sorted(ids, key=lambda each: hashlib.sha256(f"word:{each}".encode()).hexdigest())
    drawn = found.drawn(7, "word")
    assert [each.header.id for _, each in drawn] == expected[:7]
    assert all(found.runs[place - 1] is each for place, each in drawn)
    assert listed("me", runs[::-1], START, END).drawn(7, "word") == drawn
    assert found.drawn(3, "word") == drawn[:3]
    assert found.drawn(7, "another") != drawn
    assert len(found.drawn(80, "word")) == 50


def test_the_digest_tells_another_list() -> None:
    """One run less, or another verdict."""
    runs = [run("a", 0), run("b", 1)]
    of = listed("me", runs, START, END).digest
    assert listed("me", runs[::-1], START, END).digest == of
    assert listed("me", runs[:1], START, END).digest != of
    assert listed("me", [runs[0], run("b", 1, Verdict.FAILED)], START, END).digest != of


@pytest.mark.parametrize("until", [START, START - HOUR])
def test_a_span_that_is_none_is_refused(until: object) -> None:
    """Nobody reads an empty population for want of runs."""
    with pytest.raises(UsageError, match="is not after --since"):
        listed("me", [], START, until)  # type: ignore[arg-type]

"""No report follows from the words of a record: said otherwise it is the same page, with other words."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dr_orchestrator.cli.terminal.notices import reasons
from dr_orchestrator.cli.terminal.run import lines
from dr_orchestrator.domain.judge.explain import explain
from dr_orchestrator.domain.judge.judgement import LEFTOVER, Fault
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome
from dr_orchestrator.reporting import headline
from dr_orchestrator.reporting.export import exercise_json, run_json
from dr_orchestrator.reporting.view.exercise import exercise_view
from dr_orchestrator.reporting.view.run import run_view
from tests.support.cases import CASES, MISLEADING
from tests.support.golden import sample
from tests.support.records import closed
from tests.support.wording import UNSHRUNK, put_back, reworded

RUNS = [*sample.runs(), *(closed(make()) for make in CASES.values())]
SWEPT = [replace(run, closing=replace(run.closing, cleanup=Cleanup.CLEAN)) for run in RUNS if run.closing]
SEEN: dict[str, Callable[[Run], Any]] = {
    "explanation": lambda run: asdict(explain(run)),
    "page": lambda run: asdict(run_view(run)),
    "JSON": run_json,
    "headline": headline.of_run,
    "terminal": lambda run: lines(run, Path("report.html")),
    "reasons": reasons,
}


class Wording:
    """Gives each sentence words of its own, drawn anew, and knows which sentence they stand for."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._anew: dict[str, str] = {}

    def word(self, old: str) -> str:
        if old not in self._anew:
            letters = "".join(self._random.choices(string.ascii_letters, k=self._random.randrange(9)))
            self._anew[old] = f"{self._random.choice((letters, *MISLEADING))}⟦{len(self._anew)}⟧"
        return self._anew[old]

    @property
    def old(self) -> dict[str, str]:
        """The sentences by their words."""
        return {new: old for old, new in self._anew.items()}


@pytest.mark.parametrize("seen", SEEN)
@given(st.sampled_from(RUNS + SWEPT), st.integers(0, 2**32))
@settings(max_examples=60, phases=UNSHRUNK, deadline=None)
def test_other_words_are_shown_in_the_same_places(seen: str, run: Run, seed: int) -> None:
    """A run in other, even misleading words has the same sections, badges, figures, notes and order."""
    wording = Wording(seed)
    shown = SEEN[seen](reworded(run, wording.word))
    assert put_back(shown, wording.old) == put_back(SEEN[seen](run), {})


@given(st.integers(0, 2**32))
@settings(max_examples=5, phases=UNSHRUNK, deadline=None)
def test_an_exercise_in_other_words_is_the_same_exercise(seed: int) -> None:
    """Findings are shared, and runs counted, by ids."""
    wording, exercise = Wording(seed), sample.exercise()
    runs = [reworded(run, wording.word) for run in sample.runs()]
    for show in (exercise_json, lambda exercise, runs: asdict(exercise_view(exercise, runs, {}))):
        assert put_back(show(exercise, runs), wording.old) == put_back(show(exercise, sample.runs()), {})


def test_a_leftover_that_was_swept_is_history_whatever_it_was_called() -> None:
    """The finding and the reason about leftovers are known by their rule; a fault that speaks like them is none."""
    run = closed(replace(CASES["a good run"](), cleanup=Cleanup.UNPROVEN))
    assert run.closing is not None
    swept = replace(run, closing=replace(run.closing, cleanup=Cleanup.CLEAN))
    shown = run_view(reworded(swept, lambda old: "Something stays behind" if old == LEFTOVER else old))
    assert ["Something stays behind" in text for text in (*shown.reasons, shown.findings[0].title)] == [False] * 4
    fault = closed(replace(CASES["a good run"](), fault=Fault(Outcome.FAILED, LEFTOVER)))
    assert LEFTOVER in run_view(fault).reasons


def test_checks_that_were_not_reached_are_counted_by_their_rule() -> None:
    """A terminal has one line for them, in whatever words the record tells of each."""
    planned = ("rows", "heartbeat", "one", "two")
    record = CASES["a good run"]()
    run = closed(replace(record, header=replace(record.header, planned_checks=planned)))
    assert reasons(reworded(run, lambda old: f"{old}, it seems"))[-1] == "2 checks were not reached"

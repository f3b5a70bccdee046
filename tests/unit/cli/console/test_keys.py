"""What each key of the console promises: the entry that it adds to the ledger, by whoever sits there, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from dr_orchestrator.cli.console.app import Console
from dr_orchestrator.cli.console.asking import Asking
from dr_orchestrator.domain.game_day.acts import Deliver, End, Hold, PersonAct
from dr_orchestrator.domain.game_day.log import Kind
from dr_orchestrator.domain.game_day.plan import Startable
from tests.support.consoles import closed, console, entries, fill, held, played, shown, until, world
from tests.support.game_days import DIRECTOR, EVALUATOR, EXECUTOR, PLAN, RATED, READY, SCRIBE, STARTED

Acts = Sequence[tuple[PersonAct, str]]
DELIVERED: Acts = [*STARTED, (Deliver("alarm"), SCRIBE)]
HELD: Acts = [*STARTED, (Hold("an incident"), DIRECTOR)]
OVER: Acts = [*STARTED, (End(), DIRECTOR), *RATED]

PRESSED: list[tuple[str, str, Acts, Sequence[str], Kind, Mapping[str, Any]]] = [
    ("n", SCRIBE, STARTED, ["the call is open"], Kind.NOTED, {"text": "the call is open"}),
    ("d", DIRECTOR, STARTED, ["restore", "it is quicker"], Kind.DECIDED, {"text": "restore, because it is quicker"}),
    ("i", SCRIBE, STARTED, ["", "by mail"], Kind.DELIVERED, {"inject": "alarm", "text": "by mail"}),
    ("i", SCRIBE, STARTED, [">", ""], Kind.DELIVERED, {"inject": "late", "text": ""}),
    ("e", EVALUATOR, DELIVERED, ["", "called"], Kind.RESPONDED, {"inject": "alarm", "text": "called"}),
    ("h", DIRECTOR, STARTED, ["an incident"], Kind.HELD, {"text": "an incident"}),
    ("r", DIRECTOR, HELD, [""], Kind.RESUMED, {}),
    ("g", SCRIBE, READY[:2], ["", "", ""], Kind.ANSWERED, {"item": "no-incident", "answer": "yes", "reason": ""}),
    ("g", SCRIBE, READY[:2], [">", ">", "bad"], Kind.ANSWERED, {"item": "backups", "answer": "no", "reason": "bad"}),
    ("g", DIRECTOR, READY[:4], ["", "", ""], Kind.GO, {}),
    ("g", DIRECTOR, READY[:4], [">", "", "not today"], Kind.NO_GO, {"text": "not today"}),
    ("t", EVALUATOR, STARTED, ["", "", ""], Kind.RATED, {"criterion": "restored", "rating": "P", "reason": ""}),
    ("t", EVALUATOR, STARTED, [">", ">>>", "no"], Kind.RATED, {"criterion": "told", "rating": "U", "reason": "no"}),
    ("w", SCRIBE, STARTED, ["the runbook"], Kind.WENT_WELL, {"text": "the runbook"}),
    ("E", DIRECTOR, STARTED, [""], Kind.ENDED, {}),
    ("C", EVALUATOR, OVER, [""], Kind.CLOSED, {"verdict": "INCONCLUSIVE"}),
    (
        *("f", SCRIBE, STARTED, ["no-page", "nobody was paged", "Ada", ""], Kind.GAP),
        {"name": "no-page", "text": "nobody was paged", "owner": "Ada", "severity": "medium"},
    ),
    (
        *("a", DIRECTOR, STARTED, [">", "errors rose", "ABORT"], Kind.ABORTED),
        {"text": "errors rose", "criterion": "errors"},
    ),
]


@pytest.mark.parametrize(("key", "by", "acts", "lines", "kind", "told"), PRESSED)
def test_a_key_adds_its_entry(
    tmp_path: Path, key: str, by: str, acts: Acts, lines: Sequence[str], kind: Kind, told: Mapping[str, Any]
) -> None:
    """One entry, with the author, the kind and the words; and the timeline shows it at once."""
    here = played(world(tmp_path), acts)
    before = len(entries(here))

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await fill(pilot, key, *lines)
        await until(pilot, lambda: len(app.seen.entries) > before)

    held(app := console(here, by), play)
    added = entries(here, before)
    (entry,) = added
    assert (entry.kind, entry.by) == (kind, by)
    assert {**entry.told, **told} == entry.told
    assert set(entry.told) - set(told) <= ({"reasons"} if kind is Kind.CLOSED else set())
    assert app.seen.entries[-1] == added[-1]


def test_the_director_starts_what_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the plan as its file says it by then."""
    here = played(world(tmp_path), READY)
    monkeypatch.setattr("dr_orchestrator.cli.console.hands.plan_of", lambda _here, _name: READY[0][0].plan)  # type: ignore[attr-defined]

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await fill(pilot, "s", "")
        await until(pilot, lambda: "RUNNING" in shown(app, "head"))

    held(console(here, DIRECTOR), play)
    assert entries(here)[-1].kind is Kind.STARTED


def test_a_drill_is_started_for_real_once_its_name_is_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its intent is in the ledger, and a process of its own is begun for that very run."""
    here, begun = world(tmp_path), list[Sequence[str]]()
    monkeypatch.setattr("dr_orchestrator.wiring.game_days.drilling._spawn", lambda command, *_: begun.append(command))
    plan = replace(PLAN, drills=(Startable("orders-snapshot", here.drill("orders-snapshot").digest),))
    played(here, STARTED, plan)

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await fill(pilot, "D", "", "orders-snapshot")
        await until(pilot, lambda: "orders-snapshot: STARTING" in shown(app, "people-text"))

    held(console(here, EXECUTOR), play)
    added = entries(here)[-1]
    assert (added.kind, added.by, added.told["drill"]) == (Kind.DRILL_STARTED, EXECUTOR, "orders-snapshot")
    assert [each[-3:] for each in begun] == [["perform", "gd-1", added.told["run"]]]


def test_a_refusal_is_shown_with_what_to_do_and_keeps_what_was_typed(tmp_path: Path) -> None:
    """Who may not hold is told who may; the words are there still; nothing is added."""
    here = played(world(tmp_path))
    before = entries(here)

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await fill(pilot, "h", "my reason")
        asking = app.screen
        assert isinstance(asking, Asking)
        await until(pilot, lambda: "REFUSED" in str(asking.query_one("#refused", Static).content))
        told = str(asking.query_one("#refused", Static).content)
        assert "director" in told
        assert f"→ {DIRECTOR}" in told
        assert asking.query_one("#reason", Input).value == "my reason"

    held(console(here, SCRIBE), play)
    assert entries(here) == before


@pytest.mark.parametrize(("key", "lines"), [("a", ["", "why", "abort"]), ("D", ["", "shop"])])
def test_what_is_grave_is_typed_out(tmp_path: Path, key: str, lines: Sequence[str]) -> None:
    """An abort by the word ABORT, a drill by its name: anything else starts and stops nothing."""
    here = played(world(tmp_path))
    before = entries(here)

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await fill(pilot, key, *lines)
        assert "not confirmed" in str(app.screen.query_one("#refused", Static).content)
        await pilot.press("escape")
        await closed(app, pilot)

    held(console(here, DIRECTOR), play)
    assert entries(here) == before


def test_leaving_a_form_or_the_console_changes_nothing(tmp_path: Path) -> None:
    """The game day goes on; what was typed and not sent is told as it is left."""
    here = played(world(tmp_path))
    before = entries(here)

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await pilot.press("n", "a", "escape")
        await closed(app, pilot)
        await pilot.press("n", *"half a", "ctrl+c")

    held(app := console(here, SCRIBE), play)
    assert entries(here) == before
    assert app.left == [("Note", {"text": "half a"})]


def test_a_key_without_anything_to_choose_says_so(tmp_path: Path) -> None:
    """No form is opened that could come to nothing."""
    here = played(world(tmp_path))

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await pilot.press("e")
        await pilot.pause()
        assert "no delivered inject waits" in shown(app, "banner")
        assert len(app.screen_stack) == 1

    held(console(here, SCRIBE), play)


def test_the_help_names_every_key(tmp_path: Path) -> None:
    """Each that the footer names, with what it does."""
    here = played(world(tmp_path))

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await pilot.press("question_mark")
        await pilot.pause()
        told = str(app.screen.query_one("#text", Static).content)
        for key in "ndiehrgsDtwfaECq?":
            assert f"  {key}  " in told

    held(console(here, SCRIBE), play)

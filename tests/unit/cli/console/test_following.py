"""What the console shows promises: the ledger as it is, whoever wrote, on 80 columns and 24 lines, in plain letters."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from dr_orchestrator.cli.console import aside
from dr_orchestrator.cli.console.app import Console
from dr_orchestrator.cli.console.asking import Asking
from dr_orchestrator.cli.console.forms import Draft
from dr_orchestrator.cli.console.hands import Hands
from dr_orchestrator.cli.console.seen import Seen
from dr_orchestrator.domain.exercise.roles import Holder, Role
from dr_orchestrator.domain.game_day.acts import Abort, Deliver, Hold, Note, StartDrill
from dr_orchestrator.domain.game_day.log import Kind
from dr_orchestrator.ledger.engine import Unanswered
from tests.support.consoles import (
    GAME_DAY,
    closed,
    console,
    drawn,
    entries,
    fill,
    held,
    lines_of,
    played,
    shown,
    until,
    world,
)
from tests.support.fakes import FakeClock
from tests.support.game_days import BEGAN, DIRECTOR, EXECUTOR, MINUTE, OWNER, PLAN, READY, SCRIBE, STARTED

HELD = (Hold("production has an incident"), DIRECTOR)
UNDER_WAY = (StartDrill("shop-database", "run-1", "0123456789abcdef"), EXECUTOR)


def test_a_small_terminal_shows_what_is_needed(tmp_path: Path) -> None:
    """On 80 columns and 24 lines: the clocks, the marks, the next inject with its time, and every key."""
    here = played(world(tmp_path), simulated=True)

    async def play(app: Console, pilot: Pilot[None]) -> None:
        for word in (
            *(
                "net 00:05:00",
                "EXERCISE",
                "SIMULATED",
                "RUNNING",
                "gross 00:05:00",
                "09:10:00 UTC",
                "you: Sam Roe (scribe)",
            ),
            *("alarm", "Orders fail", "expected within 00:10:00:", "opened", "else: page", "DUE since"),
            *("note", "decide", "inject", "hold", "resume", "go/no-go", "start", "DRILL", "ABORT", "END", "leave"),
            *("shop-database: not started", "director: Dana Ito", "T+00:00:00"),
        ):
            await drawn(app, pilot, word)

    held(console(here, SCRIBE), play)


def test_a_hold_is_told_with_its_reason_and_stops_the_net_clock_alone(tmp_path: Path) -> None:
    """A hold since a minute: the gross clock is a minute ahead, and everybody reads why."""
    here = played(world(tmp_path), [*STARTED, HELD])

    async def play(app: Console, pilot: Pilot[None]) -> None:
        told = shown(app)
        assert "HOLD for 00:04:00, by Dana Ito: production has an incident" in told
        assert "net 00:01:00  gross 00:05:00" in told
        assert "HELD" in told

    held(console(here, SCRIBE), play)


def test_what_people_and_files_say_is_shown_and_never_obeyed(tmp_path: Path) -> None:
    """Markup stays letters; what a terminal would obey is written out."""
    odd = "[red]x[/red] [link='http://e']y[/link] \x1b[2J\x07 \u202e [/nope]"
    plan = replace(PLAN, title=odd, injects=(replace(PLAN.injects[0], content=odd),))
    here = played(world(tmp_path), [*STARTED, (Note(odd), SCRIBE), (Hold(odd), DIRECTOR)], plan)

    async def play(app: Console, pilot: Pilot[None]) -> None:
        for name in ("banner", "next-text", "log-text"):
            told = shown(app, name)
            assert "[red]x[/red] [link='http://e']y[/link] \\x1b[2J\\x07 \\u202e [/nope]" in told
            assert not {"\x1b", "\x07", "\u202e"} & set(told)
        await pilot.press("i")
        await pilot.pause()
        assert "[red]x[/red]" in lines_of(app)

    held(console(here, SCRIBE), play)


def test_players_are_not_told_what_is_to_come(tmp_path: Path) -> None:
    """Who recovers sees what was delivered, and nothing else of the list: in no pane, and in no form."""
    here = played(world(tmp_path), [*STARTED, (Deliver("alarm"), SCRIBE)])

    async def play(app: Console, pilot: Pilot[None]) -> None:
        assert "alarm DELIVERED" in shown(app, "injects-text")
        await pilot.press("i")
        await pilot.pause()
        assert "players are not told" in shown(app, "banner")
        for word in ("The CFO asks", "A reporter calls", "late", "press"):
            assert word not in lines_of(app)

    held(console(here, EXECUTOR), play)


def test_opened_again_it_shows_how_it_stands(tmp_path: Path) -> None:
    """All that was done, by whoever: the second console shows what the first wrote, and goes on from there."""
    here = played(world(tmp_path))

    async def write(app: Console, pilot: Pilot[None]) -> None:
        await fill(pilot, "n", "written by the first")
        await closed(app, pilot)

    async def read(app: Console, pilot: Pilot[None]) -> None:
        assert "written by the first" in shown(app, "log-text")
        await fill(pilot, "n", "and by the second")
        await closed(app, pilot)

    held(console(here, SCRIBE), write)
    held(console(here, SCRIBE), read)
    assert [each.told["text"] for each in entries(here)[-2:]] == ["written by the first", "and by the second"]


def test_who_is_away_is_told_with_the_deputy_who_acts(tmp_path: Path) -> None:
    """The unannounced variant: the deputy stands in the role, and may act; who is away may not."""
    plan = replace(PLAN, announced=False, away=(DIRECTOR,))
    here = played(world(tmp_path), READY[:2], plan)

    async def play(app: Console, pilot: Pilot[None]) -> None:
        assert "director: Deniz Ak, for Dana Ito: AWAY" in shown(app, "people-text")
        await fill(pilot, "n", "I am here")
        await until(pilot, lambda: "is away" in str(app.screen.query_one("#refused", Static).content))

    held(console(here, DIRECTOR), play)


def test_a_role_without_anybody_is_told(tmp_path: Path) -> None:
    """In a word, not in a colour."""
    plan = replace(PLAN, roles={**PLAN.roles, Role.SCRIBE: (Holder(SCRIBE),)}, away=(SCRIBE,))
    here = played(world(tmp_path), [(READY[0][0], OWNER)], plan)

    async def play(app: Console, pilot: Pilot[None]) -> None:
        assert "scribe: NOBODY, for Sam Roe: AWAY" in shown(app, "people-text")

    held(console(here, OWNER), play)


def test_an_entry_whose_answer_was_lost_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger took it and fell silent: it is looked for before it is tried again, and what was typed is kept."""
    monkeypatch.setattr(aside, "AGAIN_S", 0.01)
    here, tried = played(world(tmp_path)), list[str]()
    before = len(entries(here))

    class Cut(Hands):
        def perform(self, draft: Draft) -> None:
            tried.append(draft.token)
            super().perform(draft)
            if len(tried) < 3:
                raise Unanswered("the ledger does not answer")

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await fill(pilot, "n", "once")
        await closed(app, pilot)

    held(console(here, SCRIBE, Cut), play)
    assert len(set(tried)) == 1
    assert len(tried) == 3
    assert [each.told["text"] for each in entries(here, before)] == ["once"]


def test_a_silent_ledger_is_told_and_nothing_typed_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A banner, the words in their form; once it answers they are written, and the banner is gone."""
    monkeypatch.setattr(aside, "AGAIN_S", 0.01)
    here = played(world(tmp_path, machine=FakeClock(BEGAN)))
    before, silent = len(entries(here)), [True]

    class Silent(Hands):
        def perform(self, draft: Draft) -> None:
            if silent[0]:
                raise Unanswered("the ledger does not answer")
            super().perform(draft)

        def look(self) -> Seen:
            if silent[0] and self.record.started_at and getattr(self, "once", False):
                raise Unanswered("the ledger does not answer")
            self.once = True
            return super().look()

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await fill(pilot, "n", "kept")
        asking = app.screen
        assert isinstance(asking, Asking)
        app.follower.ask()
        await until(pilot, lambda: "LEDGER SILENT" in shown(app, "banner"))
        await until(pilot, lambda: "NOT WRITTEN YET, and kept: Note" in shown(app, "banner"))
        assert asking.values == {"text": "kept"}
        silent[0] = False
        await closed(app, pilot)
        await until(pilot, lambda: "LEDGER SILENT" not in shown(app, "banner") and "kept" in shown(app, "log-text"))

    held(console(here, SCRIBE, Silent), play)
    assert [each.told["text"] for each in entries(here, before)] == ["kept"]


def test_what_was_not_written_as_it_is_left_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left while the ledger is silent: the words come back to whoever typed them."""
    monkeypatch.setattr(aside, "AGAIN_S", 60.0)
    monkeypatch.setattr(aside, "GRACE_S", 0.01)
    here = played(world(tmp_path))

    class Silent(Hands):
        def perform(self, draft: Draft) -> None:
            raise Unanswered("the ledger does not answer")

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await fill(pilot, "n", "not lost")
        await pilot.press("escape")
        await closed(app, pilot)

    held(app := console(here, SCRIBE, Silent), play)
    assert app.left == [("Note", {"text": "not lost"})]


def test_a_refusal_that_comes_late_brings_the_form_back(tmp_path: Path) -> None:
    """A form that was left while it was written is opened again, with its words and why."""
    here, gone = played(world(tmp_path)), threading.Event()

    class Slow(Hands):
        def perform(self, draft: Draft) -> None:
            gone.wait(60)
            super().perform(draft)

    async def play(app: Console, pilot: Pilot[None]) -> None:
        await fill(pilot, "h", "a reason")
        await pilot.press("escape")
        await closed(app, pilot)
        gone.set()
        await until(pilot, lambda: isinstance(app.screen, Asking) and "REFUSED" in lines_of(app))
        assert isinstance(app.screen, Asking)
        assert app.screen.values == {"reason": "a reason"}

    held(console(here, SCRIBE, Slow), play)


def test_an_abort_stops_what_runs_and_shows_each(tmp_path: Path) -> None:
    """What had not begun never begins, and says so; done again in another console it goes on with that."""
    here = played(world(tmp_path), [*STARTED, UNDER_WAY])

    async def play(app: Console, pilot: Pilot[None]) -> None:
        assert "shop-database: STARTING  run run-1" in shown(app, "people-text")
        await fill(pilot, "a", "", "errors rose", "ABORT")
        await until(pilot, lambda: "All that was started from it has ended." in lines_of(app))
        assert "shop-database: NEVER BEGUN" in lines_of(app)

    held(console(here, DIRECTOR), play)
    assert [each.kind for each in entries(here)[-2:]] == [Kind.ABORTED, Kind.DRILL_LOST]


def test_an_abort_that_was_left_is_gone_on_with(tmp_path: Path) -> None:
    """The key of a game day that is aborted already stops what still runs; nobody is asked twice."""
    here = played(world(tmp_path), [*STARTED, UNDER_WAY, (Abort("errors rose"), DIRECTOR)])

    async def play(app: Console, pilot: Pilot[None]) -> None:
        assert "ABORTED by Dana Ito" in shown(app, "banner")
        await pilot.press("a")
        await until(pilot, lambda: "All that was started from it has ended." in lines_of(app))

    held(console(here, DIRECTOR), play)
    assert [each.kind for each in entries(here)[-2:]] == [Kind.ABORTED, Kind.DRILL_LOST]


def test_the_time_that_is_left_for_an_expected_action_is_told(tmp_path: Path) -> None:
    """Delivered at minute six, ten minutes for it, now minute ten: six are left."""
    here = played(world(tmp_path), [*STARTED, (Deliver("alarm"), SCRIBE)])

    async def play(app: Console, pilot: Pilot[None]) -> None:
        assert "alarm DELIVERED, 00:06:00 left" in shown(app, "injects-text")
        here.clock.sleep(7 * MINUTE.total_seconds())
        app.show()
        assert "alarm MISSED" in shown(app, "injects-text")
        assert "page DUE" in shown(app, "injects-text")

    held(console(here, SCRIBE), play)
    assert here.ledger.game_days.find(GAME_DAY).ended_at is None

"""What the console promises in a real terminal: whatever ends it, the ledger holds all, and it opens where it stood."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from dr_orchestrator.wiring import App
from tests.support.consoles import GAME_DAY, entries, played, world
from tests.support.game_days import SCRIBE
from tests.support.terminals import Terminal, terminal

COMMAND = [sys.executable, "-m", "dr_orchestrator", "game-day", "console", GAME_DAY, "--by", SCRIBE]


def environment(home: Path) -> dict[str, str]:
    """A terminal that can do what all can, and a workspace."""
    return {**os.environ, "TERM": "xterm-256color", "DRO_HOME": str(home), "COLUMNS": "80", "LINES": "24"}


def noted(seen: Terminal, here: App, text: str) -> None:
    """Type a note, until it is in the ledger."""
    seen.shows("EXERCISE")
    seen.press("n")
    seen.shows("What is to be noted")
    seen.press(f"{text}\r")
    seen.until(lambda: entries(here)[-1].told.get("text") == text)


@pytest.mark.slow
def test_killed_at_once_it_opens_again_where_it_stood(tmp_path: Path) -> None:
    """A note, kill -9, and the next console shows it; its own key leaves, which changes nothing."""
    here = played(world(tmp_path))
    with terminal(COMMAND, environment(tmp_path)) as first:
        noted(first, here, "kept whatever comes")
        assert first.send(signal.SIGKILL) == -signal.SIGKILL
    before = entries(here)
    with terminal(COMMAND, environment(tmp_path)) as second:
        second.shows("kept whatever comes")
        second.press("q")
        assert second.ended() == 0
        assert "running as you left" in second.drawn
    assert entries(here) == before


@pytest.mark.slow
@pytest.mark.campaign(1)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_leaves(tmp_path: Path, number: signal.Signals) -> None:
    """It ends as by its key, without a traceback; the game day goes on."""
    here = played(world(tmp_path))
    with terminal(COMMAND, environment(tmp_path)) as seen:
        noted(seen, here, "before the end")
        before = entries(here)
        seen.press("n")
        seen.until(lambda: seen.drawn.count("What is to be noted") > 1)
        assert seen.send(number) == 0
        assert "Traceback" not in seen.drawn
        assert "running as you left" in seen.drawn
    assert entries(here) == before


@pytest.mark.slow
def test_a_terminal_that_is_closed_leaves(tmp_path: Path) -> None:
    """The process does not outlive its terminal."""
    here = played(world(tmp_path))
    with terminal(COMMAND, environment(tmp_path)) as seen:
        noted(seen, here, "before the end")
        seen.hang_up()
    assert entries(here)[-1].told["text"] == "before the end"


@pytest.mark.slow
def test_a_terminal_that_vanishes_without_a_signal_leaves(tmp_path: Path) -> None:
    """As one does whose process is not its leader: nothing goes on to read from what is not there."""
    here = played(world(tmp_path))
    with terminal(COMMAND, environment(tmp_path)) as seen:
        noted(seen, here, "before the end")
        seen.vanish()
    assert entries(here)[-1].told["text"] == "before the end"


def test_without_its_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verbs go without; nothing else is asked for."""
    from dr_orchestrator.cli.console.opening import open_console
    from dr_orchestrator.errors import UsageError

    for name in [each for each in sys.modules if each.startswith(("textual", "dr_orchestrator.cli.console."))]:
        if name != "dr_orchestrator.cli.console.opening":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "textual", None)
    with pytest.raises(UsageError, match="textual, which is not installed") as told:
        open_console(world(tmp_path), GAME_DAY, SCRIBE)
    assert "dr_orchestrator[console]" in told.value.hint

"""Game days with real drills, in one process: begun once or never, bound by the id of the run, judged by people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.game_day.acts import Abort, Approve, Close, End, Gap
from dr_orchestrator.domain.game_day.standing import DrillState, Phase
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring.game_days import drilling
from dr_orchestrator.wiring.game_days.aborting import abort
from dr_orchestrator.wiring.game_days.acting import act, open_by_plan
from dr_orchestrator.wiring.game_days.declaring import plan_of
from dr_orchestrator.wiring.game_days.drilling import perform, start_drill
from dr_orchestrator.wiring.game_days.following import Following
from dr_orchestrator.wiring.game_days.publishing import publish_game_day
from tests.support import game_day_files, workspace
from tests.support.dying import Killed, die
from tests.support.estate import Estate
from tests.support.game_days import DIRECTOR, EVALUATOR, EXECUTOR, SCRIBE
from tests.support.shop import beat

DRILL = "sessions-pitr"


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    beat(shop)
    with wiring.using(workspace.world(home, shop.clock)) as made:
        game_day_files.put(made.settings.drills, "shop", DRILL)
        yield made


def aside(_command: Sequence[str], _log: Path, _by: str) -> None:
    """A process that is still being started."""


def at_once(here: wiring.App, game_day: str) -> drilling.Spawn:
    """A process that is this one."""
    return lambda command, _log, _by: perform(here, game_day, command[-1], prefect_runner.run_drill)


def test_a_drill_that_is_started_from_it_is_a_run_of_that_id(shop: Estate, here: wiring.App) -> None:
    """It passes as ever; who followed from the beginning and who begins to now see the same, to the verdict."""
    before, record = shop.inventory(), game_day_files.begun(here)
    early = Following(here, record.id)
    early.look()

    def spawned(command: Sequence[str], log: Path, by: str) -> None:
        assert command[-3:] == ["perform", record.id, command[-1]] and by == EXECUTOR
        assert log.parent == here.settings.state / "game-days" / record.id
        assert Following(here, record.id).look().drills[0].state is DrillState.STARTING
        perform(here, record.id, command[-1], prefect_runner.run_drill)

    started = start_drill(here, "a-day", DRILL, EXECUTOR, spawned)
    run = here.ledger.queries.run(started.run)
    assert run.closing is not None and run.closing.verdict.green and run.header.exercise == ""
    act(here, record.id, game_day_files.RATED, EVALUATOR)
    act(here, record.id, Gap("a-gap", "it took long", "team-shop"), SCRIBE)
    act(here, record.id, End(), DIRECTOR)
    closed = act(here, record.id, Close(), EVALUATOR)
    assert (closed.record.verdict, closed.record.simulated) == (Verdict.PASSED_WITH_FINDINGS, True)
    late = Following(here, record.id)
    assert early.look() == late.look() and early.entries == late.entries
    assert shop.inventory() == before


def test_the_record_tells_all_of_it_in_three_formats(here: wiring.App) -> None:
    """Stamped SIMULATED, with the run's figures, offsets from the start, and nothing of HTML that somebody wrote."""
    record = game_day_files.begun(here)
    start_drill(here, "a-day", DRILL, EXECUTOR, at_once(here, record.id))
    act(here, record.id, Gap("a-gap", "<script>alert(1)</script>", "team-shop"), SCRIBE)
    act(here, record.id, End(), DIRECTOR)
    written = publish_game_day(here, record.id)
    told = json.loads(written["json"].read_text())
    assert (told["simulated"], told["verdict"], told["closed"]) == (True, "INCONCLUSIVE", False)
    assert told["drills"][0]["rta_s"] > 0 and told["drills"][0]["cleanup"] == "CLEAN"
    assert [each["offset_s"] is None for each in told["timeline"]][:6] == [True] * 4 + [False] * 2
    html, markdown = written["html"].read_text(), written["md"].read_text()
    for page in (html, markdown):
        assert "SIMULATED" in page and told["drills"][0]["run"] in page and "NOT RATED" in page
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_an_abort_before_it_begins_keeps_a_drill_from_beginning(shop: Estate, here: wiring.App) -> None:
    """Its process asks the log first: nothing is made, and the game day tells that it never began."""
    before, record = shop.inventory(), game_day_files.begun(here)
    started = start_drill(here, "a-day", DRILL, EXECUTOR, aside)
    _, standing = abort(here, "a-day", Abort("errors of production"), SCRIBE, wait_s=0)
    assert standing.phase is Phase.ABORTED
    assert [(each.state, each.lost) for each in standing.drills] == [
        (DrillState.LOST, "the game day was aborted before its run began")
    ]
    with pytest.raises(UsageError, match="is aborted"):
        perform(here, record.id, started.run, prefect_runner.run_drill)
    assert here.ledger.queries.runs() == [] and shop.inventory() == before
    again, _ = abort(here, record.id, Abort("once more"), SCRIBE, wait_s=0)
    assert again.verdict is Verdict.ABORTED


def test_an_abort_stops_what_its_dead_process_left(shop: Estate, here: wiring.App) -> None:
    """A run that nobody drives any more is swept, and told as ABORTED and CLEAN or what it is."""
    before, record = shop.inventory(), game_day_files.begun(here)

    def dying(command: Sequence[str], _log: Path, _by: str) -> None:
        with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
            patch.setattr(SqlLedger, "close_run", die)
            patch.setattr(Session, "_tear_down", die)
            patch.setattr(Session, "verify", die)
            perform(here, record.id, command[-1], prefect_runner.run_drill)

    start_drill(here, "a-day", DRILL, EXECUTOR, dying)
    assert Following(here, record.id).look().drills[0].state is DrillState.UNDER_WAY
    _, standing = abort(here, record.id, Abort("errors"), SCRIBE, wait_s=120)
    outcome = standing.drills[0].outcome
    assert outcome is not None and (outcome.verdict, outcome.cleanup) == (Verdict.ABORTED, Cleanup.CLEAN)
    assert shop.inventory() == before


def test_a_process_that_cannot_be_started_is_told(here: wiring.App) -> None:
    """As a drill that never began, which nothing waits for; so is one whose run was refused."""
    record = game_day_files.begun(here)

    def none(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(PermissionError):
        start_drill(here, "a-day", DRILL, EXECUTOR, none)
    started = start_drill(here, "a-day", DRILL, EXECUTOR, aside)

    def refuse(_drill: str) -> None:
        raise UsageError("the quota is used up")

    with pytest.raises(UsageError):
        perform(here, record.id, started.run, refuse)
    lost = [each.lost for each in Following(here, record.id).look().drills]
    assert lost == [
        "its process could not be started: Permission denied",
        "its run was not opened: the quota is used up",
    ]
    act(here, record.id, End(), DIRECTOR)


def test_a_drill_that_was_changed_since_the_approval_is_not_started(here: wiring.App) -> None:
    """Before the start its approval lapses; after it the drill is refused."""
    game_day_files.begun(here)
    file = here.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace("minimum: 50", "minimum: 51"))
    later = workspace.App(here.settings, here.clock)
    with pytest.raises(UsageError, match="was changed since"):
        start_drill(later, "a-day", DRILL, EXECUTOR, aside)


def test_a_changed_file_is_approved_anew(here: wiring.App) -> None:
    """What was given for the file as it was is nobody's word for what it says now."""
    plan = plan_of(here, "a-day")
    record = open_by_plan(here, plan, SCRIBE)
    act(here, record.id, Approve(plan.digest), "Olu Bright")
    path = here.settings.drills / "game-days" / "a-day.yaml"
    path.write_text(path.read_text().replace("Somebody has deleted rows.", "Everybody has."))
    changed = plan_of(here, "a-day")
    assert open_by_plan(here, changed, SCRIBE).id == record.id
    assert Following(here, record.id).look().phase is Phase.PLANNED
    assert drilling.log_of(here, record.id, "r").name == "r.log"

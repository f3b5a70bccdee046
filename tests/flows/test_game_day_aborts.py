"""An abort of a game day stops whatever may run, says what it does not know, and goes on where another has left it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.findings.tracked import MACHINE
from dr_orchestrator.domain.game_day.acts import Abort, BeginRun, Close, End, LoseDrill
from dr_orchestrator.domain.game_day.standing import DrillState, Phase, Standing
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import NotMeasured, UsageError
from dr_orchestrator.wiring import stopping, sweeping
from dr_orchestrator.wiring.game_days import aborting
from dr_orchestrator.wiring.game_days.aborting import abort, meant
from dr_orchestrator.wiring.game_days.acting import act, open_by_plan
from dr_orchestrator.wiring.game_days.declaring import plan_of
from dr_orchestrator.wiring.game_days.drilling import lose, perform, start_drill
from dr_orchestrator.wiring.game_days.following import Following
from tests.support import game_day_files, workspace
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


def slow(between: Callable[[], object]) -> Callable[[str], object]:
    """The drill's own process, where something happens after it has begun and before it opens its run."""

    def drive(drill: str) -> object:
        between()
        return prefect_runner.run_drill(drill)

    return drive


def asked_for(here: wiring.App) -> tuple[str, str]:
    """A game day that runs, and the run of a drill of it that was asked for."""
    record = game_day_files.begun(here)
    return record.id, start_drill(here, "a-day", DRILL, EXECUTOR, aside).run


def test_a_run_that_is_opened_after_the_abort_makes_nothing(shop: Estate, here: wiring.App) -> None:
    """The abort says that it does not know of it, not that it never began; the run ends ABORTED, with nothing made."""
    before, (name, run), told = shop.inventory(), asked_for(here), list[Standing]()

    def hook() -> None:
        told.append(abort(here, name, Abort("errors of production"), DIRECTOR, wait_s=0)[1])

    perform(here, name, run, slow(hook))
    assert [(each.state, each.gone) for each in told[0].drills] == [(DrillState.STARTING, False)]
    (only,) = Following(here, name).look().drills
    assert only.outcome is not None and only.gone
    assert (only.outcome.verdict, only.outcome.cleanup) == (Verdict.ABORTED, Cleanup.CLEAN)
    assert here.ledger.copies(run) == [] and shop.inventory() == before


def test_a_run_that_was_taken_for_lost_makes_nothing_either(shop: Estate, here: wiring.App) -> None:
    """Though people were wrong, and closed the game day: its verdict stays what it was, everywhere."""
    before, (name, run), given = shop.inventory(), asked_for(here), list[object]()

    def hook() -> None:
        here.ledger.game_days.act(name, LoseDrill(run, "no run is seen"), SCRIBE, here.clock.now() + timedelta(hours=1))
        act(here, name, End(), DIRECTOR)
        given.append(act(here, name, Close(), EVALUATOR).record.verdict)

    perform(here, name, run, slow(hook))
    following = Following(here, name)
    standing = following.look()
    assert standing.drills[0].outcome is not None and standing.drills[0].outcome.verdict is Verdict.ABORTED
    assert given == [following.record.verdict] and standing.given is not None
    assert standing.given.verdict is following.record.verdict
    assert here.ledger.copies(run) == [] and shop.inventory() == before


def test_a_drill_that_opens_or_ends_meanwhile_stops_no_abort(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own word, a moment earlier, is looked at again; the other runs are stopped all the same."""
    name, run = asked_for(here)

    def racing(of: wiring.App, record: aborting.Record, each: str, why: str) -> bool:
        of.ledger.game_days.act(name, LoseDrill(each, "its run was not opened: x"), MACHINE, of.clock.now())
        return lose(of, record, each, why)

    monkeypatch.setattr(aborting, "lose", racing)
    _, standing = abort(here, name, Abort("x"), DIRECTOR, wait_s=0)
    assert [each.lost for each in standing.drills] == ["its run was not opened: x"]
    assert standing.drills[0].run == run


def test_what_is_under_way_is_asked_before_anything_is_waited_for(
    here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that has begun and opens nothing keeps no other run going."""
    name, run = asked_for(here)
    here.ledger.game_days.act(name, BeginRun(run), MACHINE, here.clock.now())
    order: list[str] = []
    monkeypatch.setattr(aborting, "_under_way", lambda _of: ["another"])
    monkeypatch.setattr(aborting, "ask_to_stop", lambda _here, runs, _asked: order.extend(runs) or (runs, []))
    monkeypatch.setattr(type(here.machine), "sleep", lambda _self, _seconds: order.append("waited"))
    ticks = iter(range(0, 10_000, 30))
    monkeypatch.setattr(type(here.machine), "monotonic", lambda _self: float(next(ticks)))
    monkeypatch.setattr(aborting, "stop_runs", lambda *_: order.append("stopped"))
    abort(here, name, Abort("x"), DIRECTOR)
    assert order[:2] == ["another", "waited"] and order[-1] == "stopped" and order.count("another") == 1


def test_a_sweep_that_fails_keeps_no_other_from_being_swept(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is tried; then it is told."""
    swept: list[object] = []

    def sweep(_here: object, run: object, _why: str) -> None:
        swept.append(run)
        if run == "one":
            raise NotMeasured("AWS does not answer")

    monkeypatch.setattr(stopping, "_open", lambda _here, _run: True)
    monkeypatch.setattr(sweeping, "alive", lambda _here, _run: False)
    monkeypatch.setattr(type(here.ledger.leases), "ask_to_abort", lambda *_: None)
    monkeypatch.setattr(type(here.ledger.queries), "run", lambda _self, name: name)
    monkeypatch.setattr(sweeping, "sweep_run", sweep)
    with pytest.raises(NotMeasured):
        stopping.stop_runs(here, ["one", "two"], 0)
    assert swept == ["one", "two"]


def test_of_two_aborts_at_once_the_second_goes_on_with_stopping(
    here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It finds the game day aborted where it would write that, and stops what is left."""
    name, _ = asked_for(here)

    def beaten(of: wiring.App, named: str, done: Abort, by: str) -> None:
        act(of, named, Abort("by another"), SCRIBE)
        act(of, named, done, by)

    monkeypatch.setattr(aborting, "act", beaten)
    record, standing = abort(here, name, Abort("x"), DIRECTOR, wait_s=0)
    assert standing.phase is Phase.ABORTED and standing.aborted is not None and standing.aborted.text == "by another"
    assert [each.state for each in standing.drills] == [DrillState.LOST] and record.verdict is Verdict.ABORTED


def test_by_name_the_one_with_something_left_to_stop_is_meant(here: wiring.App) -> None:
    """Not the newest of the name, which is only planned."""
    name, run = asked_for(here)
    here.ledger.game_days.act(name, BeginRun(run), MACHINE, here.clock.now())
    abort(here, name, Abort("x"), DIRECTOR, wait_s=0)
    newer = open_by_plan(here, plan_of(here, "a-day"), SCRIBE)
    assert here.ledger.game_days.find("a-day").id == newer.id
    assert meant(here, "a-day") == name
    with pytest.raises(UsageError, match="has not started"):
        abort(here, newer.id, Abort("x"), DIRECTOR, wait_s=0)

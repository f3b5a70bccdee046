"""A quarter has one exercise under way: a second start joins it, or goes on with what a dead process left of it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit, LeaseLost
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
from dr_orchestrator.runner.lease import LEASE, LeaseHolder
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring import opening
from tests.support import workspace
from tests.support.dying import Killed, die
from tests.support.estate import Estate, estate
from tests.support.fakes import FakeClock
from tests.support.shop import beat

TWO = ["sessions-again", "sessions-more"]
DRILL = """
  {}:
    kind: pitr-restore
    resource: sessions
    disruption: application
    accept: {{point-in-time-recovery: the runbook switches it on, deletion-protection: likewise}}
    checks:
      - {{name: heartbeat, canary-item: {{key: {{pk: canary}}, attribute: at, interval: 30m}}}}
      - {{name: sessions are there, items-at-least: {{minimum: 50}}}}
"""


class Machine(FakeClock):
    """The machine's clock; while somebody waits on it, another process may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.act: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.act()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def here(shop: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    # Leases live by the machine's clock, the drill by one that stands still: the two meet where it stands.
    monkeypatch.setattr(opening, "_last_seen", lambda *_: shop.clock.now())
    beat(shop)
    made = replace(
        workspace.world(tmp_path, shop.clock, shop=workspace.SHOP + "".join(map(DRILL.format, TWO))), machine=Machine()
    )
    with wiring.using(made):
        yield made


def elsewhere(here: wiring.App) -> wiring.App:
    """Another process of the same machine."""
    return replace(here, driven=set())


def start(here: wiring.App, *drills: str) -> str:
    with wiring.using(here):
        return str(asyncio.run(prefect_runner.script("quarterly").fn(list(drills), 1)))


def restores(shop: Estate) -> int:
    return len(shop.calls("RestoreTableToPointInTime"))


def runs_of(here: wiring.App, exercise: str) -> list[Run]:
    return here.ledger.queries.exercise(exercise)[1]


def killed_in_the_second(here: wiring.App) -> str:
    """An exercise of two drills whose process died in the second, before its checks; its leases run out."""
    verify, asked = Session.verify, list[int]()

    def verified(session: Session, *given: Any) -> None:
        asked.append(1)
        if len(asked) == 2:
            dying.enter_context(mock.patch.object(SqlLedger, "close_run", die))
            dying.enter_context(mock.patch.object(SqlLedger, "close_exercise", die))
            dying.enter_context(mock.patch.object(Session, "_tear_down", die))
            die()
        verify(session, *given)

    with ExitStack() as dying:
        dying.enter_context(mock.patch.object(Session, "verify", verified))
        dying.enter_context(mock.patch.object(LeaseHolder, "let_go", lambda _holder: None))
        dying.enter_context(pytest.raises(Killed))
        start(here, *TWO)
    (exercise,) = here.ledger.queries.open_exercises()
    return exercise.id


def while_it_is_ready(act: Callable[[], object]) -> Any:
    """Do something once, while the first copy is waited for."""
    original, waiting = DynamoTable.ready, [act]

    def ready(table: DynamoTable, *given: Any) -> Any:
        if waiting:
            waiting.pop()()
        return original(table, *given)

    return mock.patch.object(DynamoTable, "ready", ready)


@contextmanager
def under_way(here: wiring.App, *drills: str) -> Iterator[Future[str]]:
    """Within: an exercise is under way, its first copy waited for; at the end it goes on to its own."""
    begun, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        assert go_on.wait(60)

    with while_it_is_ready(hold), ThreadPoolExecutor(1) as process:
        performed = process.submit(start, here, *drills)
        assert begun.wait(60)
        try:
            yield performed
        finally:
            go_on.set()


def beating(here: wiring.App) -> Callable[[], object]:
    """The process that performs the open exercise, which goes on while another one waits."""

    def again() -> None:
        (exercise,) = here.ledger.queries.open_exercises()
        lease = here.ledger.exercise_leases.lease(exercise.id)
        assert lease is not None
        here.ledger.exercise_leases.beat(exercise.id, lease.holder, LEASE)

    return again


def test_a_second_start_restores_nothing_and_says_how_far_the_first_is(
    shop: Estate, here: wiring.App, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever starts it while it is under way, by hand or twice by a scheduler, ends with 0; so for programs."""
    before, told = restores(shop), list[tuple[int, Any]]()
    here.machine.act = beating(here)  # type: ignore[attr-defined]

    with under_way(here, *TWO) as first, wiring.using(elsewhere(here)):
        for options in (["quarterly"], ["quarterly", "sessions-more", "--json"], ["quarterly", "shop-replica"]):
            told.append((main.run(options), capsys.readouterr()))
    exercise = first.result()

    words, programs, other = told
    assert words[0] == programs[0] == Exit.PASSED
    assert f"Exercise {exercise} is under way, driven by" in words[1].out
    assert "0 of 2 runs ended, 1 under way. Nothing was begun." in words[1].out
    assert json.loads(programs[1].out)["under_way"]["planned"] == 2
    assert other[0] == Exit.USAGE
    assert "does not hold shop-replica" in other[1].err
    assert "--again" in other[1].err
    assert restores(shop) - before == 2
    assert [each.id for each in here.ledger.queries.exercises()] == [exercise]


def test_another_one_is_begun_on_purpose(shop: Estate, here: wiring.App) -> None:
    """`--again` begins an exercise beside the one that is under way, and both end as their runs did."""
    with under_way(here, *TWO) as first, wiring.using(elsewhere(here)):
        assert main.run(["quarterly", "sessions-again", "--again"]) == Exit.PASSED

    both = here.ledger.queries.exercises()
    assert len(both) == 2
    assert all(each.verdict and each.verdict.green for each in both)
    assert len(runs_of(here, first.result())) == 2


def test_what_a_dead_process_left_is_gone_on_with(
    shop: Estate, here: wiring.App, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once its lease has run out: what ended is not run again, what was under way is resumed, all is one exercise."""
    inventory, before = shop.inventory(), restores(shop)
    left = killed_in_the_second(here)
    ended, open_one = runs_of(here, left)

    with wiring.using(elsewhere(here)) as other:
        assert main.run(["quarterly", *TWO]) == Exit.PASSED
    assert f"exercise {left}: PASSED — 2 of 2 runs made" in capsys.readouterr().out

    assert [each.id for each in here.ledger.queries.exercises()] == [left]
    assert left in other.driven
    runs = runs_of(here, left)
    assert [run.header.id for run in runs] == [ended.header.id, open_one.header.id]
    assert runs[0] == ended
    assert runs[1].closing is not None
    assert restores(shop) - before == 2
    assert shop.inventory() == inventory
    assert here.machine.monotonic() <= LEASE.total_seconds() + 1


def test_a_run_that_cannot_be_gone_on_with_is_ended(shop: Estate, here: wiring.App) -> None:
    """Its drill was changed since: its copy is taken down, it is INCONCLUSIVE, and is not run a second time."""
    inventory, before = shop.inventory(), restores(shop)
    left = killed_in_the_second(here)
    open_one = runs_of(here, left)[1]
    changed = here.settings.drills / "shop.yaml"
    changed.write_text(changed.read_text().replace("minimum: 50", "minimum: 51"))

    assert start(elsewhere(here), *TWO) == left

    runs = runs_of(here, left)
    assert [run.header.id for run in runs][1] == open_one.header.id
    assert runs[1].closing is not None
    assert runs[1].closing.verdict is Verdict.INCONCLUSIVE
    assert "was changed since" in runs[1].closing.reasons[0]
    assert here.ledger.queries.exercise(left)[0].verdict is Verdict.INCONCLUSIVE
    assert (restores(shop) - before, shop.inventory()) == (2, inventory)


def test_an_exercise_of_another_lab_is_left_to_the_sweep(shop: Estate, here: wiring.App) -> None:
    """Nothing of it is here: a new one begins beside it, and what the old one left stays as it is."""
    left = killed_in_the_second(here)
    with mock.patch("dr_orchestrator.wiring.exercising.elsewhere", lambda *_: "endpoint a then, b now"):
        new = start(elsewhere(here), "sessions-again")

    assert new != left
    assert [each.id for each in here.ledger.queries.open_exercises()] == [left]
    assert runs_of(here, left)[1].closing is None


def test_a_process_that_slept_begins_nothing_more(shop: Estate, here: wiring.App) -> None:
    """Another has taken its exercise over meanwhile, which is that one's to go on with and to end."""
    before = restores(shop)

    def taken() -> None:
        (exercise,) = here.ledger.queries.open_exercises()
        here.machine.sleep(60)
        here.ledger.exercise_leases.take(exercise.id, "elsewhere:1:abc", LEASE)

    with while_it_is_ready(taken), pytest.raises(LeaseLost, match="taken over by another process"):
        start(here, *TWO)

    (exercise,) = here.ledger.queries.open_exercises()
    assert len(runs_of(here, exercise.id)) == 1
    assert restores(shop) - before == 1

"""Production failed over: by all words alone, once a way, and never again by a process that comes after a dead one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, switches
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.prefect_runner import run_drill
from dr_orchestrator.resources import on_production
from dr_orchestrator.resources.rds_instance import production
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring import approving, opening
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import shop as shops
from tests.support import workspace
from tests.support.dying import deaths, die, killed_at, killed_in, resumed, swept
from tests.support.estate import INSTANCE, Estate
from tests.support.failovers import ScriptedClient
from tests.support.on_production import DECLARED, DRILL, ENTRY, FAILS_OVER
from tests.support.shop import GREEN, everything, run

CHANGES = ("Create", "Delete", "Modify", "Restore", "Reboot", "Failover", "Add", "Put", "Update", "Start", "Stop")


@pytest.fixture
def here(shop: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """A world whose client is scripted, early on a day of its clock."""
    now = shop.clock.now()
    shop.clock.sleep((now.replace(hour=3, minute=0) + timedelta(days=1) - now).total_seconds())
    monkeypatch.setattr(workspace, "TIERS", workspace.TIERS + ENTRY)
    monkeypatch.setattr(workspace, "SHOP", DECLARED)
    monkeypatch.setattr(on_production, "Client", lambda *_, **__: ScriptedClient(shop.clock))
    monkeypatch.setattr(opening, "_last_seen", lambda *_: shop.clock.now())
    with shops.world(shop, home, FAILS_OVER) as made:
        yield made


@pytest.fixture
def approved(here: wiring.App) -> wiring.App:
    approving.approve(here, DRILL, "Ada")
    return here


def changed(shop: Estate, since: int) -> list[tuple[str, dict[str, Any]]]:
    """All that was asked for since then that changes anything, whatever it was."""
    heard = shop.lab.journal[since:]
    return [(each.action, each.params) for each in heard if each.action.startswith(CHANGES)]


def reboots(shop: Estate, since: int) -> int:
    return len([call for call in changed(shop, since) if call[0] == "RebootDBInstance"])


def test_production_goes_there_and_back_by_one_call_each(approved: wiring.App, shop: Estate) -> None:
    """Green, with nothing made and nothing else asked of production; the words stand in the run's first step."""
    began, before = len(shop.lab.journal), everything(shop)
    found = run(approved, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    asked = {"DBInstanceIdentifier": INSTANCE.id, "ForceFailover": "true"}
    taken = [(action, {key: str(given[key]).lower() for key in asked}) for action, given in changed(shop, began)]
    assert taken == [("RebootDBInstance", {key: value.lower() for key, value in asked.items()})] * 2
    assert everything(shop) == before
    assert found.copies == ()
    ways = switches(found.checks)
    assert set(ways) == {FAILOVER, FAILBACK}
    assert (ways[FAILBACK].after, ways[FAILOVER].production) == (ways[FAILOVER].before, True)
    assert "approved by Ada" in found.steps[0].detail
    assert "never tried" in found.steps[0].detail
    assert found.steps[-1].name != "" and any("whole again" in step.name for step in found.steps)
    page = (approved.settings.generated / f"{found.header.id}.md").read_text()
    assert "PRODUCTION: " in page


def test_without_an_approval_nothing_starts(here: wiring.App, shop: Estate) -> None:
    """Refused as wrong usage, with what lacks, where, and the command that gives it; no run, no call that changes."""
    began = len(shop.lab.journal)
    with pytest.raises(UsageError, match=rf"shop.yaml:\d+:drills.{DRILL}.on: nobody has approved.*dro approve {DRILL}"):
        run(here, DRILL)
    assert changed(shop, began) == []
    assert not here.ledger.queries.open_outlines(DRILL)


def test_an_approval_serves_one_run(approved: wiring.App, shop: Estate) -> None:
    """The run that asked for the failover took it; a second needs another word, and nothing starts without."""
    first = run(approved, DRILL)
    began = len(shop.lab.journal)
    with pytest.raises(UsageError, match=f"the word of Ada was for run {first.header.id}, and no other"):
        run(approved, DRILL)
    assert changed(shop, began) == []


def test_another_open_run_on_the_instance_stands_in_its_way(approved: wiring.App, shop: Estate) -> None:
    """Of whatever drill, dead or alive: the outage would be in its figures. The approval is left for later."""
    dead = killed_in(approved, "orders-snapshot", killed_at("RestoreDBInstanceFromDBSnapshot", 1, after=False))
    began = len(shop.lab.journal)
    found = run(approved, DRILL)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert f"run {dead.header.id} of orders-snapshot is open on {INSTANCE.id}" in " ".join(found.closing.reasons)
    assert changed(shop, began) == []
    assert [each.run for each in approved.ledger.queries.approvals(DRILL)] == [""]


def test_an_approval_lapses_with_its_day_and_with_its_plan(approved: wiring.App, shop: Estate, home: Path) -> None:
    """Tomorrow it holds no more; a plan that was changed since needs another, and says whose word was on which."""
    file = home / "drills" / "shop.yaml"
    file.write_text(file.read_text().replace("table: dr_probe", "table: another_probe"))
    changed_since = wiring.App(approved.settings, approved.clock)
    with wiring.using(changed_since), pytest.raises(UsageError, match=r"Ada approved .*before the drill or the policy"):
        run(changed_since, DRILL)
    shop.clock.sleep(86_400)
    with pytest.raises(UsageError, match="nobody has approved this plan"):
        run(approved, DRILL)


def test_one_that_stays_there_asks_once(here: wiring.App, shop: Estate, home: Path) -> None:
    """`fail_back: false` is the drill's own word: one call, one planned check, green."""
    file = home / "drills" / "shop.yaml"
    file.write_text(file.read_text().replace("on: production", "on: production\n    fail_back: false"))
    changed_since = wiring.App(here.settings, here.clock)
    with wiring.using(changed_since):
        approving.approve(changed_since, DRILL, "Ada")
        began = len(shop.lab.journal)
        found = run(changed_since, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert reboots(shop, began) == 1


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("status", "storage-optimization", "is storage-optimization"),
        ("multi_az", False, "stands in one zone"),
        (
            "groups",
            [{"DBParameterGroupName": "own", "ParameterApplyStatus": "pending-reboot"}],
            "waits for the parameter group own, which is pending-reboot",
        ),
    ],
)
def test_production_that_is_not_whole_is_left_alone(
    approved: wiring.App, shop: Estate, monkeypatch: pytest.MonkeyPatch, field: str, value: Any, told: str
) -> None:
    """Whatever the words: what is not whole, or is about to be changed, is not failed over."""
    live = production.ProductionInstance._live
    names = {"status": "DBInstanceStatus", "multi_az": "MultiAZ", "groups": "DBParameterGroups"}
    monkeypatch.setattr(production.ProductionInstance, "_live", lambda self: {**live(self), names[field]: value})
    began = len(shop.lab.journal)
    found = run(approved, DRILL)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert told in " ".join(found.closing.reasons)
    assert changed(shop, began) == []


@pytest.mark.parametrize(("operation", "number", "after"), deaths(("RebootDBInstance", 1), ("RebootDBInstance", 2)))
def test_killed_around_a_failover(approved: wiring.App, shop: Estate, operation: str, number: int, after: bool) -> None:
    """The next process never asks again, whether AWS heard it or not; what nobody measured never passes."""
    began = len(shop.lab.journal)
    dead = killed_in(approved, DRILL, killed_at(operation, number, after))
    _refused_once_it_was_changed(approved, dead, number)
    shop.clock.sleep(86_400)  # the words hold no more: what became of it is told all the same
    found: Run = resumed(approved, dead)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert reboots(shop, began) == number - (not after)
    told = " ".join(found.closing.reasons)
    assert "production now serves from us-east-1" in told
    assert "by AWS's events" in told
    shop.clock.sleep(1800)


def test_production_that_somebody_put_back_is_not_moved_again(approved: wiring.App, shop: Estate) -> None:
    """The process died between the ways, and a person failed production back: the next one sends nothing."""
    began = len(shop.lab.journal)
    dead = killed_in(approved, DRILL, mock.patch.object(Session, "stand_by", die))
    shop.clock.sleep(600)
    person = shop.client("rds", INSTANCE.region)
    person.reboot_db_instance(DBInstanceIdentifier=INSTANCE.id, ForceFailover=True)
    shop.clock.sleep(900)
    asked = reboots(shop, began)
    found = resumed(approved, dead)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert "failed over by another since the failover of this run" in " ".join(found.closing.reasons)
    assert reboots(shop, began) == asked == 2
    assert set(switches(found.checks)) == {FAILOVER}


def _refused_once_it_was_changed(approved: wiring.App, dead: Run, number: int) -> None:
    """A run whose drill is another by now is not resumed; what it asked of production, and who serves, is told."""
    file = approved.settings.home / "drills" / "shop.yaml"
    before = file.read_text()
    for changed in (before.replace("table: dr_probe", "table: other"), before.replace(f"  {DRILL}:", "  renamed:")):
        file.write_text(changed)
        tiers = file.with_name("tiers.yaml")
        entries = tiers.read_text()
        if "renamed" in changed:
            tiers.write_text(entries.replace(f"  {DRILL}:", "  renamed:"))
        since = wiring.App(approved.settings, approved.clock)
        with wiring.using(since), wiring.resuming(dead.header.id), pytest.raises(UsageError) as raised:
            run_drill(DRILL)
        tiers.write_text(entries)
        told = str(raised.value)
        asked = "'fail over' and 'fail back'" if number == 2 else "'fail over'"
        assert f"{asked} of production's {INSTANCE.id} began at" in told
        assert "AWS's events tell since then: " in told
        assert "; now us-east-1" in told
    file.write_text(before)


def test_a_sweep_touches_nothing_of_production(approved: wiring.App, shop: Estate) -> None:
    """What died while production failed over is ended in the ledger alone."""
    began = len(shop.lab.journal)
    found = swept(approved, DRILL, killed_at("RebootDBInstance", 1, after=True), shop.clock, 3600.0)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert [action for action, _ in changed(shop, began)] == ["RebootDBInstance"]


def test_a_lost_answer_is_looked_for_and_never_asked_again(approved: wiring.App, shop: Estate) -> None:
    """Not even the client library sends it twice: AWS's events tell that it was heard, and the run goes on."""
    shop.lab.faults.add({"kind": "lost-response", "action": "RebootDBInstance", "times": 1})
    began = len(shop.lab.journal)
    found = run(approved, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert reboots(shop, began) == 2


def test_an_approval_that_lapses_on_the_way_stops_the_next_call(approved: wiring.App, shop: Estate) -> None:
    """The leave is asked for at each call: without a word that holds nothing more goes out."""
    began = len(shop.lab.journal)
    ask, words = approving.approved, iter([True])  # the first step's; those of the calls hold no more
    with mock.patch.object(approving, "approved", lambda *given: ask(*given) if next(words, False) else None):
        found = run(approved, DRILL)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert "no approval of the plan" in " ".join(found.closing.reasons)
    assert changed(shop, began) == []


def test_another_runs_guard_lets_nothing_through(approved: wiring.App) -> None:
    """A sweep, a plan, a run of a drill on a copy: none has the leave, whatever was approved."""
    given = {"DBInstanceIdentifier": INSTANCE.id, "ForceFailover": True}
    for drill in (None, approved.drill("orders-snapshot")):
        guard = wiring.building.guarded(approved, INSTANCE.region, "20261120-other", mock.Mock(), drill).guard
        with pytest.raises(Forbidden):
            guard.check("rds", "RebootDBInstance", given, INSTANCE.region)


def test_a_plan_tells_what_it_would_interrupt_and_which_words_lack(
    here: wiring.App, shop: Estate, capsys: pytest.CaptureFixture[str]
) -> None:
    """Read-only: nothing is to be created, and what lacks stands in its way."""
    began = len(shop.lab.journal)
    found = plan(here, DRILL)
    assert (found.creates, found.recovery_points) == ([], [])
    assert any("nobody has approved this plan" in each for each in found.blockers)
    approving.approve(here, DRILL, "Ada")
    looks = {each.name: each.words for each in plan(here, DRILL).preflight.looks}
    assert plan(here, DRILL).blockers == []
    assert looks["probe"] == "its table keeps its rows"
    assert "permissions" in looks
    assert changed(shop, began) == []
    assert capsys.readouterr().err == ""


def test_a_restore_that_begins_meanwhile_is_told_of_it(approved: wiring.App, shop: Estate) -> None:
    """Of the same instance, in whichever spelling, while the failover's run is open; it may go on all the same."""
    dead = killed_in(approved, DRILL, killed_at("RebootDBInstance", 1, after=False))
    looks = {each.name: each for each in plan(approved, "orders-snapshot").preflight.looks}
    look = looks["failovers of production"]
    assert f"run {dead.header.id} of {DRILL} fails {INSTANCE.id} of production over" in look.words
    assert not look.stops
    resumed(approved, dead)
    looks = {each.name: each for each in plan(approved, "orders-snapshot").preflight.looks}
    assert looks["failovers of production"].words == f"no run fails {INSTANCE.id} of production over"

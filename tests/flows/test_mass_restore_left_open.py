"""A large-incident drill promises that no copy stands behind its end, whoever died, changed, crashed or drives on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.findings import by_exercise
from dr_orchestrator.domain.findings.tracked import State
from dr_orchestrator.domain.mass_restore.items import ItemVerdict
from dr_orchestrator.domain.mass_restore.record import MassRecord
from dr_orchestrator.domain.mass_restore.remembered import Size
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit, UsageError
from dr_orchestrator.ledger.mass_claims import SqlMassClaims
from dr_orchestrator.ledger.mass_restores import SqlMassRestores
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring.mass_restores import containers, driving, ending, planning
from dr_orchestrator.wiring.mass_restores.publishing import shown
from tests.support import mass_files
from tests.support.dying import Killed, die
from tests.support.estate import Estate
from tests.support.mass_drills import ALL, dead, opened, run, verdicts
from tests.support.shop import beat


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with opened(shop, home) as made:
        yield made


def kill(where: type, what: str) -> None:
    """Let the process die where that is called, with nothing ended."""
    with (
        mock.patch.object(where, what, die),
        mock.patch.object(Session, "__exit__", dead),
        mock.patch("dr_orchestrator.wiring.mass_restores.driving.end", die),
        pytest.raises(Killed),
    ):
        run()


def resumed(*words: str) -> int:
    return main.run(["mass", "run", "many-sites", "--resume", *words])


def test_a_changed_drill_ends_with_its_copy_taken_down(shop: Estate, here: wiring.App) -> None:
    """Refused, but swept first; the reason of each item is what became of its run."""
    before = shop.inventory()
    kill(SqlMassClaims, "claim")
    here.clock.sleep(60)
    refused = UsageError("drill sessions-pitr was changed", "")
    with mock.patch.object(containers, "_refuse_changed", side_effect=refused):
        code = resumed()
    assert (code, shop.inventory()) == (Exit.INCONCLUSIVE, before)
    item = here.ledger.mass_restores.items(here.ledger.mass_restores.named("latest").id)[0]
    assert item.reason.startswith("run ") and "was changed" in item.reason


def test_what_cannot_be_swept_leaves_the_drill_open(here: wiring.App) -> None:
    """Exit code 5 while its run has no end, and no item is lost; the next --resume ends it."""
    kill(SqlMassClaims, "claim")
    here.clock.sleep(60)
    with (
        mock.patch.object(containers, "_refuse_changed", side_effect=UsageError("changed", "")),
        mock.patch.object(containers, "sweep_run", side_effect=UsageError("no AWS", "")),
    ):
        assert resumed() == Exit.LEFTOVERS
    record = here.ledger.mass_restores.named("latest")
    assert record.ended_at is None and here.ledger.mass_restores.claims.unsettled(record.id)
    here.clock.sleep(60)
    assert resumed() == Exit.FAILED and verdicts(here, record.id) == ALL


def test_a_run_that_another_process_drives_is_left_to_it(here: wiring.App) -> None:
    """Container and drill stay open, exit code 5; nothing of it is judged lost."""
    kill(SqlMassClaims, "claim")
    here.clock.sleep(60)
    drills = here.ledger.mass_restores
    (container,) = drills.containers(drills.named("latest").id)
    with (
        mock.patch.object(containers.Listening, "outwait", lambda _, names: [*names]),
        mock.patch.object(containers, "alive", return_value=True),
    ):
        assert resumed() == Exit.LEFTOVERS
    assert drills.named("latest").ended_at is None
    assert drills.containers(container.mass_restore)[0].ended_at is None
    assert drills.claims.unsettled(container.mass_restore)
    assert resumed() == Exit.FAILED and verdicts(here, container.mass_restore) == ALL


def test_one_that_began_in_another_world_is_not_gone_on_with(here: wiring.App, capsys: Any) -> None:
    """Begun real, it is never resumed at a simulated endpoint; and --accept-smaller is said at the start alone."""
    with mock.patch.object(planning, "is_simulated_of", return_value=False):
        kill(SqlMassRestores, "begin_container")
    here.clock.sleep(60)
    assert resumed() == Exit.USAGE and "another endpoint" in capsys.readouterr().err
    assert here.ledger.mass_restores.named("latest").ended_at is None


def test_what_is_said_to_a_resume_takes_effect_or_is_refused(here: wiring.App, capsys: Any) -> None:
    """So many at once from now on; a reason to be smaller is of the start."""
    kill(SqlMassRestores, "begin_container")
    here.clock.sleep(60)
    assert resumed("--accept-smaller", "a freeze") == Exit.USAGE
    assert "when a drill begins" in capsys.readouterr().err
    assert resumed("--at-once", "7") == Exit.FAILED
    assert here.ledger.mass_restores.named("latest").at_once == 7


def test_a_drill_is_simulated_where_any_of_its_runs_is(here: wiring.App) -> None:
    """Though it was begun as real, and others of its runs were: then it proves nothing to a real one."""
    with mock.patch.object(planning, "is_simulated_of", return_value=False):
        kill(SqlMassRestores, "end")
    drills, known = here.ledger.mass_restores, ending.runs_of
    begun = drills.named("latest")
    assert not begun.simulated

    def runs(here: wiring.App, of: str) -> list[Any]:
        """Those of the drill, between two that were real."""
        own = known(here, of)
        real = replace(own[0].header, provenance=replace(own[0].header.provenance, simulated=False))
        return [replace(own[0], header=real), *own, replace(own[0], header=real)]

    here.clock.sleep(60)
    with mock.patch.object(ending, "runs_of", runs), mock.patch.object(driving, "_why_not", return_value=""):
        assert resumed() == Exit.FAILED
    ended = drills.named("latest")
    assert ended.id == begun.id and ended.simulated
    page = next(here.settings.generated.glob(f"{ended.id}.md")).read_text()
    assert "SIMULATED" in page
    assert all(each.simulated for each in drills.proven())


def test_it_has_to_beat_what_was_proven_until_its_end(here: wiring.App) -> None:
    """What another drill proves meanwhile counts; what one proves afterwards changes neither finding nor page."""
    mass_files.put(here.settings.drills, "site,tier,state\none,1,live\ntwo,1,live\n")
    drills, end = here.ledger.mass_restores, SqlMassRestores.end
    plan, larger = planning.plan(here, "many-sites").plan, Size(9, 1, 9)

    def other(name: str, at: datetime) -> None:
        """Another drill that brings more back, and has ended at once."""
        of = MassRecord(name, replace(plan, name=name), at, at, simulated=True, auto=True, operator="Bo", at_once=1)
        drills.begin(of, [], [], [])
        end(drills, name, at, Verdict.PASSED, "", larger, None)

    settle = SqlMassRestores.settle_wave

    def meanwhile(self: SqlMassRestores, of: str, wave: int, at: datetime) -> None:
        settle(self, of, wave, at)
        other("mass-meanwhile", at)

    with mock.patch.object(SqlMassRestores, "settle_wave", meanwhile):
        id = run()
    assert drills.named(id).verdict is Verdict.PASSED_WITH_FINDINGS
    (found,) = [each for each in here.ledger.queries.findings() if each.rule is Rule.NOT_LARGER]
    assert "mass-meanwhile" in found.detail
    here.clock.sleep(60)
    larger = Size(99, 1, 99)
    other("mass-afterwards", here.clock.now())
    assert shown(here, id)["compared"]["proven"]["id"] == "mass-meanwhile"


def test_a_crash_is_told_as_what_it_was(here: wiring.App) -> None:
    """By each item of its container; the drill goes on to its end."""
    with mock.patch.object(containers, "_refuse_changed", side_effect=RuntimeError("boom")):
        id = run()
    found = here.ledger.mass_restores.items(id)[0]
    assert found.rule is Rule.CONTAINER_LOST and "a defect of the program" in found.reason and "boom" in found.reason
    assert here.ledger.mass_restores.named(id).verdict is Verdict.INCONCLUSIVE


def test_a_larger_plan_of_which_nothing_came_back_remediates_nothing(shop: Estate, here: wiring.App) -> None:
    """The finding that the drill grew no more stays open until more comes back; were it real, too."""
    proof = by_exercise.proof

    def as_real(held: by_exercise.Held, of: Any) -> Any:
        return proof(replace(held, simulated=False), of)

    mass_files.put(here.settings.drills, "site,tier,state\none,1,live\ntwo,1,live\n")
    for _ in range(2):
        run()
        beat(shop)
        shop.clock.sleep(330)
    mass_files.put(here.settings.drills, "site,tier,state\n" + "".join(f"s{each},1,live\n" for each in range(9)))
    failing = mock.patch.object(Session, "restore", side_effect=UsageError("no room", ""))
    with failing, mock.patch.object(by_exercise, "proof", as_real):
        run()
    (found,) = [each for each in here.ledger.queries.findings() if each.rule is Rule.NOT_LARGER]
    assert found.state is State.OPEN


def test_a_dead_one_is_told_by_a_sweep_and_ended_by_an_abort(shop: Estate, here: wiring.App, capsys: Any) -> None:
    """With who aborted it in each item, exit code 4, and no copy left."""
    before = shop.inventory()
    kill(SqlMassClaims, "claim")
    here.clock.sleep(60)
    id = here.ledger.mass_restores.named("latest").id
    main.run(["sweep", "--dry-run"])
    assert f"dro mass abort {id}" in capsys.readouterr().out
    assert main.run(["abort", id]) == Exit.ABORTED, capsys.readouterr()
    assert here.ledger.mass_restores.named(id).verdict is Verdict.ABORTED
    items = here.ledger.mass_restores.items(id)
    assert {each.rule for each in items if each.verdict is ItemVerdict.INCONCLUSIVE} == {Rule.STOPPED}
    assert any(each.reason.startswith("aborted by ") for each in items)
    assert shop.inventory() == before
    assert main.run(["mass", "abort"]) == Exit.USAGE  # none is under way


def test_a_living_one_is_stopped_by_an_abort(shop: Estate, here: wiring.App) -> None:
    """Its process ends it: nothing more is asked for, and its copy is taken down."""
    before, claim = shop.inventory(), SqlMassClaims.claim
    asked = list[str]()

    def claimed(self: SqlMassClaims, of: str, *more: Any) -> Any:
        if not asked:
            asked.append(of)
            here.ledger.mass_leases.ask_to_abort(of, "Ada")
            ending.ask_to_stop(here, containers.left_open(here, of))
        return claim(self, of, *more)

    with mock.patch.object(SqlMassClaims, "claim", claimed):
        code = main.run(["mass", "run", "many-sites"])
    record = here.ledger.mass_restores.named("latest")
    assert (code, record.verdict) == (Exit.ABORTED, Verdict.ABORTED) and "aborted by Ada" in record.told
    assert here.ledger.mass_restores.claims.unsettled(record.id) == [] and shop.inventory() == before


@pytest.mark.parametrize(("option", "told"), [("--to", ""), ("--to", "a\x1b[31m"), ("--note", "\x1b[2J")])
def test_what_nobody_can_read_is_refused(here: wiring.App, option: str, told: str, capsys: Any) -> None:
    """As a team's name, or as a note: exit code 2, and nothing is handed over."""
    words = [option, told] if option == "--to" else ["--to", "Team Two", option, told]
    assert main.run(["mass", "handover", "latest", "1", *words]) == Exit.USAGE
    assert option in capsys.readouterr().err

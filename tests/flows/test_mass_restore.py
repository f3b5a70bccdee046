"""A large-incident drill promises each item a verdict, its container an ordinary run, and that nothing is left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.mass_restore.items import ItemVerdict
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Role
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.mass_claims import SqlMassClaims
from dr_orchestrator.ledger.mass_restores import SqlMassRestores
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring.mass_restores.planning import plan
from dr_orchestrator.wiring.mass_restores.publishing import publish, shown
from dr_orchestrator.wiring.programme import programme_of
from tests.support import mass_files
from tests.support.dying import Killed, die
from tests.support.estate import Estate
from tests.support.mass_drills import ALL, SITES, dead, opened, run, verdicts
from tests.support.shop import beat


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with opened(shop, home) as made:
        yield made


def test_every_item_gets_its_verdict_from_one_ordinary_run(shop: Estate, here: wiring.App) -> None:
    """Restored once, as of before the event; the run passes as ever, its step told, and no copy is left."""
    before = shop.inventory()
    id = run()
    assert verdicts(here, id) == ALL, [each.reason for each in here.ledger.mass_restores.items(id)]
    record, (container,) = here.ledger.mass_restores.named(id), here.ledger.mass_restores.containers(id)
    assert (record.verdict, record.simulated, record.back.items) == (Verdict.FAILED, True, 2)
    found = here.ledger.queries.run(container.run)
    assert found.closing is not None
    assert (found.closing.verdict.green, found.closing.cleanup) == (True, Cleanup.CLEAN), found.closing.reasons
    assert found.points[0].data_time <= record.struck_at
    (step,) = [each for each in found.steps if each.role is Role.ASK_TENANTS]
    assert step.detail == "5 of 5 tenants asked for, 2 passed"
    passed = next(each for each in here.ledger.mass_restores.items(id) if each.site == "one")
    assert passed.rta is not None and passed.ended_at is not None and passed.run == container.run
    assert passed.rta == passed.ended_at - record.struck_at and passed.rpa is not None
    assert shop.inventory() == before


def test_a_deleted_sites_way_back_is_told_and_who_stands_twice(here: wiring.App) -> None:
    """The plan says until when, and which row counts; the drill says whether its rows were seen."""
    planned = plan(here, "many-sites")
    assert [str(each).split(":")[1] for each in planned.declared.notes] == ["4"]
    assert planned.compared.larger
    told = shown(here, run())
    left = {each["site"]: (each["undone_until"], each["proven_in"], each["missing_in"]) for each in told["left_alone"]}
    assert left == {
        "gone": ("2026-11-15T00:00:00Z", 1, 0),
        "never": ("2026-11-15T00:00:00Z", 0, 1),
        "held": (None, 0, 0),
    }


def test_its_pages_say_simulated_and_escape_what_people_wrote(here: wiring.App) -> None:
    """In three formats, with failures whole."""
    mass_files.put(here.settings.drills, SITES.replace("case 7", "<script>alert(1)</script>"))
    written = publish(here, run())
    told = json.loads(written["json"].read_text())
    assert (told["verdict"], told["waves"][0]["settled"], told["rta"]["of"]) == ("FAILED", 5, 2)
    html, markdown = written["html"].read_text(), written["md"].read_text()
    for page in (html, markdown):
        assert "SIMULATED" in page and "tenant-missing" in page and told["waves"][0]["containers"][0]["run"] in page
    assert "<script>alert" not in html and "&lt;script&gt;" in html


def test_a_container_that_fails_loses_no_item(shop: Estate, here: wiring.App) -> None:
    """What could not be asked for is inconclusive, a deletion stays left alone, and no copy is left."""
    before = shop.inventory()
    with mock.patch.object(Session, "restore", side_effect=UsageError("no room", "")):
        id = run()
    assert {each[:2] for site, each in verdicts(here, id).items() if site in ("one", "two", "lost")} == {
        (ItemVerdict.INCONCLUSIVE, Rule.CONTAINER_LOST)
    }
    assert verdicts(here, id)["gone"] == (ItemVerdict.LEFT_ALONE, Rule.SITE_DELETED, None)
    assert here.ledger.mass_restores.named(id).verdict is Verdict.INCONCLUSIVE
    assert shop.inventory() == before


def test_the_next_one_is_to_be_larger(shop: Estate, here: wiring.App) -> None:
    """The same again raises a finding of the programme, which the reason for it is kept with."""
    mass_files.put(here.settings.drills, "site,tier,state\none,1,\ntwo,1,\n")
    first = run()
    assert here.ledger.mass_restores.named(first).verdict is Verdict.PASSED
    held = plan(here, "many-sites").compared
    assert not held.larger and held.best is not None and held.best.id == first
    beat(shop)
    shop.clock.sleep(330)
    again = run(accepted="a freeze")
    assert here.ledger.mass_restores.named(again).verdict is Verdict.PASSED_WITH_FINDINGS
    found = [each for each in here.ledger.queries.findings() if each.rule is Rule.NOT_LARGER]
    assert len(found) == 1 and "a freeze" in found[0].detail


@pytest.mark.campaign(3)
@pytest.mark.parametrize(
    ("where", "what"),
    [
        (SqlMassRestores, "begin_wave"),
        (SqlMassRestores, "begin_container"),
        (SqlMassClaims, "claim"),
        (SqlMassClaims, "settle"),
        (SqlMassClaims, "settle_rest"),
        (SqlMassRestores, "end_container"),
        (SqlMassRestores, "settle_wave"),
        (SqlMassRestores, "end"),
        (Session, "restore"),
        (Session, "_tear_down"),
    ],
)
def test_one_whose_process_died_is_gone_on_with(shop: Estate, here: wiring.App, where: type, what: str) -> None:
    """Wherever it died: each item is judged once, none is forgotten, and the container is restored once."""
    before = shop.inventory()
    with (
        mock.patch.object(where, what, die),
        mock.patch.object(Session, "__exit__", dead),
        mock.patch("dr_orchestrator.wiring.mass_restores.driving.end", die),
        pytest.raises(Killed),
    ):
        run()
    shop.clock.sleep(60)
    id = run(resume=True)
    assert verdicts(here, id) == ALL
    (container,) = here.ledger.mass_restores.containers(id)
    assert [each.header.id for each in here.ledger.queries.runs(9)] == [container.run]
    assert shop.inventory() == before


def test_the_first_wave_is_released_by_the_start(here: wiring.App) -> None:
    """So that nobody has to release it, without --auto neither; its team owns it."""
    id = prefect_runner.run_mass_restore("many-sites", False, None, "", False)
    (wave,) = here.ledger.mass_restores.waves(id)
    assert (wave.released_by, wave.team, wave.settled_at is None) == ("the start", "Team One", False)


def test_the_quarters_report_tells_of_it(shop: Estate, here: wiring.App) -> None:
    """Of the quarter in which it ended, with what came back; as of an instant before that not yet."""
    before = here.clock.now()
    id = run()
    ended = here.ledger.mass_restores.named(id).ended_at
    assert ended is not None
    (row,) = programme_of(here).large
    assert (row.id, row.at, row.back.items, row.proven, row.simulated) == (id, ended, 2, False, True)
    back = here.clock.now() - before
    shop.clock.step(-back)
    try:
        assert programme_of(here).large == []
    finally:
        shop.clock.step(back)

"""`dro mass` promises what it tells before, meanwhile and afterwards, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.wiring.mass_restores import containers, driving
from tests.support import mass_files, workspace
from tests.support.dying import Killed, die
from tests.support.estate import Estate
from tests.support.shop import beat

SITES = "site,tier,state,deleted_at,reason\none,1,,,\ntwo,1,,,\nheld,1,legal-hold,,case 7\nheld,1,,,\n"
AGAIN = """
  sessions-again:
    kind: pitr-restore
    resource: sessions
    disruption: application
    checks:
      - {name: heartbeat, canary-item: {key: {pk: canary}, attribute: at, interval: 1m}}
"""
MORE = """\
  more:
    needs: [sessions]
    drills: {sessions-again: {}}
    tenant: [{name: again, items: {key: pk, value: "site#:tenant"}}]
teams:"""


@pytest.fixture
def here(shop: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """A workspace whose sites have two products, each in a container of its own."""
    monkeypatch.setenv("DRO_OPERATOR", "Ada")
    then = (shop.clock.now() - timedelta(hours=1)).isoformat()
    mass_files.fill(shop.client("dynamodb"), then, "one", "two")
    beat(shop)
    shop.clock.sleep(330)
    with wiring.using(workspace.world(home, shop.clock, shop=workspace.SHOP + AGAIN.lstrip("\n"))) as made:
        mass_files.put(made.settings.drills, SITES, mass_files.PLAN.replace("teams:", MORE))
        yield made


def said(capsys: Any, *words: str) -> tuple[int, str, str]:
    """The exit code of a command, and what it prints."""
    code = main.run(["mass", *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def read(capsys: Any, *words: str) -> dict[str, Any]:
    code, out, err = said(capsys, *words, "--json")
    assert code == Exit.PASSED, err
    found: dict[str, Any] = json.loads(out)
    return found


def test_a_plan_tells_waves_who_is_left_alone_and_what_stands_twice(here: wiring.App, capsys: Any) -> None:
    """And whether it is larger than before; nothing is written."""
    told = read(capsys, "plan", "many-sites")
    assert [[each["drill"] for each in wave["containers"]] for wave in told["waves"]] == [
        ["sessions-pitr"],
        ["sessions-again"],
    ]
    assert [each["site"] for each in told["left_alone"]] == ["held"] and "line 4" in told["notes"][0]
    code, out, _ = said(capsys, "plan", "many-sites")
    assert code == Exit.PASSED and "wave 2  tier 1, Team One: sessions-again (more, 2 items)" in out
    assert "2 sites × 2 products, 4 items; nothing was proven before" in out
    assert read(capsys, "status") == {"mass_restores": []} and here.ledger.mass_restores.all() == []


def test_a_second_wave_waits_for_its_team(shop: Estate, here: wiring.App, capsys: Any, caplog: Any) -> None:
    """Which may have handed it over by then; status and page tell how far it is, and when the rest is expected."""
    before, meanwhile, told_so = shop.inventory(), list[dict[str, Any]](), list[str]()

    @contextmanager
    def waits(_what: str) -> Iterator[None]:
        meanwhile.append(read(capsys, "status", "latest"))
        (page,) = here.settings.generated.glob("mass-*.md")
        told_so.extend((said(capsys, "status", "latest")[1], page.read_text()))
        said(capsys, "handover", "latest", "2", "--to", "Team Two", "--note", "shift ends")
        meanwhile.append(read(capsys, "release", "latest", "2"))
        yield

    with mock.patch.object(driving, "waiting_for", waits):
        code, out, err = said(capsys, "run", "many-sites")
    assert code == Exit.PASSED, out + err
    assert f"Report: {here.settings.generated}" in out
    under_way, released = meanwhile
    assert [each["settled"] for each in under_way["waves"]] == [2, 0] and under_way["verdict"] is None
    assert under_way["waves"][0]["eta"] is None and under_way["waves"][1]["eta"]["shown"] == 1
    assert [(each["sites_done"], each["sites"]) for each in under_way["waves"]] == [(2, 2), (0, 2)]
    assert all("2 of 2 sites" in each and "0 of 2 sites" in each for each in told_so), told_so
    known = "by 1 container so far, if it waits for no release"
    assert all("expected 20" in each and known in " ".join(each.split()) for each in told_so), told_so
    how = f"dro mass release {under_way['id']} 2"
    assert f"waits for: {how}" in " ".join(told_so[0].split())
    assert f"{under_way['id']} waits for Team One to release wave 2: {how}" in caplog.text
    assert (released["wave"], released["released_by"]) == (2, "Ada")
    told = read(capsys, "show", "latest")
    (handed,) = told["handovers"]
    assert (handed["giver"], handed["taker"], handed["by"]) == ("Team One", "Team Two", "Ada")
    assert (told["verdict"], told["waves"][1]["team"]) == ("PASSED", "Team Two")
    code, out, _ = said(capsys, "show", "latest")
    assert code == Exit.PASSED and "Report: " in out and "SIMULATED" in out
    assert said(capsys, "release", "latest", "2")[0] == Exit.USAGE
    assert shop.inventory() == before


@pytest.mark.parametrize("auto", [False, True])
def test_a_resume_asks_the_teams_as_before_or_with_auto_nobody(here: wiring.App, capsys: Any, auto: bool) -> None:
    """One that died while its second wave waited: what it settled stays, and who released what is told."""
    asked = list[str]()

    @contextmanager
    def dies(_what: str) -> Iterator[None]:
        die()
        yield

    @contextmanager
    def waits(what: str) -> Iterator[None]:
        asked.append(what)
        said(capsys, "release", "latest", "2")
        yield

    died = mock.patch("dr_orchestrator.wiring.mass_restores.driving.end", die)
    with died, mock.patch.object(driving, "waiting_for", dies), pytest.raises(Killed):
        prefect_runner.run_mass_restore("many-sites", False, None, "", False)
    here.clock.sleep(60)
    before = here.ledger.mass_restores.named("latest")
    with mock.patch.object(driving, "waiting_for", waits):
        code, out, err = said(capsys, "run", before.id, "--resume", *["--auto"] * auto)
    assert code == Exit.PASSED, out + err
    after = here.ledger.mass_restores.named("latest")
    assert (after.id, after.auto, after.at_once) == (before.id, auto, before.at_once)
    released = [each.released_by for each in here.ledger.mass_restores.waves(after.id)]
    assert released == ["the start", "--auto" if auto else "Ada"]
    assert asked == ([] if auto else [f"Team One to release wave 2: dro mass release {after.id} 2"])


def test_what_cannot_begin_is_refused_with_what_to_do(here: wiring.App, capsys: Any) -> None:
    """Another name, nothing at once, nothing to go on with, a file with a mistake: no traceback, exit code 2."""
    code, _, err = said(capsys, "plan", "many-site")
    assert code == Exit.USAGE and "did you mean many-sites" in err
    assert said(capsys, "run", "many-sites", "--at-once", "0")[0] == Exit.USAGE
    code, _, err = said(capsys, "run", "many-sites", "--resume")
    assert code == Exit.USAGE and "dro mass run many-sites" in err
    mass_files.put(here.settings.drills, "site,tier,state\none,7,\n")
    code, _, err = said(capsys, "run", "many-sites")
    assert code == Exit.USAGE and "many-sites.csv:2:tier" in err
    assert here.ledger.mass_restores.all() == []


def test_a_stop_ends_it_with_a_verdict_for_each_item(shop: Estate, here: wiring.App, capsys: Any) -> None:
    """Aborted, exit code 4; what was not asked for is inconclusive, and no copy is left."""
    before = shop.inventory()
    stop = mock.patch.object(
        containers, "new_run_id", side_effect=lambda _: here.stop.set("Ada stops it") or "r-stopped"
    )
    with stop:
        code, _, _ = said(capsys, "run", "many-sites", "--auto")
    (record,) = here.ledger.mass_restores.all()
    assert (code, record.verdict) == (Exit.ABORTED, Verdict.ABORTED)
    assert here.ledger.mass_restores.claims.unsettled(record.id) == []
    assert shop.inventory() == before

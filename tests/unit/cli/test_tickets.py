"""`dro tickets`: what stands where, and the sync, as persons and programs read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.tickets.policy import TrackerKind
from dr_orchestrator.errors import Exit
from dr_orchestrator.reporting.render import run_html, run_markdown
from dr_orchestrator.wiring import ticketing
from dr_orchestrator.wiring.findings import standings
from tests.support.trackers.serving import Fault
from tests.support.trackers.worlds import World, world


@pytest.fixture(params=[TrackerKind.MARKDOWN, TrackerKind.JIRA_CLOUD])
def there(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two findings, and one of a rehearsal; nothing is synced yet."""
    monkeypatch.setenv("DRO_OPERATOR", "ada")
    with world(request.param, tmp_path, monkeypatch) as made:
        made.find("one", "two")
        made.find("three", simulated=True)
        with wiring.using(made.here):
            yield made


def told(capsys: pytest.CaptureFixture[str], *words: str, code: Exit = Exit.PASSED) -> str:
    assert main.run([*words]) == code
    return capsys.readouterr().out


def test_a_sync_tells_what_it_did(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Line by line, and counted; before it, what it would do, which does nothing."""
    name = there.finding("one").fingerprint
    assert f"{name}  check 'rows are there' failed: make a ticket" in told(capsys, "tickets", "sync", "--dry-run")
    planned = json.loads(told(capsys, "tickets", "sync", "--dry-run", "--json"))
    assert planned[0]["would"] == ["make a ticket"]
    assert there.all_there() == []
    assert not there.folder.exists()
    assert there.known("one") is None
    out = told(capsys, "tickets", "sync")
    assert f"{name}  made as {there.ticket('one').ref}" in out
    assert out.splitlines()[-1] == "2 tickets made, 0 found, 0 comments, 0 moved, 0 assigned, 0 left."
    again = json.loads(told(capsys, "tickets", "sync", "--json"))
    assert (again["made"], again["in_line"], again["stopped"]) == ([], True, None)


def test_the_list_tells_how_each_stands(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first sync, after it, after a person closed one there, and after one was deleted."""
    assert "none yet" in told(capsys, "tickets")
    told(capsys, "tickets", "sync")
    out = told(capsys, "tickets")
    assert there.ticket("one").url in out
    assert out.splitlines()[-1].endswith("2 tickets of 2 findings; 1 simulated finding left out.")
    there.clock.sleep(1)
    there.by_hand("close", "one")
    there.by_hand("delete", "two")
    told(capsys, "tickets", "sync", code=Exit.INCONCLUSIVE)
    one, two = (
        next(each for each in json.loads(told(capsys, "tickets", "--json")) if each["finding"] == of.fingerprint)
        for of in (there.finding("one"), there.finding("two"))
    )
    assert (one["closed_by_hand"], one["state"]) == (True, "open")
    assert "a passing retest closes it" in one["to_do"]
    assert "dro tickets anew" in two["to_do"]
    assert two["deleted_at"]
    shown = told(capsys, "finding", "show", there.finding("one").fingerprint)
    assert there.ticket("one").url in shown
    assert "closed by hand, which remediates nothing" in shown
    in_json = json.loads(told(capsys, "finding", "show", there.finding("one").fingerprint, "--json"))
    assert in_json["tickets"][0]["closed"] is True


def test_a_finding_tells_of_its_lost_ticket(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """By its name and since when, what makes another, and that none is made once the finding is closed."""
    told(capsys, "tickets", "sync")
    name, ref = there.finding("one").fingerprint, there.ticket("one").ref
    there.clock.sleep(1)
    there.by_hand("delete", "one")
    told(capsys, "tickets", "sync", code=Exit.INCONCLUSIVE)
    shown = told(capsys, "finding", "show", name)
    assert f"{ref} is not seen there since" in shown
    assert "`dro tickets anew` makes another" in shown
    (of,) = json.loads(told(capsys, "finding", "show", name, "--json"))["tickets"]
    assert (of["ref"], of["lost_at"] is not None) == (ref, True)
    there.clock.sleep(3600)
    there.passes("one")
    assert "none is made anew: the finding is closed" in told(capsys, "finding", "show", name)


def test_a_persons_word_makes_a_deleted_one_anew(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """And is kept with the finding; of one that was not deleted it is refused."""
    told(capsys, "tickets", "sync")
    name = there.finding("two").fingerprint
    told(capsys, "tickets", "anew", name, code=Exit.USAGE)
    there.by_hand("delete", "two")
    told(capsys, "tickets", "sync", code=Exit.INCONCLUSIVE)
    told(capsys, "tickets", "anew", name[:10])
    assert f"{name}  made as" in told(capsys, "tickets", "sync")
    assert "is made anew" in told(capsys, "finding", "show", name)


def test_what_could_not_be_done_is_told_and_ends_with_3(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """With tracker, call and what to do."""
    if there.server is None:
        there.folder.write_text("no folder")
    else:
        there.server.fault = lambda _: Fault.CUT
    out = told(capsys, "tickets", "sync", code=Exit.INCONCLUSIVE)
    assert "ENDED EARLY" in out
    assert there.here.tracker.name.split()[-1] in out
    flowed = ticketing.flowing(there.here)
    assert flowed.fault is not None
    assert flowed.fault.exit_code == Exit.INCONCLUSIVE


def test_a_report_leads_to_the_ticket(there: World) -> None:
    """Beside the finding, with how it stands there; a file of the workspace is named, and no link."""
    there.sync()
    flowed = ticketing.flowing(there.here)
    assert (flowed.made, flowed.fault) == (0, None)
    queries = there.here.ledger.queries
    run = next(each for each in queries.runs() if each.header.drill == "one")
    now = standings(queries, [run], there.here.clock.now())
    ticket, templates = there.ticket("one"), there.here.settings.templates
    html, markdown = run_html(run, templates, now), run_markdown(run, templates, now)
    assert ticket.ref in html
    assert (f'href="{ticket.url}"' in html) is (there.server is not None)
    assert ("](http" in markdown.split("## Findings")[1].split("##")[0]) is (there.server is not None)
    assert "ticket" in markdown

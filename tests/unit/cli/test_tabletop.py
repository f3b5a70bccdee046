"""`dro tabletop`: a record is judged and kept once; what is wrong in it is told by file, line and key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.findings.tracked import RaisedBy, State
from dr_orchestrator.errors import Exit
from dr_orchestrator.wiring.practice import quarter
from tests.support import practice
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import START
from tests.support.practice import RECORD

GAP = "gaps: {no-template: {what: No template, severity: low, owner: Comms}}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """A workspace with a tabletop."""
    monkeypatch.setenv("DRO_OPERATOR", "ada")
    made = practice.home(tmp_path)
    with wiring.using(made):
        yield made


def recorded(here: wiring.App, text: str, capsys: Any, name: str = "record.yaml") -> tuple[int, str, str]:
    """The exit code of recording a text, and what is printed."""
    code = main.run(["tabletop", "record", str(practice.filled(here.settings.home, text, name))])
    told = capsys.readouterr()
    return code, told.out, told.err


def shown(name: str, capsys: Any, *options: str) -> str:
    """The words of `dro tabletop show`."""
    assert main.run(["tabletop", "show", name, *options]) == Exit.PASSED
    out: str = capsys.readouterr().out
    return out


def test_a_record_is_kept_once(here: wiring.App, capsys: Any) -> None:
    """The same again changes nothing, however its file is laid out."""
    code, out, _ = recorded(here, RECORD + GAP, capsys)
    assert code == Exit.PASSED
    assert "PASSED WITH FINDINGS  The shop is lost (2 of 2 met, lowest P)" in out
    before = here.ledger.practice.records(), here.ledger.queries.findings()
    code, out, _ = recorded(here, f"# again\n\n{RECORD}{GAP}", capsys)
    assert (code, "nothing changed" in out) == (Exit.PASSED, True)
    assert (here.ledger.practice.records(), here.ledger.queries.findings()) == before
    (finding,) = before[1]
    assert (finding.raised_by, finding.service, finding.owner) == (RaisedBy.TABLETOP, "shop", "Comms")


def test_a_changed_record_supersedes_with_a_reason(here: wiring.App, capsys: Any) -> None:
    """Without one nothing is kept; with one both are, and the first again changes nothing."""
    recorded(here, RECORD, capsys)
    changed = RECORD.replace("told: {rating: P", "told: {note: late, rating: S")
    code, _, err = recorded(here, changed, capsys)
    assert code == Exit.USAGE
    assert "record.yaml:1: '2026-q4' of shop-lost is kept already" in err
    assert "add `correction:`" in err
    assert len(here.ledger.practice.records()) == 1
    code, out, _ = recorded(here, changed + "correction: misheard\n", capsys)
    first, second = here.ledger.practice.records()
    assert code == Exit.PASSED
    assert f"supersedes {first.id}, which is kept, too" in out
    assert (second.supersedes, second.correction) == (first.id, "misheard")
    recorded(here, RECORD, capsys)
    assert here.ledger.practice.records() == [first, second]
    assert f"superseded by  {second.id}" in shown(first.id, capsys)
    assert f"supersedes  {first.id}: misheard" in shown(second.id, capsys)
    told = json.loads(shown(first.id, capsys, "--json")), json.loads(shown(second.id, capsys, "--json"))
    assert [each["superseded_by"] for each in told] == [second.id, None]
    now = here.clock.now()
    rows = quarter.people_rows(here, second.ended, now + timedelta(days=1), now)
    assert [each.correction for each in rows if each.name == "shop-lost"] == ["misheard"]
    assert here.ledger.practice.tabletop(first.id)[1].sitting.ratings[1].note == ""


FAILED = RECORD.replace("P, by: Eva", "U, note: x, by: Eva")


def test_a_sitting_is_not_told_anew_under_another_name(here: wiring.App, capsys: Any) -> None:
    """One that failed stays the one that was held then, until a correction says why."""
    recorded(here, FAILED, capsys)
    code, _, err = recorded(here, RECORD.replace("2026-q4", "again"), capsys)
    assert (code, len(here.ledger.practice.records())) == (Exit.USAGE, 1)
    assert "record.yaml:3:started: '2026-q4' of shop-lost was held then" in err
    assert recorded(here, RECORD + "correction: misheard\n", capsys)[0] == Exit.PASSED


def test_a_record_is_judged_by_the_plan_of_its_day(here: wiring.App, capsys: Any) -> None:
    """Recorded again, or corrected, after the plan was loosened, it is what it was."""
    recorded(here, FAILED, capsys)
    plan = here.settings.drills / "tabletops" / "shop-lost.yaml"
    plan.write_text(plan.read_text().replace(", critical: true", ""))
    code, out, _ = recorded(here, FAILED, capsys)
    assert (code, "because  the critical criterion 'declared'" in out) == (Exit.FAILED, True)
    page = here.settings.generated / f"{here.ledger.practice.records()[0].id}.json"
    assert json.loads(page.read_text())["verdict"] == "FAILED"
    assert recorded(here, FAILED + "correction: a typo\n", capsys)[0] == Exit.FAILED


def test_a_later_sitting_closes_what_it_shows_mended(here: wiring.App, capsys: Any) -> None:
    """A rehearsal closes nothing; nor does a record that comes late reopen what a later one closed."""
    recorded(here, RECORD + GAP, capsys)
    later = RECORD.replace("2026-q4", "2026-q4-b").replace("2026-11-19", "2026-11-20").replace("T09", "T07")
    later = later.replace("T10", "T08") + "mended: {no-template: it was used}\n"
    rehearsed = later.replace("2026-q4-b", "try").replace("T07", "T05").replace("T08", "T06")
    recorded(here, rehearsed + "rehearsal: true\n", capsys)
    assert [each.state for each in here.ledger.queries.findings()] == [State.OPEN]
    recorded(here, later, capsys)
    assert [each.state for each in here.ledger.queries.findings()] == [State.REMEDIATED]
    recorded(here, RECORD + GAP + "questions: [why]\ncorrection: one was forgotten\n", capsys)
    assert [each.state for each in here.ledger.queries.findings()] == [State.REMEDIATED]


def test_what_nobody_told_of_cannot_be_mended(here: wiring.App, capsys: Any) -> None:
    """A name that is misspelt would close nothing, and nobody would see."""
    code, _, err = recorded(here, RECORD + "mended: {no-templat: x}\n", capsys)
    assert code == Exit.USAGE
    assert "record.yaml:20:mended.no-templat: no record of shop-lost ever told of 'no-templat'" in err


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("ended: 2026-11-19T10", "ended: 2026-11-19T08", "4:ended: it ended before it began"),
        ("ended: 2026-11-19T10", "ended: 2026-11-29T10", "4:ended: it has not ended: it is 2026-11-20T09:00:00Z now"),
        ("at: 2026-11-19T09:20", "at: 2026-11-19T11:20", "11:injects.press.at: 2026-11-19T11:20:00Z is not within"),
        ("at: 2026-11-19T09:10", "at: 2026-11-18T09:10", "17:decisions[0].at: 2026-11-18T09:10:00Z is not within"),
        ("press: {at", "pres: {at", "11:injects.pres: the plan has no inject 'pres' (did you mean 'press'?)"),
        ("response: 4m", "response: 90m", "10:injects.alarm.response: they answered after it had ended"),
        ("told: {rating", "tolt: {rating", "14:criteria.tolt: the plan has no criterion 'tolt'"),
        ("by: Eva Stone", "by: Pia", "13:criteria.declared.by: Pia did not attend as an evaluator"),
        (", by: Eva Stone", "", "13:criteria.declared.by: 'by' is missing"),
        ("rating: P, by: Eva", "rating: A, by: Eva", "13:criteria.declared.rating: 'A' is not a rating"),
        (
            "They answered., rating: P",
            "They fled., rating: U",
            "14:criteria.told: it is rated P, better than an",
        ),
        ("{person: Pat,", "{person: 'STONE, Eva',", "7:attendance.evaluator: STONE, Eva is evaluator"),
        ("{person: Pia,", "{person: Pіa,", "8:attendance.player[0].person: its letters are of several scripts"),
        ("{person: Tom, mode: remote}", "{person: Tom}", "6:attendance.facilitator[0]: nobody says how Tom took part"),
        ("inject: alarm", "inject: nudge", "15:declared.inject: 'nudge' was not delivered"),
        ("at: 2026-11-19T09:04:00Z, by: Pia", "at: 2026-11-19T09:04:00Z, by: STONE Eva", "15:declared.by: STONE Eva"),
        ("who: Pia", "who: eva stone", "17:decisions[0].who: eva stone attended as an evaluator"),
        ("at: 2026-11-19T09:04", "at: 2026-11-19T08:04", "15:declared.at: 2026-11-19T08:04:00Z is not within"),
        ("{reached: true, after: 4m}", "{reached: true}", "19:contacts.on-call: nobody says after how long"),
        ("reached: true", "reached: false", "19:contacts.on-call.after: they were not reached"),
        ("on-call: {reached", "call: {reached", "19:contacts.call: the plan has no contact 'call'"),
        ("shop-lost", "shop-last", "1:tabletop: there is no tabletop 'shop-last' (did you mean 'shop-lost'?)"),
        ("sitting: 2026-q4", "sitting: Q 4", "2:sitting: 'Q 4' is not the name of a sitting"),
        ("started: 2026-11-19T09:00:00Z", "started: 2026-11-19T09:00:00", "3:started: '2026-11-19T09:00:00' is not"),
    ],
)
def test_a_mistake_is_told_by_its_place(here: wiring.App, capsys: Any, old: str, new: str, told: str) -> None:
    """File, line and key; and nothing is kept."""
    assert old in RECORD
    code, _, err = recorded(here, RECORD.replace(old, new, 1), capsys)
    assert code == Exit.USAGE
    assert f"record.yaml:{told}" in err
    assert here.ledger.practice.records() == []


def test_all_mistakes_are_told_at_once(here: wiring.App, capsys: Any) -> None:
    """Nobody mends one to meet the next."""
    text = RECORD.replace("press: {at", "pres: {at").replace("reached: true", "reached: false")
    _, _, err = recorded(here, text, capsys)
    assert err.count("record.yaml:") == 2


def test_an_unfilled_draft_is_refused_gap_by_gap(here: wiring.App, capsys: Any) -> None:
    """And a draft overwrites nothing that somebody filled in."""
    out = here.settings.home / "draft.yaml"
    assert main.run(["tabletop", "blank", "shop-lost", "--out", str(out)]) == Exit.PASSED
    assert main.run(["tabletop", "blank", "shop-lost", "--out", str(out)]) == Exit.USAGE
    capsys.readouterr()
    code, _, err = recorded(here, out.read_text(), capsys)
    assert code == Exit.USAGE
    assert "record.yaml:5:started: a gap: when, with its zone" in err
    assert err.count("a gap:") == out.read_text().count("GAP:")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("tabletop: shop-lost", "tabletop: shop", "1:tabletop: the file is shop-lost.yaml, and it says 'shop'"),
        ("services: [shop]", "services: [shp]", "4:services[0]: there is no service 'shp' (did you mean 'shop'?)"),
        ("criterion: told", "criterion: tld", "17:injects.press.criterion: there is no criterion 'tld'"),
        (", criterion: told", "", "13:criteria.told: no inject puts 'told' to the proof"),
        ("{person: Eva Stone, deputy: Ed}", "{person: pat}", "9:roles.evaluator: Pat is evaluator"),
        ("  facilitator: {person: Tom}\n", "", "nobody is facilitator"),
    ],
)
def test_a_plan_is_checked_by_dro_check(here: wiring.App, capsys: Any, old: str, new: str, told: str) -> None:
    """With the drill files."""
    plan = here.settings.drills / "tabletops" / "shop-lost.yaml"
    plan.write_text(plan.read_text().replace(old, new, 1))
    assert main.run(["check"]) == Exit.USAGE
    printed = capsys.readouterr()
    assert told in printed.out + printed.err


def test_a_record_is_shown_with_all_of_it(here: wiring.App, capsys: Any) -> None:
    """By the beginning of its id; its pages escape whatever people wrote."""
    recorded(here, RECORD.replace("They declared.", "'<script>alert(1)</script>'"), capsys)
    assert main.run(["tabletop", "show", "tabletop-shop", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["coverage"], told["score"]["met"]) == ("PASSED", False, 2)
    assert told["sitting"]["contacts"][0]["after_s"] == 240
    assert [each["response_s"] for each in told["sitting"]["injects"]] == [240, None]
    assert (told["sitting_name"], told["score_words"]) == ("2026-q4", "2 of 2 met, lowest P")
    page = (here.settings.generated / f"{told['id']}.html").read_text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "never as a restore" in (here.settings.generated / f"{told['id']}.md").read_text()
    assert main.run(["tabletop", "show", "nothing"]) == Exit.USAGE


def test_only_what_passed_moves_the_date(here: wiring.App, capsys: Any) -> None:
    """Neither a rehearsal, nor one that failed or was inconclusive."""

    def standing() -> tuple[str, str]:
        assert main.run(["reviews", "--json"]) == Exit.PASSED
        (found,) = (each for each in json.loads(capsys.readouterr().out) if each["kind"] == "tabletop")
        return found["standing"], found["until"]

    assert standing() == ("due", "2027-01-01T00:00:00Z")

    def on(day: int, name: str) -> str:
        return RECORD.replace("2026-q4", name).replace("2026-11-19", f"2026-11-{day}")

    recorded(here, on(16, "a") + "rehearsal: true\n", capsys)
    failed = on(17, "b").replace("P, by: Eva", "U, note: x, by: Eva")
    unrated = on(18, "c").replace("  told: {rating: P, by: eva stone}\n", "")
    assert [recorded(here, each, capsys)[0] for each in (failed, unrated)] == [Exit.FAILED, Exit.INCONCLUSIVE]
    assert standing() == ("due", "2027-01-01T00:00:00Z")
    recorded(here, RECORD, capsys)
    assert standing() == ("done", "2027-07-01T00:00:00Z")


def test_it_is_due_in_the_next_period_and_overdue_after_it(here: wiring.App, capsys: Any) -> None:
    """By nothing but the clock."""
    recorded(here, RECORD, capsys)
    for days, wanted in ((30, "done"), (60, "due"), (300, "overdue")):
        later = wiring.App(here.settings, FakeClock(START + timedelta(days=days)))
        with wiring.using(later):
            assert main.run(["reviews", "--json"]) == Exit.PASSED
            assert json.loads(capsys.readouterr().out)[0]["standing"] == wanted


def test_a_file_with_mistakes_is_told_in_the_quarters_report(here: wiring.App, capsys: Any) -> None:
    """Which is made all the same, of what can be read."""
    (here.settings.drills / "tabletops" / "bad.yaml").write_text("tabletop: bad\n")
    assert main.run(["programme", "--format", "json", "--out", str(here.settings.home)]) == Exit.PASSED
    people = json.loads(Path(capsys.readouterr().out.strip()).read_text())["people"]
    assert people["planned"] == 2
    told = people["exercises"][-1]
    assert (told["name"], told["standing"]) == ("drills/tabletops/bad.yaml", "cannot be read")


def test_the_quarters_report_tells_it(here: wiring.App, capsys: Any) -> None:
    """Beside the review that nobody held; in no figure of coverage."""
    recorded(here, RECORD + GAP, capsys)
    assert main.run(["programme", "--format", "json", "--out", str(here.settings.home)]) == Exit.PASSED
    told = json.loads(Path(capsys.readouterr().out.strip()).read_text())
    people = told["people"]
    assert (people["planned"], people["held"], people["contacts_reached"], people["gaps_open"]) == (2, 1, 1, 1)
    assert (people["contacts_median_s"], people["exercises"][0]["verdict"]) == (240, "PASSED WITH FINDINGS")
    assert people["exercises"][1]["standing"] == "due"
    assert told["answer"] != "PROVEN"

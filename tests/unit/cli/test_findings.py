"""`dro findings` and `dro finding`: what is to be remediated, overdue first, and what a person says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import settings, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.ledger.ledger import SqlLedger
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import START, write
from tests.support.tracked import APPROVER, DAY, DEADLINES, HOUR, found, run

GRAVE, MILD = found(), found("another", Severity.LOW)
LONG_AGO = START - 20 * DAY


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlLedger]:
    """A workspace whose clock stands at START, an hour after a run found something, and 20 days after another did."""
    workspace.write(tmp_path)
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    monkeypatch.setenv("DRO_OPERATOR", "ada")
    for name in ("DRO_DATABASE_URL", "DRO_CLOCK_PACE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    here = wiring.App(settings.load(), FakeClock(START))
    here.ledger.findings.deadlines = lambda: DEADLINES
    write(here.ledger, run("r-old", LONG_AGO, Verdict.FAILED, findings=[GRAVE], measured=False))
    write(here.ledger, run("r-new", START - HOUR, Verdict.PASSED_WITH_FINDINGS, drill="another", findings=[MILD]))
    with wiring.using(here):
        yield here.ledger


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    assert main.run(["findings", "--json", *options]) == Exit.PASSED
    told: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return told


def names(found: list[dict[str, Any]]) -> list[str]:
    return [each["fingerprint"] for each in found]


def shown(capsys: pytest.CaptureFixture[str], name: str = GRAVE.fingerprint) -> dict[str, Any]:
    assert main.run(["finding", "show", name, "--json"]) == Exit.PASSED
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_what_is_overdue_comes_first(ledger: SqlLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """In the table with its date and age; the last line counts what is late, and what lacks an owner or a date."""
    write(ledger, run("r-0", START - HOUR, Verdict.FAILED, drill="d", findings=[found("d", owner="")], tier=7))
    assert main.run(["findings"]) == Exit.PASSED
    lines = capsys.readouterr().out.splitlines()
    assert GRAVE.fingerprint[:8] in lines[1]
    assert "OVERDUE since 2026-11-07" in lines[1]
    assert "19 days" in lines[1]
    assert "no owner" in lines[2]
    assert lines[-1] == "3 findings: 1 overdue, 1 with no owner, 1 with no due date."


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), Exit.PASSED),
        (("--fail-on", "overdue"), Exit.FAILED),
        (("--fail-on", "overdue", "--severity", "low"), Exit.PASSED),
        (("--fail-on", "live", "--severity", "low"), Exit.FAILED),
        (("--fail-on", "live", "--severity", "medium"), Exit.PASSED),
    ],
)
@pytest.mark.usefixtures("ledger")
def test_a_pipeline_can_be_made_to_fail_of_what_is_listed(options: tuple[str, ...], code: Exit) -> None:
    """Of what is overdue, or of whatever has to be worked on; nothing fails unasked."""
    assert main.run(["findings", *options]) == code
    assert main.run(["findings", "--json", *options]) == code


def test_an_empty_list_says_so(ledger: SqlLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """And is no mistake."""
    assert main.run(["findings", "--severity", "medium"]) == Exit.PASSED
    assert capsys.readouterr().out == "0 findings: 0 overdue.\n"
    assert ledger.queries.findings()


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ([], [GRAVE, MILD]),
        (["--overdue"], [GRAVE]),
        (["--severity", "low"], [MILD]),
        (["--severity", "low", "--severity", "high"], [GRAVE, MILD]),
        (["--service", "orders"], [GRAVE, MILD]),
        (["--service", "shop"], []),
        (["--state", "open"], [GRAVE, MILD]),
        (["--state", "in-progress", "--state", "remediated"], []),
    ],
)
def test_a_list_is_narrowed(
    ledger: SqlLedger, capsys: pytest.CaptureFixture[str], options: list[str], wanted: list[Any]
) -> None:
    """By state, service, severity, or to what is overdue."""
    assert ledger
    assert names(listed(capsys, *options)) == [each.fingerprint for each in wanted]


def test_what_is_closed_is_listed_where_that_is_asked_for(
    ledger: SqlLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its state, or with --all, last; with the run that was its retest."""
    write(ledger, run("r-3", START - HOUR))
    assert names(listed(capsys)) == [MILD.fingerprint]
    assert names(listed(capsys, "--all")) == [MILD.fingerprint, GRAVE.fingerprint]
    (closed,) = listed(capsys, "--state", "remediated")
    assert (closed["fingerprint"], closed["retest"], closed["overdue"]) == (GRAVE.fingerprint, "r-3", False)


def test_an_acceptance_that_ran_out_is_listed_as_open(ledger: SqlLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """By nothing but the clock."""
    given = ["--by", APPROVER, "--reason", "old", "--until", "2026-11-21"]
    assert main.run(["finding", "accept", GRAVE.fingerprint, *given]) == Exit.PASSED
    capsys.readouterr()
    assert [each["accepted"]["by"] for each in listed(capsys, "--state", "accepted")] == [APPROVER]
    assert names(listed(capsys, "--state", "open")) == [MILD.fingerprint]
    later = wiring.App(settings.load(), FakeClock(START + 2 * DAY))
    with wiring.using(later):
        assert listed(capsys, "--state", "accepted") == []
        assert names(listed(capsys, "--state", "open")) == [GRAVE.fingerprint, MILD.fingerprint]
    assert ledger


def test_a_service_that_nobody_knows_is_refused(ledger: SqlLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """With those that there are: a list that is empty for a typo would look like good news."""
    assert ledger
    assert main.run(["findings", "--service", "ordres"]) == Exit.USAGE
    assert "there are orders, shop" in capsys.readouterr().err


def test_a_finding_is_shown_with_all_that_became_of_it(ledger: SqlLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """By the beginning of its fingerprint; each line of its history with when, who and what."""
    short = GRAVE.fingerprint[:6]
    assert ledger
    for words in (
        ["assign", short, "--to", "Storage team", "--due", "2026-12-24", "--reason", "holidays"],
        ["start", short],
    ):
        assert main.run(["finding", *words]) == Exit.PASSED
    assert main.run(["finding", "note", short, "--text", "asked the provider"]) == Exit.PASSED
    capsys.readouterr()
    assert main.run(["finding", "show", short]) == Exit.PASSED
    told = capsys.readouterr().out
    for line in (
        f"{GRAVE.fingerprint}  HIGH: {GRAVE.title}",
        "in progress for 19 days, due 2026-12-24",
        "Storage team",
        "2026-10-31 10:00 UTC  dro  raised: check 'rows are there' failed (r-old)",
        "2026-11-20 09:00 UTC  ada  assigned: to Storage team (before payments), due 2026-12-24",
        "ada  started",
        "ada  noted: asked the provider",
    ):
        assert line in told
    whole = shown(capsys, short)
    assert [(each["who"], each["by_person"]) for each in whole["history"]] == [("dro", False)] + [("ada", True)] * 3
    assert (whole["owner"], whole["due_at"]) == ("Storage team", "2026-12-24T23:59:59.999999Z")


def test_several_are_changed_at_once_or_none(ledger: SqlLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """What refuses names the finding, what is wrong and what to do."""
    both = [GRAVE.fingerprint, MILD.fingerprint]
    assert main.run(["finding", "start", MILD.fingerprint]) == Exit.PASSED
    assert main.run(["finding", "start", *both]) == Exit.USAGE
    told = capsys.readouterr().err
    assert f"finding {MILD.fingerprint}" in told
    assert "in progress already" in told
    assert "nothing was changed" in told
    assert {each["state"] for each in listed(capsys)} == {"open", "in progress"}
    evidence = ["--evidence", "ten restores in a row"]
    assert main.run(["finding", "not-reproducible", *both, both[0], *evidence]) == Exit.PASSED
    capsys.readouterr()
    assert listed(capsys) == []
    assert ledger


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["accept", "{}", "--by", "payments", "--reason", "old", "--until", "2027-01-31"], "who cannot accept it"),
        (["accept", "{}", "--by", "Grace", "--reason", " ", "--until", "2027-01-31"], "for a reason"),
        (["accept", "{}", "--by", "Grace", "--reason", "old", "--until", "2026-11-19"], "which is past"),
        (["accept", "{}", "--by", "Grace", "--reason", "old", "--until", "soon"], "does not match the format"),
        (["accept", "{}", "--by", "Grace", "--until", "2027-01-31"], "--reason"),
        (["not-reproducible", "{}", "--evidence", " "], "closed by evidence"),
        (["assign", "{}"], "--to NAME, --due DATE"),
        (["start", "ffff"], "there is no finding 'ffff'"),
        (["start"], "FINGERPRINT"),
        (["remediate", "{}"], "No such command"),
    ],
)
def test_what_is_not_allowed_is_wrong_usage(
    ledger: SqlLedger, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    """Nothing is changed, and nobody remediates anything by a command."""
    assert main.run(["finding", *(each.format(GRAVE.fingerprint) for each in words)]) == Exit.USAGE
    assert told in capsys.readouterr().err
    assert len(shown(capsys)["history"]) == 1
    assert ledger


def test_what_lacks_still_is_told_with_the_change(ledger: SqlLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """An owner or a due date that nobody gave is no secret."""
    nobodys = found("d", owner="")
    write(ledger, run("r-0", START - HOUR, Verdict.FAILED, drill="d", findings=[nobodys], simulated=True, tier=7))
    assert main.run(["finding", "start", nobodys.fingerprint]) == Exit.PASSED
    told = capsys.readouterr().out
    assert "SIMULATED: no evidence" in told
    assert "no owner, no due date: `dro finding assign`" in told
    assert main.run(["finding", "show", nobodys.fingerprint]) == Exit.PASSED
    assert "no owner: `dro finding assign` names one" in capsys.readouterr().out


def test_who_acts_is_said_in_one_line(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that is none is refused; without one it is the user of this machine."""
    monkeypatch.setenv("DRO_OPERATOR", "ada\nremediated by r-9")
    assert main.run(["finding", "start", GRAVE.fingerprint]) == Exit.USAGE
    assert "DRO_OPERATOR" in capsys.readouterr().err
    monkeypatch.delenv("DRO_OPERATOR")
    monkeypatch.setattr("getpass.getuser", lambda: "grace")
    assert main.run(["finding", "start", GRAVE.fingerprint]) == Exit.PASSED
    capsys.readouterr()
    assert shown(capsys)["history"][-1]["who"] == "grace"
    assert ledger


def test_a_run_tells_how_its_findings_stand(
    ledger: SqlLedger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In its JSON and its report, as of when that is rendered."""
    assert ledger
    assert main.run(["finding", "start", GRAVE.fingerprint]) == Exit.PASSED
    capsys.readouterr()
    assert main.run(["show", "r-old", "--json"]) == Exit.PASSED
    (told,) = json.loads(capsys.readouterr().out)["findings"]
    assert (told["state"], told["overdue"], told["due_at"]) == ("in progress", True, "2026-11-07T10:00:00.123457Z")
    assert main.run(["report", "r-old", "--out", str(tmp_path / "out")]) == Exit.PASSED
    assert "OVERDUE since 2026-11-07" in (tmp_path / "out" / "r-old.md").read_text()
    assert "<strong>in progress for" in (tmp_path / "out" / "r-old.html").read_text()

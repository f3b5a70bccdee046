"""`dro review`: a machine looks, somebody signs who had no part in it, and nothing of it counts as a restore."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.findings.tracked import RaisedBy, State
from dr_orchestrator.domain.posture.facts import Protection, Unknown, nothing_known
from dr_orchestrator.errors import Exit
from dr_orchestrator.ledger.practice import SqlPractice
from dr_orchestrator.wiring.estate.reading import Reading
from dr_orchestrator.wiring.practice import reviewing
from dr_orchestrator.wiring.practice.documents import see_files
from tests.support import practice
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import START
from tests.support.link_server import links
from tests.support.practice import ANSWERS

THERE = Protection(created_at=datetime(2025, 1, 1, tzinfo=UTC))
GONE, DENIED = nothing_known(Unknown("no such", missing=True)), nothing_known(Unknown("no right", denied=True))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """A workspace with a review, whose resources are there, on AWS itself as far as it knows."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("DRO_OPERATOR", "ada")
    made = practice.home(tmp_path)
    by_endpoint = mock.patch.object(reviewing, "is_simulated", lambda at, of: of.simulated(at.types.services))
    with wiring.using(made), seen(THERE), by_endpoint:  # the clock of tests is none of AWS's
        yield made


def seen(*of: Protection) -> Any:
    """Within: the resources are seen so, the last of these for all that follow."""

    def told(_reading: Reading, wanted: list[Any]) -> list[Protection]:
        return [of[min(at, len(of) - 1)] for at, _ in enumerate(wanted)]

    return mock.patch.object(Reading, "all", told)


def looked(capsys: Any, by: str = "Rita") -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of a look."""
    code = main.run(["review", "run", "runbook", "--by", by, "--json"])
    out = capsys.readouterr().out
    return code, json.loads(out) if out else {}


def outcomes(told: dict[str, Any], check: str) -> list[tuple[str, str]]:
    return [(each["outcome"], each["told"]) for each in told["results"] if each["check"] == check]


def signed(here: wiring.App, capsys: Any, text: str, by: str = "Rita") -> tuple[int, str, str]:
    """The exit code of signing a text, and what is printed; LOOK is the newest look."""
    newest = here.ledger.practice.newest_look("runbook")
    file = practice.filled(here.settings.home, text.replace("LOOK", newest.id if newest else "none"), "answers.yaml")
    code = main.run(["review", "sign", str(file), "--by", by])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_look_tells_all_that_a_machine_can(here: wiring.App, capsys: Any) -> None:
    """What nobody knows is told as that, and never green."""
    code, told = looked(capsys)
    assert (code, told["simulated"]) == (Exit.PASSED, False)
    assert outcomes(told, "document") == [("passed", "38 bytes")]
    assert outcomes(told, "links") == [("passed", "it is there")]
    assert outcomes(told, "drilled") == [("inconclusive", "not known: no run on AWS has passed")]
    assert outcomes(told, "resources") == [("passed", "there since 2025-01-01")] * 3
    assert outcomes(told, "contacts") == [("passed", "Ada, else Bo")]
    assert [each for each, _ in outcomes(told, "contacts-age")] == ["passed", "inconclusive"]
    assert outcomes(told, "champion") == [("passed", "Ada is among the contacts")]
    assert outcomes(told, "reviewed") == [("passed", "its file says 2026-10-01")]
    assert here.ledger.practice.newest_look("runbook") is not None


@pytest.mark.parametrize(("of", "outcome"), [(GONE, "failed"), (DENIED, "inconclusive")])
def test_a_resource_that_is_gone_fails_and_one_that_may_not_be_asked_does_not(
    here: wiring.App, capsys: Any, of: Protection, outcome: str
) -> None:
    """And a review for which resources are mandatory ends as they do."""
    plan = here.settings.drills / "reviews" / "runbook.yaml"
    plan.write_text(plan.read_text().replace("[document,", "[resources,"))
    with seen(of, THERE):
        code, told = looked(capsys)
    assert [each for each, _ in outcomes(told, "resources")] == [outcome, "passed", "passed"]
    assert code == (Exit.FAILED if outcome == "failed" else Exit.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("old", "new", "check", "told"),
    [
        (
            "resources:\n",
            'objectives: {application: {rto: "< 9h", rpo: "< 1h"}}\nresources:\n',
            "objectives",
            "its RTO is looser than the tier's, and nobody says why",
        ),
        (
            "resources:\n",
            'objectives: {region: {rto: none, rpo: "<= 1h"}}\nresources:\n',
            "objectives",
            "its RTO and RPO are looser than the tier's, and nobody says why",
        ),
        (
            ", deputies: [Bo]}\n  - {name: Bo,",
            "}\n  - {name: ADA,",
            "contacts",
            "nobody can be reached where Ada is away",
        ),
        ("dr_champion: Ada", "dr_champion: Zoe", "champion", "Zoe is not among the contacts"),
        ("verified: 2026-11-01", "verified: 2026-01-01", "contacts-age", "verified on 2026-01-01"),
        ("reviewed: 2026-10-01", "reviewed: 2026-05-01", "reviewed", "its file says 2026-05-01"),
        ("reviewed: 2026-10-01", "reviewed: 2027-05-01", "reviewed", "its file says 2027-05-01, which is not yet"),
    ],
)
def test_what_the_drill_files_say_is_held_to_the_policy(
    here: wiring.App, capsys: Any, old: str, new: str, check: str, told: str
) -> None:
    """And each defect is told."""
    shop = here.settings.drills / "shop.yaml"
    assert old in shop.read_text()
    shop.write_text(shop.read_text().replace(old, new, 1))
    assert ("failed", told) in outcomes(looked(capsys)[1], check)


def test_a_deputy_is_whom_the_contact_names(here: wiring.App, capsys: Any) -> None:
    """In the order in which they are named, whoever is called next."""
    shop = here.settings.drills / "shop.yaml"
    third = shop.read_text().replace("reach: '1'}", "reach: '1'}\n  - {name: Cy, role: lead, reach: '2'}")
    shop.write_text(third.replace("deputies: [Bo]", "deputies: [Cy, Bo]"))
    assert outcomes(looked(capsys)[1], "contacts") == [("passed", "Ada, else Cy, Bo")]


def test_a_deputy_is_never_guessed(here: wiring.App, capsys: Any) -> None:
    """Another contact is none by standing there, nor by a role that says so: that is not known, and not green."""
    shop = here.settings.drills / "shop.yaml"
    shop.write_text(shop.read_text().replace(", deputies: [Bo]", "").replace("role: on-call", "role: deputy"))
    code, told = looked(capsys)
    not_known = "nobody says who acts where Ada is away: add `deputies:`"
    assert (code, outcomes(told, "contacts")) == (Exit.INCONCLUSIVE, [("inconclusive", not_known)])


def test_a_looser_objective_with_a_reason_is_no_defect(here: wiring.App, capsys: Any) -> None:
    """The reason is told."""
    shop = here.settings.drills / "shop.yaml"
    own = 'objectives: {application: {rto: "< 9h", rpo: "< 1h", reason: we are few}}\nresources:\n'
    shop.write_text(shop.read_text().replace("resources:\n", own, 1))
    assert outcomes(looked(capsys)[1], "objectives") == [("passed", "looser than the tier's: we are few")]


@pytest.mark.parametrize(
    ("text", "check", "found"),
    [
        ("[a](missing.md)", "links", [("failed", "there is no such file in the workspace")]),
        ("[a](../../../etc/passwd)", "links", [("failed", "it leads out of the workspace")]),
        ("[a](http://[foo)", "links", [("failed", "it is no address")]),
        ("[a](a%00b.md)", "links", [("failed", "there is no such file")]),
        (f"[a]({'a' * 300}.md)", "links", [("failed", "there is no such file")]),
        ("[a](notes:gone.md)", "links", [("inconclusive", "nobody asks what is of notes:")]),
        ("[a](shop.yaml?token=b#c)", "links", [("passed", "it is there")]),
        ("[a](#part) [b](mailto:a@example.com)", "links", [("passed", "it has none")]),
        ("[a](http://10.1.2.3/)", "links", [("inconclusive", "10.1.2.3 is 10.1.2.3, within a network that is not")]),
        (None, "document", [("failed", "there is no such file in the workspace")]),
    ],
)
def test_links_and_the_document_itself_are_looked_at(
    here: wiring.App, capsys: Any, text: str | None, check: str, found: list[tuple[str, str]]
) -> None:
    """Within the workspace, and nowhere else of this machine."""
    document = here.settings.drills / "runbook.md"
    document.unlink() if text is None else document.write_text(text)
    told = outcomes(looked(capsys)[1], check)
    assert [(outcome, why[: len(wanted)]) for (outcome, why), (_, wanted) in zip(told, found, strict=True)] == found


def test_a_document_of_an_address_is_fetched(here: wiring.App, capsys: Any) -> None:
    """Its digest is known where it is text; a page that is made anew each time has none."""
    plan = here.settings.drills / "reviews" / "runbook.yaml"
    with links() as served:
        served.documents["a.md"] = ("text/markdown; charset=utf-8", b"[b](/status/404) [c](/status/200?token=secret)")
        served.documents["a.html"] = ("text/html", b"<p>hello</p>")
        allowed = f"allow_hosts: [127.0.0.1:{served.port}]\n"
        plan.write_text(practice.REVIEW.replace("drills/runbook.md", served.url("a.md")) + allowed)
        told = looked(capsys)[1]
        assert outcomes(told, "links") == [("failed", "answered 404"), ("passed", "answered 200")]
        assert "secret" not in json.dumps(told)
        assert len(told["digest"]) == 64
        plan.write_text(practice.REVIEW.replace("drills/runbook.md", served.url("a.html")) + allowed)
        page = looked(capsys)[1]
        assert (page["digest"], outcomes(page, "document")[0][0]) == ("", "passed")
        assert outcomes(page, "links") == [("inconclusive", "only those of Markdown can be told")]


def test_a_document_is_held_to_that_which_was_last_drilled(here: wiring.App, capsys: Any) -> None:
    """As the run itself saw it, however often it was changed since; where nobody saw it that is not known."""
    green = mock.patch.object(SqlPractice, "newest_green", lambda *_: ("r-1", START - timedelta(hours=1)))
    document = here.settings.drills / "runbook.md"
    before = document.read_text()
    with green:
        not_known = "not known: nobody saw which one held as run r-1 ended"
        assert outcomes(looked(capsys)[1], "drilled") == [("inconclusive", not_known)]
        see_files(here, "r-1", "shop")
        assert outcomes(looked(capsys)[1], "drilled") == [("passed", "as it was when run r-1 passed on 2026-11-20")]
        document.write_text("# Changed\n")
        see_files(here, "r-2", "another")
        told = outcomes(looked(capsys)[1], "drilled")
        assert told == [("failed", "changed since run r-1 passed on 2026-11-20")]
        document.write_text(before)
        assert outcomes(looked(capsys)[1], "drilled")[0][0] == "passed"


def test_a_mistake_in_a_declaration_is_in_no_runs_way(here: wiring.App, caplog: pytest.LogCaptureFixture) -> None:
    """It is told, and the run ends as it would."""
    (here.settings.drills / "reviews" / "runbook.yaml").write_text("review: [")
    see_files(here, "r-1", "shop")
    assert "which documents held as run r-1 ended is not kept" in caplog.text
    assert here.ledger.practice.sightings("drills/runbook.md") == []


def test_what_a_path_raises_is_in_no_runs_way(here: wiring.App, caplog: pytest.LogCaptureFixture) -> None:
    """A document that leads to itself, or a defect of ours."""
    document = here.settings.drills / "runbook.md"
    document.unlink()
    document.symlink_to("runbook.md")
    see_files(here, "r-1", "shop")
    with mock.patch.object(SqlPractice, "see", side_effect=RuntimeError("a defect")):
        document.unlink()
        document.write_text("# Runbook\n")
        see_files(here, "r-2", "shop")
    assert "which documents held as run r-2 ended is not kept: a defect" in caplog.text


def test_no_secret_of_an_address_is_kept(here: wiring.App, capsys: Any) -> None:
    """Neither of the document's own, nor of its links; and it is asked by the whole of it."""
    plan = here.settings.drills / "reviews" / "runbook.yaml"
    with links() as served:
        served.documents["a.md?token=sesame"] = served.documents["a.md"] = ("text/markdown", b"[b](c.md#x=sesame)")
        address, allowed = served.url("a.md"), f"allow_hosts: [127.0.0.1:{served.port}]\n"
        plan.write_text(practice.REVIEW.replace("drills/runbook.md", f"{address}?token=sesame") + allowed)
        told = looked(capsys)[1]
        assert (told["document"], "sesame" in json.dumps(told)) == (address, False)
        assert any("token=sesame" in path for _, path, _ in served.asked)
        assert signed(here, capsys, ANSWERS)[0] == Exit.PASSED
    kept = here.ledger.practice.review("latest")[1]
    assert "sesame" not in repr(kept)
    assert all(b"sesame" not in each.read_bytes() for each in here.settings.generated.glob("review-*"))


def test_a_review_that_denies_everything_moves_no_date(here: wiring.App, capsys: Any) -> None:
    """Its findings are kept."""
    looked(capsys)
    denied = signed(here, capsys, ANSWERS.replace("answer: yes", "answer: no, note: bad"))
    assert (denied[0], "says no to every question" in denied[1]) == (Exit.FAILED, True)
    (kept,) = here.ledger.practice.records()
    assert (kept.counts, kept.gaps) == (False, 6)


def test_no_more_links_are_asked_than_a_look_has_time_for(here: wiring.App, capsys: Any) -> None:
    """Which is told, and is not known to hold."""
    text = "".join(f"[x](shop.yaml?{each})\n" for each in range(303))
    (here.settings.drills / "runbook.md").write_text(text)
    told = outcomes(looked(capsys)[1], "links")
    assert (len(told), told[-1]) == (301, ("inconclusive", "it has 3 more than the 300 that are asked"))


@pytest.mark.parametrize("by", ["", "---", "\x1b[31mx"])
def test_only_somebody_with_a_name_reviews(here: wiring.App, capsys: Any, by: str) -> None:
    """And a name holds nothing that a terminal obeys."""
    assert looked(capsys, by)[0] == Exit.USAGE
    looked(capsys)
    assert signed(here, capsys, ANSWERS, by)[0] == Exit.USAGE
    assert here.ledger.practice.records() == []


@pytest.mark.parametrize("by", ["Wanda", "wanda@example.com", "ADA", "Wаnda"])
def test_nobody_looks_at_or_signs_their_own(here: wiring.App, capsys: Any, by: str) -> None:
    """Neither an author nor the champion, under no spelling; nothing is kept."""
    assert looked(capsys, by)[0] == Exit.USAGE
    assert here.ledger.practice.newest_look("runbook") is None
    looked(capsys)
    assert signed(here, capsys, ANSWERS, by)[0] == Exit.USAGE
    assert here.ledger.practice.records() == []


def test_a_review_is_signed_once_and_moves_the_date(here: wiring.App, capsys: Any) -> None:
    """The same answers again change nothing, not even when the look has grown old."""
    looked(capsys)
    code, out, _ = signed(here, capsys, ANSWERS)
    assert (code, "PASSED" in out) == (Exit.PASSED, True)
    (kept,) = here.ledger.practice.records()
    assert (kept.kind, kept.simulated, kept.recorded_by) == (RaisedBy.REVIEW, False, "ada")
    later = wiring.App(here.settings, FakeClock(START + timedelta(days=2)))
    with wiring.using(later):
        assert "nothing changed" in signed(later, capsys, ANSWERS)[1]
        assert main.run(["reviews", "--json"]) == Exit.PASSED
        (turn,) = (each for each in json.loads(capsys.readouterr().out) if each["name"] == "runbook")
        assert (turn["standing"], turn["until"]) == ("done", "2027-04-01T00:00:00Z")
    assert here.ledger.practice.records() == [kept]


def test_defects_become_findings_that_the_next_review_closes(here: wiring.App, capsys: Any) -> None:
    """Those of the person by their word, those of the machine by its look."""
    (here.settings.drills / "runbook.md").write_text("[a](missing.md)")
    looked(capsys)
    defect = "defects: {who: {what: It names nobody, severity: high, owner: Shop team}}\n"
    assert signed(here, capsys, ANSWERS + defect)[0] == Exit.PASSED
    found = here.ledger.queries.findings()
    assert {(each.severity, each.owner, each.state) for each in found} == {
        ("medium", "Ada", State.OPEN),
        ("high", "Shop team", State.OPEN),
    }
    later = wiring.App(here.settings, FakeClock(START + timedelta(days=1)))
    with wiring.using(later):
        (here.settings.drills / "missing.md").write_text("here it is")
        looked(capsys)
        assert signed(later, capsys, ANSWERS + "mended: {who: it names the director}\n")[0] == Exit.PASSED
    assert {each.state for each in here.ledger.queries.findings()} == {State.REMEDIATED}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("look: LOOK", "look: look-of-before", "2:look: the newest look is look-runbook-"),
        ("secrets: {answer: yes}", "secrets: {answer: no}", "7:answers.secrets: it is answered by no, and does not"),
        ("  secrets: {answer: yes}\n", "", "3:answers: 'secrets' is not answered"),
        ("secrets: {answer: yes}", "secrets: {answer: maybe}", "7:answers.secrets.answer: 'maybe' is not an answer"),
        ("secrets:", "secret:", "7:answers.secret: there is no question 'secret' (did you mean 'secrets'?)"),
        ("2027-01-15", "2026-11-20", "11:next_review: the next review is not ahead"),
        ("2027-01-15", "2027-07-15", "11:next_review: it is reviewed every quarter, and the next would be later"),
        ("review: runbook", "review: runbok", "1:review: there is no review 'runbok' (did you mean 'runbook'?)"),
        ("changes: none", "changes:", "10:changes: has no value"),
        ("changes: none", "changes: none\nmended: {x: y}", "11:mended.x: no record of runbook ever told of 'x'"),
    ],
)
def test_a_mistake_in_the_answers_is_told_by_its_place(
    here: wiring.App, capsys: Any, old: str, new: str, told: str
) -> None:
    """File, line and key; and nothing is kept."""
    looked(capsys)
    code, _, err = signed(here, capsys, ANSWERS.replace(old, new, 1))
    assert code == Exit.USAGE
    assert f"answers.yaml:{told}" in err
    assert here.ledger.practice.records() == []


def test_an_old_look_or_another_document_cannot_be_signed(here: wiring.App, capsys: Any) -> None:
    """A day is too old; a document that was changed since is another."""
    looked(capsys)
    document = here.settings.drills / "runbook.md"
    before = document.read_text()
    document.write_text("# Another\n")
    assert "the document is not the one that it looked at" in signed(here, capsys, ANSWERS)[2]
    document.write_text(before)
    later = wiring.App(here.settings, FakeClock(START + timedelta(days=1)))
    with wiring.using(later):
        assert "more than a day ago" in signed(later, capsys, ANSWERS)[2]
    assert here.ledger.practice.records() == []


def test_a_look_at_a_lab_makes_no_evidence(here: wiring.App, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stamped, and the date stays where it was."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert looked(capsys)[1]["simulated"]
    assert "SIMULATED: evidence of nothing" in signed(here, capsys, ANSWERS)[1]
    assert main.run(["reviews", "--due", "--json"]) == Exit.PASSED
    assert "runbook" in [each["name"] for each in json.loads(capsys.readouterr().out)]


def test_the_checklist_is_drafted_to_the_newest_look(here: wiring.App, capsys: Any) -> None:
    """With what the machine saw; unfilled it is refused."""
    assert main.run(["review", "blank", "runbook"]) == Exit.USAGE
    assert "no machine has looked at runbook yet" in capsys.readouterr().err
    told = looked(capsys)[1]
    assert main.run(["review", "blank", "runbook"]) == Exit.PASSED
    draft = capsys.readouterr().out
    assert f"look: {told['id']}" in draft
    assert "# inconclusive: shop: not known: no run on AWS has passed" in draft
    assert "answers.owner-current.answer: a gap" in signed(here, capsys, draft)[2]


def test_a_signed_review_is_shown(here: wiring.App, capsys: Any) -> None:
    """With its pages, which say what it never counts as."""
    looked(capsys)
    signed(here, capsys, ANSWERS)
    assert main.run(["review", "show", "latest", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["coverage"], told["signed"]["by"]) == ("PASSED", False, "Rita")
    page = (here.settings.generated / f"{told['id']}.html").read_text()
    assert "never as a restore" in page


def test_neither_kind_counts_as_a_restore(here: wiring.App, capsys: Any) -> None:
    """What is covered, what is due and what is claimed is the same before and after; when people last exercised a
    service stands beside it.
    """

    def told() -> tuple[list[dict[str, Any]], list[Any]]:
        printed = []
        for command in ("coverage", "due", "runs"):
            main.run([command, "--json"])
            printed.append(json.loads(capsys.readouterr().out))
        return printed[0].pop("people"), printed

    people, before = told()
    assert people == [{"service": "shop", "kind": None, "id": None, "at": None, "verdict": None}]
    looked(capsys)
    assert signed(here, capsys, ANSWERS)[0] == Exit.PASSED
    record = practice.filled(here.settings.home, practice.RECORD)
    assert main.run(["tabletop", "record", str(record)]) == Exit.PASSED
    capsys.readouterr()
    people, after = told()
    assert after == before
    assert [(each["service"], each["kind"], each["verdict"]) for each in people] == [
        ("shop", "documentation review", "PASSED")
    ]
    assert len(here.ledger.practice.records()) == 2

"""The quarter's programme report: leadership's page, marks of what is simulated, and the same facts in every format."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.domain.calendar import Calendar
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.findings.sighting import of_run, seen
from dr_orchestrator.domain.findings.tracked import TrackedFinding
from dr_orchestrator.domain.mass_restore.remembered import Size
from dr_orchestrator.domain.posture.ruling import LAST, NOBODY, Ruling, Standing, Stood
from dr_orchestrator.domain.quarter.large import LargeRow
from dr_orchestrator.domain.quarter.model import Programme, programme
from dr_orchestrator.domain.quarter.ran import Ran, World
from dr_orchestrator.domain.restore_test import RestoreTest
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Exclusion, Resource, Service
from dr_orchestrator.domain.verdict import Verdict, WorstCaseVerdict
from dr_orchestrator.reporting.quarter import leading
from dr_orchestrator.reporting.quarter.export import programme_json
from dr_orchestrator.reporting.quarter.files import rendered, write_programme
from dr_orchestrator.reporting.quarter.view import programme_view
from tests.support.calendar import drill
from tests.support.golden.programme import programme as sample
from tests.support.pages import tags
from tests.support.programmes import DAY, HOUR, NOW, Q4, RTO, calling, facts, ran
from tests.support.tracked import DEADLINES, found, run

HOSTILE = '"><img src=x onerror=alert(1)>|`c`{{ 7 * 7 }}\n| d | </style><script>alert(1)</script>'
DB = Resource("db", "rds-instance", "orders-prod", "us-east-1")


def company(name: str = "orders", **more: Any) -> tuple[list[Service], list[Drill]]:
    """A service with a resource and a drill."""
    made = drill("a")
    service = replace(made.service, title=name, owner=name, resources={"db": DB}, **more)
    return [service], [replace(made, service=service)]


def told(*runs: Ran, name: str = "orders", now: Any = NOW, **more: Any) -> Programme:
    services, drills = company(name)
    return programme(facts(services, drills, runs, now, **more))


def pages(of: Programme, templates: tuple[Path, ...]) -> tuple[str, str]:
    view = programme_view(of)
    return rendered(view, "html", templates, "programme"), rendered(view, "md", templates, "programme")


def finding() -> TrackedFinding:
    saw = run("r-1", NOW - 60 * DAY, Verdict.FAILED, findings=[found()])
    assert saw.closing is not None
    change = seen(None, of_run(saw.header, saw.closing)[0], DEADLINES)
    assert change is not None
    return change.after


def everything(name: str) -> Programme:
    """A programme in which every section says something, of things that are called so."""
    services, drills = company(name, exclusions={"db": Exclusion(name, name, date(2026, 12, 31))})
    bad = {"service_title": name, "worst_case": WorstCaseVerdict.MISSED}
    runs = [
        ran(at=NOW - 100 * DAY, **bad),
        ran(rta=RTO.value * 2, verdict=Verdict.FAILED, **bad),
        ran(at=NOW - DAY, rta=3.5 * HOUR, world=World.LAB, **bad),
        ran("b", world=World.SEEDED, **bad),
    ]
    ruling = Ruling(Rule.UNCLAIMED, Standing.SHORT, name)
    stray = Stood(NOBODY, name, name, LAST, name, "rds-instance", name, "us-east-1", ruling)
    one = replace(finding(), title=name, owner=name, service_title=name)
    plan = calling(drills, runs, left_out={"a": name})
    return programme(facts(services, drills, runs, findings=[one], seen=[stray], calling=plan))


def test_a_page_needs_nothing_from_outside_and_is_accessible(templates: tuple[Path, ...]) -> None:
    """No script, no font, no picture; captions, header scopes, and words for every chart."""
    for of in (sample(), everything("orders"), told()):
        page, _ = pages(of, templates)
        assert not tags(page).seen & {"script", "link", "img", "iframe", "object", "embed", "base"}
        assert not re.search(r"url\(|@import|\bsrc=|href=", page)
        assert "default-src 'none'" in page
        assert page.count("<table") == page.count("<caption>")
        assert all("scope=" in cell for cell in re.findall(r"<th\b[^>]*>", page))
        charts = re.findall(r'<svg[^>]*role="img"[^>]*>\s*<title>[^<]+</title><desc>[^<]+</desc>', page)
        assert len(charts) == len(re.findall(r'<svg[^>]*role="img"', page))
        assert re.findall(r"<svg(?![^>]*(?:role=\"img\"|aria-hidden))[^>]*>", page) == []


def test_a_hostile_name_adds_nothing_to_a_page(templates: tuple[Path, ...]) -> None:
    """Names of services, owners, reasons and resources are inert in HTML, and keep the columns of Markdown."""
    (harmless, _), (hostile, text) = (pages(everything(name), templates) for name in ("db", HOSTILE))
    assert tags(hostile).seen == tags(harmless).seen
    assert tags(hostile).attributes == tags(harmless).attributes
    assert "49" not in re.sub(r"\d{2,}", "", text)
    width = 0
    for line in text.splitlines():
        assert "<script" not in line
        assert "<img" not in line
        cells = line.replace("\\\\", "").replace("\\|", "").count("|")
        width = (width or cells) if line.startswith("|") else 0
        assert not line.startswith("|") or cells == width, line


def test_a_report_without_a_run_on_aws_is_stamped(templates: tuple[Path, ...]) -> None:
    """SIMULATED on the page, on every printed sheet, in Markdown and JSON; and that a seeded history was made up."""
    page, text = pages(sample(), templates)
    assert 'class="watermark"' in page
    assert 'content: "SIMULATED"' in page
    assert text.startswith("> **SIMULATED**")
    assert "their figures were drawn, nothing was restored" in page
    assert programme_json(sample())["simulated"] is True
    assert programme_json(sample())["answer"] == "NOT PROVEN"


def test_beside_real_runs_simulated_ones_are_marked(templates: tuple[Path, ...]) -> None:
    """The page is not stamped, for it holds evidence; it says in its head how many of its runs are none."""
    of = everything("orders")
    page, text = pages(of, templates)
    assert 'class="watermark"' not in page
    assert "Of the quarter&#39;s runs 1 simulated and 1 seeded are no evidence" in page
    assert "1 simulated and 1 seeded are no evidence" in text
    assert '<span class="tag">simulated</span>' in page
    assert programme_json(of)["runs"] == {"AWS": 1, "simulated": 1, "seeded": 1}


def test_an_empty_ledger_makes_a_whole_page(templates: tuple[Path, ...]) -> None:
    """Nothing is proven, nothing is invented, and every section says so."""
    page, text = pages(told(), templates)
    for words in (
        "NOT PROVEN",
        "No run on AWS proves the service.",
        "There was no finding by then.",
        "Nothing is excluded",
    ):
        assert words in page
        assert words in text
    assert "No run of these eight quarters has ended" in page
    assert 'class="watermark"' not in page


def test_one_quarter_alone_is_told(templates: tuple[Path, ...]) -> None:
    """Seven quarters are dashes; there is nothing to compare with, and no regression."""
    _, text = pages(told(ran()), templates)
    row = next(line for line in text.splitlines() if line.startswith("| Orders: a | RTA"))
    assert row.count("–") == 7
    assert "No regression in this quarter." in text


@pytest.mark.parametrize(
    ("runs", "looked", "word"),
    [
        ([], None, "NOT PROVEN"),
        ([ran(world=World.LAB)], (), "NOT PROVEN"),
        ([ran()], None, "PROVEN OF WHAT IS DECLARED"),
        ([ran()], (), "PROVEN"),
        ([ran(verdict=Verdict.INCONCLUSIVE)], (), "NOT PROVEN"),
    ],
)
def test_the_answer_is_proven_only_where_everything_is(runs: list[Ran], looked: Any, word: str) -> None:
    """Also nobody may have left unseen what no service claims; simulated runs change nothing."""
    assert leading.answer(told(*runs, seen=looked)).word == word


def test_a_quarter_that_is_not_over_says_so(templates: tuple[Path, ...]) -> None:
    """The page tells how many days are left; one that is over tells that it is told by today's declarations."""
    page, _ = pages(told(), templates)
    assert "THE QUARTER IS NOT OVER: 32 days are left" in page
    page, _ = pages(told(now=Q4.end("UTC")), templates)
    assert "the quarter as it ended; services and drills as they are declared today, r1" in page


def test_leadership_is_told_what_changed_and_what_to_decide() -> None:
    """Each kind of line is there once, with names; what is fine adds none."""
    of = everything("orders")
    assert {"missed", "overdue", "unclaimed", "expires"} <= {each.badge.word for each in leading.decisions(of)}
    assert {"worse", "findings", "runs"} <= {each.badge.word for each in leading.changes(of)}
    fine = told(ran(), seen=())
    assert [each.badge.word for each in leading.decisions(fine)] == []
    assert [each.badge.word for each in leading.changes(fine)] == ["proven now", "findings", "runs"]
    lost = told(ran(at=NOW - 100 * DAY), ran(verdict=Verdict.FAILED), seen=())
    assert "no more proven" in [each.badge.word for each in leading.changes(lost)]


def test_json_holds_every_row_exactly(tmp_path: Path, templates: tuple[Path, ...]) -> None:
    """Schema 1: its keys are these, its sums reconcile, and its seconds are unrounded."""
    odd = timedelta(hours=1, microseconds=1)
    paths = write_programme(told(ran(rta=odd)), tmp_path, templates, formats=("json",))
    assert list(paths) == ["json"]
    assert paths["json"].name == "programme-2026-Q4.json"
    data = json.loads(paths["json"].read_text())
    assert list(data) == [
        *("schema_version", "quarter", "time_zone", "starts_at", "ends_at", "as_of", "over", "simulated", "revision"),
        *("answer", "sentence", "changes", "decisions", "coverage", "tiers", "runs", "carried", "imported"),
        *(
            "missed",
            "thin",
            "rpo_missed_at_worst",
            "quarters",
            "regression_rule",
            "regressions",
            "trend",
            "findings",
            "plan",
        ),
        *("exclusions", "large_incidents", "people", "cost", "next"),
    ]
    assert data["schema_version"] == 1
    assert data["trend"][0]["points"][-1]["rto"]["actual_s"] == odd.total_seconds()
    assert data["coverage"]["counted"]["unassigned"] is None
    assert (
        sum(filter(None, data["coverage"]["counted"].values()))
        == data["coverage"]["known"]
        == len(data["coverage"]["resources"])
    )
    assert sum(data["plan"]["counted"].values()) == data["plan"]["planned"] == len(data["plan"]["drills"])


def test_many_services_are_folded_and_none_is_lost(templates: tuple[Path, ...]) -> None:
    """Sixty trends are drawn, those that are worse first; the rest is folded, and each drill is on the page."""
    runs = []
    for number in range(70):
        about = {"service": f"s{number:02}", "service_title": f"s{number:02}"}
        runs.append(ran(f"d{number:02}", NOW - 100 * DAY, **about))
        runs.append(ran(f"d{number:02}", rta=3 * HOUR if number == 69 else HOUR, **about))
    of = told(*runs)
    view = programme_view(of)
    assert view.series[0].drill == "d69"
    assert (len(view.series), len(view.more_series)) == (60, 10)
    page, text = pages(of, templates)
    assert all(f"d{number:02}" in page and f"d{number:02}" in text for number in range(70))
    assert "10 more drills" in page


def test_a_plan_without_room_is_told(templates: tuple[Path, ...]) -> None:
    """What no day of the next quarter has room for needs a decision, and is named."""
    services, drills = company()
    calendar = Calendar(a_day=1)
    plan = calling(drills, calendar=calendar)
    full = replace(plan, planned=replace(plan.planned, without=((drills[0], Q4.moved(1).start("UTC")),)))
    of = programme(facts(services, drills, calling=full))
    assert "no room" in [each.badge.word for each in leading.decisions(of)]
    page, text = pages(of, templates)
    assert "No day has room for:" in page
    assert "no day has room for a" in text


@pytest.mark.parametrize("said", [{"verdict": None}, {"verdict": Verdict.ABORTED, "rta": None, "rpa": None}])
def test_a_run_on_aws_that_says_nothing_takes_no_stamp_away(said: dict[str, Any]) -> None:
    """An open one, or one that was stopped, is no evidence; one that failed, or measured a figure, is."""
    made_up = [ran(at=NOW - 95 * DAY * back, world=World.SEEDED) for back in (3, 2, 1)]
    view = programme_view(told(*made_up, ran(**said)))
    assert (view.simulated, view.mixed) == (True, "")
    assert view.stamp.startswith("No run on AWS of this report passed, failed or measured anything")
    failed = programme_view(told(*made_up, ran(verdict=Verdict.FAILED, rta=None, rpa=None)))
    assert (failed.simulated, failed.stamp) == (False, "")
    assert failed.mixed.startswith("Of the trend's further runs 3 seeded are no evidence")
    unmeasured = ran(verdict=Verdict.INCONCLUSIVE, rta=None, rpa=None)
    assert programme_view(told(*made_up, unmeasured)).simulated


def test_a_restore_that_fails_outright_needs_a_decision() -> None:
    """In every tier, though no figure of it missed a target; a later pass ends it, a stopped run hides nothing."""
    failed = ran(verdict=Verdict.FAILED, rta=None, rpa=None, tier=3)
    stopped = ran(at=NOW - DAY, verdict=Verdict.ABORTED, rta=None, rpa=None)

    def lines(*runs: Ran) -> list[str]:
        return [each.detail for each in leading.decisions(told(*runs)) if each.badge.word == "not passed"]

    assert lines(failed) == [f"a: FAILED, run {failed.id}"]
    assert lines(failed, stopped) == lines(failed)
    assert lines(stopped) == [f"a: ABORTED, run {stopped.id}"]
    assert lines(replace(failed, started_at=NOW - 100 * DAY, ended_at=NOW - 100 * DAY)) == lines(failed)
    assert lines(failed, ran(at=NOW - DAY)) == lines(ran(), stopped) == []
    assert lines(replace(failed, simulated=True)) == []


def test_a_service_of_a_low_tier_that_lost_its_proof_needs_a_decision() -> None:
    """Tiers 0 and 1 are named whenever they are not proven, the others when they are no more."""
    made = drill("a", 2)
    service = replace(made.service, resources={"db": DB})
    runs = [ran(at=NOW - 100 * DAY, tier=2), ran(verdict=Verdict.FAILED, tier=2)]
    of = programme(facts([service], [replace(made, service=service)], runs))
    (line,) = [each for each in leading.decisions(of) if each.badge.word == "proof lost"]
    assert line.words == "1 service of tier 2 and beyond lost the proof: drill again, or accept it"
    assert not [each for each in leading.decisions(told(*runs)) if each.badge.word == "proof lost"]


def test_only_a_real_look_within_the_quarter_leaves_nothing_open() -> None:
    """One of before, one of after, and one of a simulated AWS say nothing of what no service claims; each says so."""
    fine = told(ran(), seen=())

    def looked(at: Any = NOW, simulated: bool = False) -> tuple[str, str]:
        of = replace(fine, covered=replace(fine.covered, looked_at=at), simulated_look=simulated)
        return leading.answer(of).word, programme_view(of).looked

    assert looked()[0] == "PROVEN"
    for told_of, words in (
        (looked(Q4.start("UTC") - DAY), "(before the quarter)"),
        (looked(NOW + DAY), "(after the quarter)"),
        (looked(simulated=True), "in a simulated AWS, which is no evidence"),
    ):
        assert told_of[0] == "PROVEN OF WHAT IS DECLARED"
        assert words in told_of[1]


def test_what_nobody_looked_for_is_no_zero(templates: tuple[Path, ...]) -> None:
    """Where nobody looked, how much no service claims is not known, on every page and in JSON."""
    for page in pages(told(ran()), templates):
        assert "? unassigned" in page
        assert "0 unassigned" not in page
    page, _ = pages(told(ran(), seen=()), templates)
    assert "0 unassigned" in page
    assert programme_json(told(ran(), seen=()))["coverage"]["counted"]["unassigned"] == 0


def test_a_proof_that_a_declaration_took_away_is_a_change() -> None:
    """A drill that was redefined, or is no more declared, is named; one that passed anew is told as that."""
    old = ran(at=NOW - 90 * DAY, definition="old")

    def lines(*runs: Ran) -> dict[str, str]:
        return {each.badge.word: each.detail for each in leading.changes(told(*runs))}

    assert lines(old)["redefined"] == "a"
    anew = lines(old, ran())
    assert anew["proven anew"] == "Orders".lower()
    assert not {"redefined", "proven now"} & set(anew)
    assert lines(ran("gone", NOW - 90 * DAY))["no more declared"] == "gone"
    assert "no more declared" not in lines(ran("gone", NOW - 300 * DAY))
    assert "no more declared" not in lines(ran("gone", NOW - 90 * DAY, world=World.LAB))


def test_imports_are_told_by_what_became_of_them() -> None:
    """One that failed is no restore, and one of a simulated AWS none of AWS."""
    at = NOW - DAY
    tests = [
        RestoreTest(str(index), "1", "r", "a", "b", "c", "d", at, status, simulated=simulated)
        for index, (status, simulated) in enumerate([("FAILED", False), ("COMPLETED", False), ("COMPLETED", True)])
    ]
    of = told(ran(), imported=tests)
    said = "2 restore tests (1 COMPLETED, 1 FAILED) and 1 restore test of a simulated AWS (1 COMPLETED)"
    assert leading.imports(of) == said
    assert f"; {said} of AWS Backup imported" in leading.changes(of)[-1].words


def test_a_large_incident_drill_tells_what_it_proved(templates: tuple[Path, ...]) -> None:
    """On every page and in JSON; what failed proves nothing, and what is simulated is told apart."""
    at = NOW - DAY
    some = [
        LargeRow("mass-1", "Fifty sites", at, Verdict.PARTIAL, Size(46, 2, 92), simulated=False),
        LargeRow("mass-2", "Twelve sites", at, Verdict.FAILED, Size(11, 3, 34), simulated=False),
        LargeRow("mass-3", "In the lab", at, Verdict.PASSED, Size(99, 3, 297), simulated=True),
    ]
    of = told(ran("a", at))
    told_of = replace(of, large=some)
    for each in pages(told_of, templates):
        page = re.sub(r"<[^>]+>", " ", each)
        assert "2 large-incident drills ended in this quarter" in page
        assert "the largest proved that 46 sites × 2 products, 92 items come back" in page
        assert "1 simulated one besides: practice, and no evidence" in page
        assert "nothing; back were 11 sites × 3 products, 34 items" in page
        assert f"{at:%Y-%m-%d}, SIMULATED" in page
    rows = programme_json(told_of)["large_incidents"]
    assert [(each["id"], each["proven"], each["simulated"]) for each in rows] == [
        ("mass-1", True, False),
        ("mass-2", False, False),
        ("mass-3", True, True),
    ]
    for page in pages(of, templates):
        assert "No large-incident drill was held on AWS in this quarter." in page

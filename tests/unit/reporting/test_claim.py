"""The claim of each service on a sheet of its own: all that it stands on, linked, and no sheet of who is gone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.domain.posture.claim import Claim, Ground, Proof
from dr_orchestrator.errors import UsageError
from dr_orchestrator.reporting.claim import claim_json, rendered, write_claims
from dr_orchestrator.reporting.posture import write_posture
from dr_orchestrator.reporting.view.claim import ROOM, SHOWN, claim_view
from tests.support.golden import kept
from tests.support.pages import tags

PLATFORM, JIRA = kept.CLAIMS
RUN = "20261006-a1b2c3"
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a|b`c`\n| d | **e** [f](javascript:x) <b>"]


def page(ending: str, templates: tuple[Path, ...], claim: Claim = PLATFORM, **changes: Any) -> str:
    return rendered(claim, replace(kept.LOOK, **changes), ending, templates)


def crowded(*proofs: Proof, said: str = "as seen") -> Claim:
    grounds = tuple(Ground(f"drill-{number}", said, proof, f"r-{number}") for number, proof in enumerate(proofs))
    return replace(PLATFORM, parts=(replace(PLATFORM.parts[1], grounds=grounds),))


@pytest.mark.parametrize("text", HOSTILE)
def test_what_aws_or_a_file_says_does_not_act(templates: tuple[Path, ...], text: str) -> None:
    """A page about hostile names has the tags of a page about harmless ones; in Markdown no cell is added."""
    harmless, hostile = (tags(page("html", templates, kept.named(each)[1][0])) for each in ("db", text))
    assert hostile.seen == harmless.seen
    assert hostile.attributes == harmless.attributes
    for line in page("md", templates, kept.named(text)[1][0]).splitlines():
        assert not re.search(r"<script|<img|(?<!\\)\]\(javascript", line)
        if line.startswith("| "):
            assert line.replace("\\|", "").count("|") == 6, line


@pytest.mark.parametrize("claim", kept.CLAIMS, ids=["disproven", "not proven"])
def test_it_tells_the_words_and_each_ground(templates: tuple[Path, ...], claim: Claim) -> None:
    """In both formats: what is claimed, how it stands, and all that each part stands on."""
    text, html = (page(each, templates, claim) for each in ("md", "html"))
    assert f"# {claim.title}: {claim.proof.value.upper()}" in text
    assert f'<p class="word">{claim.proof.value.upper()}</p>' in html
    assert f"“{claim.words}”" in text
    for part in claim.parts:
        assert f"| **{part.words}** | | **{part.proof.value}** |" in text
        for each in part.grounds:
            assert (
                f"| {each.about or 'the service'} | {each.proof.value} | {each.said} | {each.run or 'none'} |" in text
            )
            assert each.said in html


def test_only_a_simulated_look_wears_the_stamp(templates: tuple[Path, ...]) -> None:
    """In both formats, and in the JSON."""
    for simulated in (True, False):
        assert ("SIMULATED" in page("html", templates, simulated=simulated)) is simulated
        assert page("md", templates, simulated=simulated).startswith("> **SIMULATED**") is simulated
        assert claim_json(PLATFORM, replace(kept.LOOK, simulated=simulated))["simulated"] is simulated


def test_it_needs_nothing_from_outside(templates: tuple[Path, ...]) -> None:
    """No script, font or picture; its only links lead to pages that lie beside it."""
    html = rendered(PLATFORM, kept.LOOK, "html", templates, {RUN})
    assert not tags(html).seen & {"script", "link", "img", "iframe", "object", "embed", "base"}
    assert not re.search(r"url\(|@import|\bsrc=", html)
    assert set(re.findall(r'href="([^"]*)"', html)) == {f"../{RUN}.html", "../posture.html"}
    assert html.count("<table") == html.count("<caption>")


def test_a_run_is_linked_where_its_report_lies(templates: tuple[Path, ...], tmp_path: Path) -> None:
    """In each format by itself; a report that is not there is never linked."""
    write_claims(kept.CLAIMS, kept.LOOKS, tmp_path, templates)
    sheet = tmp_path / "claims" / "platform"
    assert f"{RUN}.html" not in sheet.with_suffix(".html").read_text()
    (tmp_path / f"{RUN}.html").write_text("a report")
    write_claims(kept.CLAIMS, kept.LOOKS, tmp_path, templates)
    assert f'<a href="../{RUN}.html">{RUN}</a>' in sheet.with_suffix(".html").read_text()
    assert f"{RUN}.md" not in sheet.with_suffix(".md").read_text()


def test_the_pages_lead_to_each_other(templates: tuple[Path, ...], tmp_path: Path) -> None:
    """Each link from the posture to a claim, and back, leads to a file that is there."""
    written = write_posture(kept.LOOK, kept.ROWS, kept.CLAIMS, tmp_path, templates)
    sheets = write_claims(kept.CLAIMS, kept.LOOKS, tmp_path, templates)
    assert list(sheets) == ["platform", "jira"]
    for ending, links in (("html", r'href="([^"#]*)"'), ("md", r"\]\(([^)]*)\)")):
        there = re.findall(links, written[ending].read_text())
        assert there == [f"claims/{name}.{ending}" for name in sheets]
        for name in sheets:
            (back,) = re.findall(links, (tmp_path / "claims" / f"{name}.{ending}").read_text())
            assert (tmp_path / "claims" / back).resolve() == written[ending].resolve()


def test_who_is_gone_leaves_no_page(templates: tuple[Path, ...], tmp_path: Path) -> None:
    """Not even where the pages of those that are left cannot be written: of those the exact file alone is there, and no
    page of an earlier look beside it. What is no page of ours stays.
    """
    write_claims(kept.CLAIMS, kept.LOOKS, tmp_path, templates)
    (tmp_path / "claims" / "notes.txt").write_text("of the team's own")
    with pytest.raises(UsageError, match=re.escape("claim.md.j2: not found")):
        write_claims([JIRA], kept.LOOKS, tmp_path, [tmp_path])
    left = sorted(each.name for each in (tmp_path / "claims").iterdir())
    assert left == ["jira.json", "notes.txt"]


def test_the_exact_file_needs_no_template(templates: tuple[Path, ...], tmp_path: Path) -> None:
    """A broken template costs no evidence: all grounds of every service, and the look at it, are there."""
    del templates
    with pytest.raises(UsageError):
        write_claims(kept.CLAIMS, kept.LOOKS, tmp_path, [tmp_path])
    told = {
        each.service: json.loads((tmp_path / "claims" / f"{each.service}.json").read_text()) for each in kept.CLAIMS
    }
    assert told["platform"]["words"] == PLATFORM.words
    assert told["platform"]["looked_at"] == "2026-11-20T09:00:00Z"
    (ground,) = told["platform"]["parts"][1]["grounds"]
    assert (ground["proof"], ground["run"], ground["run_started_at"]) == ("proven", RUN, "2026-10-06T04:30:00Z")
    assert told["jira"]["proof"] == "not proven"


def test_a_name_that_is_no_file_name_is_refused(templates: tuple[Path, ...], tmp_path: Path) -> None:
    """Nothing is written, neither there nor elsewhere."""
    away = replace(PLATFORM, service="../platform")
    with pytest.raises(UsageError, match="cannot name a report file"):
        write_claims([away], {away.service: kept.LOOK}, tmp_path / "out", templates)
    assert not list(tmp_path.iterdir())


def test_a_sheet_holds_what_speaks_against_it_first() -> None:
    """However many drills there are, it stays a sheet: the others are counted, and what they say is cut."""
    (part,) = claim_view(crowded(*[Proof.PROVEN] * 9, Proof.DISPROVEN, Proof.NOT_PROVEN), kept.LOOK, ()).parts
    assert [each.about for each in part.grounds] == ["drill-9", "drill-10", "drill-0"]
    assert part.more == "8 more grounds (8 proven)"
    (long,) = claim_view(crowded(*[Proof.PROVEN] * SHOWN, said="x" * 2 * ROOM), kept.LOOK, ()).parts
    assert sum(len(each.said) - 1 for each in long.grounds) <= ROOM
    assert all(each.said.endswith("…") for each in long.grounds)
    assert not long.more

"""What every page keeps: self-contained, stamped, never green by accident, figures equal in every format."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import Run
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.reporting.render import exercise_html, exercise_markdown, run_html, run_markdown
from dr_orchestrator.reporting.wording import exact
from tests.support import variants
from tests.support.golden import sample
from tests.support.pages import tags

RUNS: dict[str, Callable[[], Run]] = {
    "passed": sample.passed,
    "failed": sample.failed,
    "inconclusive": sample.inconclusive,
    "open": variants.still_open,
    "unknown": variants.unknown,
    "on AWS": variants.on_aws,
    "rebuilt": sample.develop_replica,
    "nothing begun": lambda: Run(sample.passed().header),
}


@pytest.fixture(params=RUNS, ids=list(RUNS))
def run(request: pytest.FixtureRequest) -> Run:
    return RUNS[request.param]()


def test_a_page_needs_nothing_from_outside(run: Run, templates: tuple[Path, ...]) -> None:
    """No script, no font, no picture, no link leaves the file; it reads the same without a network."""
    pages = [run_html(run, templates), exercise_html(sample.exercise(), [run], templates)]
    for page in pages:
        found = tags(page)
        assert not found.seen & {"script", "link", "img", "iframe", "object", "embed", "base"}
        assert not re.search(r"url\(|@import|\bsrc=", page)
        links = re.findall(r'href="([^"]*)"', page)
        assert all(re.fullmatch(r"#[a-z]+|[A-Za-z0-9._-]+\.html", link) for link in links), links


def test_a_page_is_accessible(run: Run, templates: tuple[Path, ...]) -> None:
    """Language, captions, header scopes, and a title and description for every chart."""
    page = run_html(run, templates)
    assert '<html lang="en">' in page
    assert page.count("<table") == page.count("<caption>")
    assert all("scope=" in cell for cell in re.findall(r"<th\b[^>]*>", page))
    charts = re.findall(r'<svg[^>]*role="img"[^>]*>(.*?)</svg>', page, re.DOTALL)
    assert charts
    assert all("<title>" in chart and "<desc>" in chart for chart in charts)
    bare = re.findall(r"<svg(?![^>]*(?:role=\"img\"|aria-hidden))[^>]*>", page)
    assert bare == []


def test_a_simulated_run_is_stamped_everywhere(run: Run, templates: tuple[Path, ...]) -> None:
    """SIMULATED on the page, on every printed sheet, in Markdown and in JSON; on none of a real run's."""
    simulated = run.header.provenance.simulated
    page, text = run_html(run, templates), run_markdown(run, templates)
    assert ('class="stamp"' in page) is simulated
    assert ('class="watermark"' in page) is simulated
    assert ('content: "SIMULATED"' in page) is simulated
    assert text.startswith("> **SIMULATED**") is simulated
    assert run_json(run)["simulated"] is simulated


def test_one_simulated_run_stamps_the_exercise(templates: tuple[Path, ...]) -> None:
    """An exercise that claims to be real, but holds a simulated run, is stamped."""
    claimed = replace(sample.exercise(), simulated=False)
    assert 'class="stamp"' in exercise_html(claimed, sample.runs(), templates)
    assert exercise_markdown(claimed, sample.runs(), templates).startswith("> **SIMULATED**")
    assert 'class="stamp"' not in exercise_html(claimed, [variants.on_aws()], templates)


def test_the_figures_are_the_same_in_every_format(run: Run, templates: tuple[Path, ...]) -> None:
    """What JSON says in seconds stands in HTML and Markdown, rounded up, with the exact figure beside it."""
    page, text, data = run_html(run, templates), run_markdown(run, templates), run_json(run)
    closing = run.closing
    for key, actual in (
        ("rto", closing.measures.rta if closing else None),
        ("rpo", closing.measures.rpa if closing else None),
    ):
        if actual is None:
            assert data[key]["actual_s"] is None
            assert "not measured" in page
            assert "not measured" in text
        else:
            assert data[key]["actual_s"] == actual.total_seconds()
            assert f'<span title="{exact(actual)}">{format_duration(actual)}</span>' in page
            assert format_duration(actual) in text
            assert exact(actual) in text
    for step in run.steps:
        if step.duration is not None:
            assert exact(step.duration) in page
            assert exact(step.duration) in text


def test_an_open_run_is_never_green(templates: tuple[Path, ...]) -> None:
    """Under way is neither passed nor clean, whatever its steps and checks have shown so far."""
    page, text = run_html(variants.still_open(), templates), run_markdown(variants.still_open(), templates)
    assert 'class="verdict open"' in page
    assert "UNDER WAY" in page
    assert "UNDER WAY" in text
    assert "NOT KNOWN YET" in page
    assert 'class="verdict pass"' not in page
    assert 'class="figure pass"' not in page
    data = run_json(variants.still_open())
    assert (data["closed"], data["verdict"], data["cleanup"]) == (False, None, None)


def test_planned_checks_without_a_result_are_listed(templates: tuple[Path, ...]) -> None:
    """A check that was never reached is on the page by name, and not as passed."""
    run = sample.inconclusive()
    assert run_json(run)["checks_not_reached"] == ["every event has its date"]
    row = next(line for line in run_markdown(run, templates).splitlines() if line.startswith("| every event"))
    assert row.endswith("| not reached |")
    assert "Check &#39;every event has its date&#39;: planned, not reached" in run_html(run, templates)


def test_detection_and_policy_are_told_in_words(templates: tuple[Path, ...]) -> None:
    """Both recovery times are printed, the judged one is named, and what was not exercised is said."""
    text = run_markdown(sample.passed(), templates)
    assert "Detection and declaration were not exercised" in text
    assert "| From the disruption (T0 to T7) | 1 h 09 m 04 s | 4143.515472 s | no |" in text
    assert "| From the disruption, with the policy's allowances | 1 h 39 m 04 s | 5943.515472 s | yes |" in text


def test_real_time_stands_beside_drill_time_only_where_they_differ(templates: tuple[Path, ...]) -> None:
    """A page about a run in real time has no column of real times."""
    assert ">Real time</th>" in run_html(sample.passed(), templates)
    assert ">Real time</th>" not in run_html(variants.on_aws(), templates)


def test_colours_can_be_read() -> None:
    """Every text colour keeps a contrast of 4.5 to 1 on white, and a tone's on its own wash."""
    style = (Path(__file__).parents[3] / "reports" / "templates" / "style.css").read_text()
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", style))
    tones = [name for name in colours if f"{name}-wash" in colours]
    pairs = [(name, "paper") for name in ("ink", "soft", "link", *tones)] + [(name, f"{name}-wash") for name in tones]
    assert [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 4.5] == []


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(char * 2 for char in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

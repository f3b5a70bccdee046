"""Templates, their overrides, and the files that come of them."""

import json
import re
import time
from dataclasses import fields, replace
from pathlib import Path

import pytest

from dr_orchestrator.errors import UsageError
from dr_orchestrator.reporting.render import run_html, run_markdown, write_exercise, write_run
from dr_orchestrator.reporting.view.exercise import ExerciseView
from dr_orchestrator.reporting.view.run import RunView
from tests.support.golden import sample


def test_the_workspace_template_is_taken_first(tmp_path: Path, templates: tuple[Path, ...]) -> None:
    """One file of one's own replaces one template; all others stay."""
    (tmp_path / "run.md.j2").write_text("mine: {{ run.title }}\n")
    assert run_markdown(sample.passed(), (tmp_path, *templates)) == "mine: Jira Cloud\n"
    assert "Jira Cloud" in run_html(sample.passed(), (tmp_path, *templates))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("{# one #}\n{{ run.verdikt }}", "run.md.j2:2"),
        ("{# one #}\n\n{% if %}", "run.md.j2:3"),
        ("{{ run.reasons + 1 }}", "run.md.j2:1"),
        ("{% include 'missing.j2' %}", "missing.j2: not found"),
    ],
)
def test_a_broken_override_names_its_place(tmp_path: Path, templates: tuple[Path, ...], broken: str, said: str) -> None:
    """A field that does not exist is an error with file and line, never an empty place in a report."""
    (tmp_path / "run.md.j2").write_text(broken)
    with pytest.raises(UsageError) as wrong:
        run_markdown(sample.passed(), (tmp_path, *templates))
    assert said in wrong.value.message
    assert "reports/README.md" in wrong.value.hint


def test_a_broken_override_costs_no_evidence(tmp_path: Path, templates: tuple[Path, ...]) -> None:
    """The JSON is there although the page could not be rendered, and no draft is left behind."""
    mine, out = tmp_path / "mine", tmp_path / "out"
    mine.mkdir()
    (mine / "run.html.j2").write_text("{{ nothing }}")
    with pytest.raises(UsageError):
        write_run(sample.passed(), out, (mine, *templates))
    assert json.loads((out / "jira-snapshot-20261120-02.json").read_text())["verdict"] == "PASSED"
    assert not list(out.glob(".*"))


def test_files_are_named_after_the_run(tmp_path: Path, templates: tuple[Path, ...]) -> None:
    """Three formats under one name; writing again replaces them with the same bytes."""
    first = {kind: path.read_bytes() for kind, path in write_run(sample.passed(), tmp_path, templates).items()}
    again = write_run(sample.passed(), tmp_path, templates)
    assert {kind: path.read_bytes() for kind, path in again.items()} == first
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"jira-snapshot-20261120-02.{ending}" for ending in ("html", "json", "md")
    ]


def test_exercise_files_are_named_after_the_exercise(tmp_path: Path, templates: tuple[Path, ...]) -> None:
    """An exercise writes its own three files and no others."""
    paths = write_exercise(sample.exercise(), sample.runs(), tmp_path, templates)
    assert {path.name for path in paths.values()} == {path.name for path in tmp_path.iterdir()}
    assert paths["html"].name == "2026-Q4-quarterly.html"


@pytest.mark.parametrize("name", ["../escape", "a/b", "", ".hidden", 'x"; content: "y'])
def test_an_id_cannot_leave_the_folder(tmp_path: Path, templates: tuple[Path, ...], name: str) -> None:
    """An id that is no file name is refused before anything is written."""
    run = sample.passed()
    with pytest.raises(UsageError):
        write_run(replace(run, header=replace(run.header, id=name)), tmp_path / "out", templates)
    assert not (tmp_path / "out").exists()


def test_the_readme_lists_every_field() -> None:
    """Whoever writes a template finds every field of a run and of an exercise in reports/README.md."""
    text = (Path(__file__).parents[3] / "reports" / "README.md").read_text()
    named = set(re.findall(r"`([a-z_]+)`", text))
    assert {field.name for view in (RunView, ExerciseView) for field in fields(view)} <= named


def test_a_report_is_rendered_fast(templates: tuple[Path, ...]) -> None:
    """Once the templates are compiled a run takes milliseconds of the processor's time, however busy the machine."""
    run = sample.failed()
    run_html(run, templates)
    begun = time.thread_time()
    for _ in range(5):
        run_html(run, templates)
    assert (time.thread_time() - begun) / 5 < 0.25

"""Reports as files: Jinja2 templates for HTML and Markdown, the workspace's before the shipped ones, and JSON."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError

from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.run import Run
from dr_orchestrator.errors import UsageError
from dr_orchestrator.reporting.export import exercise_json, run_json
from dr_orchestrator.reporting.markdown import inert
from dr_orchestrator.reporting.records import Json
from dr_orchestrator.reporting.view.exercise import ExerciseView, exercise_view
from dr_orchestrator.reporting.view.results import FEW
from dr_orchestrator.reporting.view.run import run_view
from dr_orchestrator.reporting.view.standing import NO_STANDINGS, Standings
from dr_orchestrator.reporting.wording import visible

_STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LINES = ("services", "runs")
_HINT = "the fields that a template may use are listed in reports/README.md"


def run_html(run: Run, templates: Sequence[Path], standings: Standings = NO_STANDINGS) -> str:
    """The report of a run as one self-contained page."""
    return render("run.html.j2", templates, run=run_view(run, standings), stem=safe_stem(run.header.id))


def run_markdown(run: Run, templates: Sequence[Path], standings: Standings = NO_STANDINGS) -> str:
    """The report of a run as Markdown."""
    return render("run.md.j2", templates, run=run_view(run, standings), stem=safe_stem(run.header.id))


def exercise_html(
    exercise: Exercise, runs: Sequence[Run], templates: Sequence[Path], reports: Mapping[str, str] | None = None
) -> str:
    """The report of an exercise as one self-contained page."""
    return _exercise("exercise.html.j2", _exercise_view(exercise, runs, reports), templates)


def exercise_markdown(
    exercise: Exercise, runs: Sequence[Run], templates: Sequence[Path], reports: Mapping[str, str] | None = None
) -> str:
    """The report of an exercise as Markdown."""
    return _exercise("exercise.md.j2", _exercise_view(exercise, runs, reports), templates)


def write_run(
    run: Run, out: Path, templates: Sequence[Path], *, stem: str = "", standings: Standings = NO_STANDINGS
) -> dict[str, Path]:
    """Write a run's report; returns its files by format. The JSON comes first: no template can be in its way."""
    write = partial(write_file, out, safe_stem(stem or run.header.id))
    return {
        "json": write("json", to_json(run_json(run, standings))),
        "md": write("md", run_markdown(run, templates, standings)),
        "html": write("html", run_html(run, templates, standings)),
    }


def write_exercise(
    exercise: Exercise,
    runs: Sequence[Run],
    out: Path,
    templates: Sequence[Path],
    *,
    stem: str = "",
    reports: Mapping[str, str] | None = None,
    standings: Standings = NO_STANDINGS,
) -> dict[str, Path]:
    """Write an exercise's report; it links to `<run id>` beside it, or to the stems that `reports` gives by run id.

    Of a large exercise only those runs are linked whose pages are there.
    """
    write = partial(write_file, out, safe_stem(stem or exercise.id))
    if reports is None and len(runs) > FEW:
        reports = {run.header.id: run.header.id for run in runs if (out / f"{safe_stem(run.header.id)}.html").exists()}
    written = {"json": write("json", _exercise_json(exercise, runs, standings))}
    view = _exercise_view(exercise, runs, reports, standings)
    for ending in ("md", "html"):
        written[ending] = write(ending, _exercise(f"exercise.{ending}.j2", view, templates))
    return written


def to_json(value: Json) -> str:
    """JSON text as it is written to files."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _exercise_json(exercise: Exercise, runs: Sequence[Run], standings: Standings) -> str:
    """The JSON of an exercise; in a large one each run, and each service, has a line of its own."""
    whole = exercise_json(exercise, runs, standings)
    if len(runs) <= FEW:
        return to_json(whole)
    short = {name: value for name, value in whole.items() if name not in _LINES}
    lines = {name: ",\n    ".join(map(_on_one_line, whole[name])) for name in _LINES}
    told = "".join(f',\n  "{name}": [\n    {text}\n  ]' for name, text in lines.items())
    return to_json(short).removesuffix("\n}\n") + told + "\n}\n"


def _on_one_line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _exercise_view(
    exercise: Exercise,
    runs: Sequence[Run],
    reports: Mapping[str, str] | None,
    standings: Standings = NO_STANDINGS,
) -> ExerciseView:
    links = {run.header.id: run.header.id for run in runs} if reports is None else reports
    return exercise_view(exercise, runs, {run: safe_stem(stem) for run, stem in links.items()}, standings)


def _exercise(name: str, view: ExerciseView, templates: Sequence[Path]) -> str:
    return render(name, templates, exercise=view, stem=safe_stem(view.id))


def render(name: str, templates: Sequence[Path], **fields: object) -> str:
    """A template with what it shows; UsageError, naming file and line, where it cannot be rendered."""
    try:
        return _environment(tuple(templates), name.endswith(".html.j2")).get_template(name).render(**fields)
    except TemplateNotFound as missing:
        looked = ", ".join(map(str, templates))
        raise UsageError(f"report template {missing.name}: not found in {looked}", _HINT) from missing
    except TemplateSyntaxError as wrong:
        raise UsageError(f"report template {wrong.filename or name}:{wrong.lineno}: {wrong.message}", _HINT) from wrong
    except Exception as wrong:  # only the template's own expressions run here: what they raise is theirs to mend
        raise UsageError(f"report template {_place(wrong) or name}: {wrong}", _HINT) from wrong


def _place(wrong: BaseException) -> str:
    """File and line in the template that raised; Jinja puts them into the traceback."""
    place, trace = "", wrong.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        place = f"{file}:{trace.tb_lineno}" if file.endswith(".j2") else place
        trace = trace.tb_next
    return place


@cache
def _environment(folders: tuple[Path, ...], html: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=html,  # noqa: S701 - in Markdown `inert` does what escaping does in HTML
        undefined=StrictUndefined,
        finalize=_shown if html else inert,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _shown(value: Any) -> Any:
    return visible(value) if type(value) is str else value


def safe_stem(name: str) -> str:
    """A name that can be one of a file; UsageError where it cannot."""
    if not _STEM.fullmatch(name):
        raise UsageError(f"'{name}' cannot name a report file", "use letters, digits, '.', '_' and '-'")
    return name


def write_file(out: Path, stem: str, ending: str, text: str) -> Path:
    """Write a file whole or not at all: a reader never meets half a report."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{stem}.{ending}"
    draft = out / f".{path.name}.{secrets.token_hex(4)}"
    try:
        # Lone surrogates cannot be encoded; in JSON the backslash form is even their proper spelling.
        draft.write_bytes(text.encode("utf-8", "backslashreplace"))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path

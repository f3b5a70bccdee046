"""Writes what is derived anew: `python -m tests.support.golden.write [FOLDER]`.

The golden reports, to the folder where one is named; where none is, the list of calls, the judgements of templates and
README's table of types, too.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from dr_orchestrator.aws.access import listing
from dr_orchestrator.domain.replica import Place
from dr_orchestrator.reporting.claim import write_claims
from dr_orchestrator.reporting.game_day.files import write_game_day
from dr_orchestrator.reporting.mass_restore.files import write_mass
from dr_orchestrator.reporting.posture import write_posture
from dr_orchestrator.reporting.practice.files import write_record
from dr_orchestrator.reporting.practice.view import review_view, tabletop_view
from dr_orchestrator.reporting.quarter.files import write_programme
from dr_orchestrator.reporting.render import write_exercise, write_run
from dr_orchestrator.resources import TYPES
from dr_orchestrator.wiring import templates
from tests.support.golden import followed, kept, mass, programme, sample

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "reports" / "samples"
CALLS, README = ROOT / "tests" / "golden" / "calls.md", ROOT / "README.md"
CASES, JUDGED = ROOT / "tests" / "data" / "templates", ROOT / "tests" / "golden" / "templates"
TEMPLATES = (ROOT / "reports" / "templates",)


def write(out: Path) -> None:
    """Write the sample reports; the exercise links to the runs whose reports lie beside it."""
    told = {"run": sample.passed(), "run-failed": sample.failed(), "run-replica": sample.develop_replica()}
    standings = followed.standings()
    for stem, run in told.items():
        write_run(run, out, TEMPLATES, stem=stem, standings=standings)
    links = {run.header.id: stem for stem, run in told.items()}
    exercise, runs = sample.exercise(), sample.runs()
    write_exercise(exercise, runs, out, TEMPLATES, stem="exercise", reports=links, standings=standings)
    write_posture(kept.LOOK, kept.ROWS, kept.CLAIMS, out, TEMPLATES)
    write_claims(kept.CLAIMS, kept.LOOKS, out, TEMPLATES)
    of = programme.told()
    write_programme(of.programme, out, TEMPLATES, stem="programme")
    write_game_day(of.game_day, out, TEMPLATES, stem="game-day")
    write_mass(mass.under_way(), out, TEMPLATES, stem="mass-restore-under-way")
    write_mass(mass.ended(), out, TEMPLATES, stem="mass-restore")
    write_record(*of.tabletop, tabletop_view(*of.tabletop), out, TEMPLATES, stem="tabletop")
    write_record(*of.review, review_view(*of.review), out, TEMPLATES, stem="review")


def with_types(readme: str) -> str:
    """The README with the table of the types that there are, between its marks."""
    table = listing.resource_types(TYPES)
    return re.sub(r"(<!-- types[^>]*-->\n).*?(<!-- end -->)", rf"\g<1>{table}\n\2", readme, count=1, flags=re.DOTALL)


def judgements() -> Iterator[tuple[str, str]]:
    """What a replica makes of each template of `CASES`, in both places: the name of the golden file, and its text."""
    for path in sorted(CASES.iterdir()):
        case = path / "root.yaml" if path.is_dir() else path
        for place in Place:
            told = templates.as_json(templates.judged(case, place))
            yield f"{path.stem}.{place}.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def write_derived() -> None:
    """Write the list of calls, the judgements of templates, and the table in README.md."""
    for name, text in judgements():
        (JUDGED / name).write_text(text)
    CALLS.write_text(listing.calls(TYPES))
    README.write_text(with_types(README.read_text()))


if __name__ == "__main__":
    if len(sys.argv) == 1:
        write_derived()
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)

"""Writes the golden reports anew: `python -m tests.golden.write [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path

from dr_orchestrator.reporting.render import write_exercise, write_run
from tests.golden import sample

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "reports" / "samples"
TEMPLATES = (ROOT / "reports" / "templates",)


def write(out: Path) -> None:
    """Write the sample reports; the exercise links to the three runs that have one here."""
    told = {"run": sample.passed(), "run-failed": sample.failed(), "run-inconclusive": sample.inconclusive()}
    for stem, run in told.items():
        files = write_run(run, out, TEMPLATES, stem=stem)
        if stem != "run":
            files["md"].unlink()
            files["json"].unlink()
    links = {run.header.id: stem for stem, run in told.items()}
    write_exercise(sample.exercise(), sample.runs(), out, TEMPLATES, stem="exercise", reports=links)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)

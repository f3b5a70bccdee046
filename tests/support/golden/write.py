"""Writes the golden reports anew: `python -m tests.support.golden.write [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path

from dr_orchestrator.reporting.render import write_exercise, write_run
from tests.support.golden import sample

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "reports" / "samples"
TEMPLATES = (ROOT / "reports" / "templates",)


def write(out: Path) -> None:
    """Write the sample reports; the exercise links to the runs whose reports lie beside it."""
    told = {"run": sample.passed(), "run-failed": sample.failed(), "run-replica": sample.develop_replica()}
    for stem, run in told.items():
        write_run(run, out, TEMPLATES, stem=stem)
    links = {run.header.id: stem for stem, run in told.items()}
    write_exercise(sample.exercise(), sample.runs(), out, TEMPLATES, stem="exercise", reports=links)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)

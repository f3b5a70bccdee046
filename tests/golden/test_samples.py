"""The reports in reports/samples are what the program renders today."""

from pathlib import Path

import pytest

from tests.support.golden.write import SAMPLES, write

PEOPLE = ("game-day", "tabletop", "review")
STEMS = (
    "run",
    "run-failed",
    "run-replica",
    "exercise",
    "posture",
    "programme",
    "mass-restore",
    "mass-restore-under-way",
    "claims/jira",
    "claims/platform",
    *PEOPLE,
)
NAMES = [f"{stem}.{ending}" for stem in STEMS for ending in ("html", "md", "json")]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("samples")
    write(out)
    return out


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_is_up_to_date(fresh: Path, name: str) -> None:
    """A change of a report shows in review, as a change of its sample."""
    same = (fresh / name).read_bytes() == (SAMPLES / name).read_bytes()
    assert same, f"reports/samples/{name} differs from what is rendered: run `make samples`, look at it, commit it"


def test_every_written_report_is_a_sample(fresh: Path) -> None:
    """No report is written that nobody compares, and no draft is left behind."""
    written = (path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file())
    assert sorted(written) == sorted(NAMES)

"""A drill of a lost region whose copy stays in it is told of before it is run, and wherever drills are counted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.ledger.ledger import connect
from tests.support import workspace
from tests.support.ledger_samples import closing, copy, header
from tests.support.types import load

DRILL = "orders-snapshot"
LOST = "us-east-1 counts as lost, and the copy stands in it: that proves nothing of its loss"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of an older release, whose one restore is said to be for the loss of its region."""
    workspace.write(tmp_path)
    file = tmp_path / "drills" / "shop.yaml"
    text = file.read_text()
    at = text.index("disruption:", text.index(f"  {DRILL}:"))
    file.write_text(text[:at] + "disruption: region" + text[text.index("\n", at) :])
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    for name in ("DRO_DATABASE_URL", "DRO_CLOCK_PACE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def passed(home: Path) -> str:
    """A real run of it that passed a moment ago by the rules of an older release."""
    ledger, drill = connect(f"sqlite:///{home / '.dro' / 'ledger.db'}", own=True), load(home / "drills").drills[DRILL]
    now = datetime.now(UTC) - timedelta(minutes=1)
    of = header("old", drill=DRILL, kind=drill.kind, disruption=Disruption.REGION, started_at=now)
    made = replace(of.provenance, region="us-east-1", definition=drill.digest)
    ledger.open_run(replace(of, provenance=made, selection=drill.selection.key))
    ledger.intend_copy(copy("old", region="us-east-1"), now)
    ledger.close_run("old", closing(Verdict.PASSED, ended_at=now))
    ledger.close()
    return "old"


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: Exit = Exit.PASSED) -> Any:
    assert main.run([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_a_file_that_says_nothing_of_a_place_is_read_and_asked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The ask names file, line, key, the region, and what to write; exit code 3, for it could not pass."""
    asked = [each for each in told(capsys, "check", code=Exit.INCONCLUSIVE) if each["key"].endswith(".disruption")]
    (ask,) = asked
    line = (home / "drills" / "shop.yaml").read_text().split("disruption: region")[0].count("\n") + 1
    assert (ask["level"], ask["file"], ask["line"]) == ("ask", "drills/shop.yaml", line)
    assert ask["message"] == f"{LOST}; {DRILL} is inconclusive at best"
    assert "disruption: infrastructure" in ask["fix"]


def test_the_listing_marks_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the table and for programs, and no other drill."""
    del home
    marked = {each["drill"]: each["stays_in_lost_region"] for each in told(capsys, "drills")}
    assert {name: where for name, where in marked.items() if where} == {DRILL: "us-east-1"}
    assert main.run(["drills"]) == Exit.PASSED
    assert capsys.readouterr().out.count("region (not left)") == 1


def test_what_passed_once_leaves_it_due(passed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And never proven, with the reason in place of a date."""
    del passed
    (due,) = [each for each in told(capsys, "due", "--all") if each["drill"] == DRILL]
    assert (due["due"], due["why"]) == (True, f"never proven: {LOST}")


def test_coverage_has_no_proof_of_it(passed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The cell of the disruption `region` is never proven."""
    del passed
    found = told(capsys, "coverage")
    assert found["counted"]["proven"] == 0
    cells = [each for row in found["resources"] for each in row["drills"] if each["disruption"] == "region"]
    assert [(each["drill"], each["coverage"]) for each in cells] == [(DRILL, "never proven")]


def test_the_programme_counts_it_as_inconclusive(passed: str, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """No pass and no figure of it is in the quarter's report."""
    assert main.run(["programme", "--format", "json", "--out", str(home / "out")]) == Exit.PASSED
    (path,) = map(Path, capsys.readouterr().out.splitlines())
    text = path.read_text()
    runs = [each for each in _objects(json.loads(text)) if each.get("run") == passed or each.get("id") == passed]
    assert {each["verdict"] for each in runs if "verdict" in each} <= {"INCONCLUSIVE"}
    assert "PASSED" not in text


def _objects(of: Any) -> list[dict[str, Any]]:
    inner = of.values() if isinstance(of, dict) else of if isinstance(of, list) else ()
    return [*([of] if isinstance(of, dict) else []), *(each for one in inner for each in _objects(one))]

"""`dro due`: which drills are to be run now, why, and when they were last proven."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from tests.support import workspace
from tests.support.ledger_samples import closing, header
from tests.support.types import load

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=400)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workspace.write(tmp_path)
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    for name in ("DRO_DATABASE_URL", "DRO_CLOCK_PACE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def ledger(home: Path) -> SqlLedger:
    return connect(f"sqlite:///{home / '.dro' / 'ledger.db'}", own=True)


def ended(ledger: SqlLedger, home: Path, drill: str, verdict: Verdict, **more: Any) -> str:
    """Write an ended run of a declared drill; return its id."""
    definition = load(home / "drills").drills[drill].digest
    opening = header(f"{drill}-{verdict.name.lower()}", drill=drill, started_at=NOW)
    provenance = replace(opening.provenance, simulated=more.pop("simulated", False), definition=definition)
    told = replace(opening, provenance=provenance)
    ledger.open_run(replace(told, **more))
    ledger.close_run(told.id, closing(verdict))
    return told.id


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, dict[str, Any]]:
    assert main.run(["due", "--json", *options]) == 0
    return {each["drill"]: each for each in json.loads(capsys.readouterr().out)}


def test_what_was_never_proven_is_due(ledger: SqlLedger, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a run on real AWS every drill is due; a simulated one proves nothing."""
    ended(ledger, home, "orders-snapshot", Verdict.PASSED, simulated=True)
    found = listed(capsys)
    assert set(found) == {"orders-snapshot", "sessions-pitr", "shop-replica"}
    assert found["orders-snapshot"]["why"] == "never proven: no run on real AWS has ended"
    assert (found["orders-snapshot"]["proven_at"], found["orders-snapshot"]["due_again_at"]) == (None, None)


def test_what_passed_in_this_period_is_not_due(
    ledger: SqlLedger, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is left out of the list; with --all it is there, with the day on which it will be due again."""
    ended(ledger, home, "orders-snapshot", Verdict.PASSED)
    assert "orders-snapshot" not in listed(capsys)
    told = listed(capsys, "--all")["orders-snapshot"]
    assert (told["due"], told["every"]) == (False, "quarter")
    assert told["proven_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert told["due_again_at"] > told["proven_at"]
    assert main.run(["due"]) == 0
    assert "2 of 3 drills are due." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("verdict", "changes", "why"),
    [
        (Verdict.PASSED, {"started_at": LONG_AGO}, f"last proven on {LONG_AGO:%Y-%m-%d}, and due again since"),
        (Verdict.FAILED, {}, f"its newest run, orders-snapshot-failed of {NOW:%Y-%m-%d}, is FAILED"),
        (Verdict.PASSED, {"selection": "oldest"}, "proven only for 'oldest', by orders-snapshot-passed"),
    ],
)
def test_why_a_drill_is_due_is_told(
    ledger: SqlLedger,
    home: Path,
    capsys: pytest.CaptureFixture[str],
    verdict: Verdict,
    changes: dict[str, Any],
    why: str,
) -> None:
    """That its proof is of an earlier period, that it failed since, or that it proves something else."""
    ended(ledger, home, "orders-snapshot", verdict, **changes)
    assert listed(capsys)["orders-snapshot"]["why"].startswith(why)


def test_what_was_changed_since_is_due(ledger: SqlLedger, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A drill is proven as it was defined then, not as it is defined now."""
    name = ended(ledger, home, "orders-snapshot", Verdict.PASSED)
    service = home / "drills" / "shop.yaml"
    service.write_text(service.read_text().replace("interval: 1m", "interval: 2m"))
    told = listed(capsys)["orders-snapshot"]
    assert told["why"] == f"changed since it was proven by {name} of {NOW:%Y-%m-%d}"
    assert told["proven_at"] is None


def test_a_workspace_without_drills_is_told_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing declared is no 'nothing due'."""
    service = home / "drills" / "shop.yaml"
    service.write_text(service.read_text().partition("drills:")[0])
    assert main.run(["due"]) == Exit.USAGE
    assert "no drill is declared" in capsys.readouterr().err

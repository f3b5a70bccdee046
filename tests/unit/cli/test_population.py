"""`dro population`: all runs of a span with how they were asked for, and the same sample each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from tests.support import workspace
from tests.support.ledger_samples import START, closing, header

SPAN = ("--since", f"{START:%Y-%m-%d}", "--until", f"{START + timedelta(days=2):%Y-%m-%d}")


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlLedger]:
    """A ledger of four runs, the last of which began when the span was over."""
    made = workspace.write(tmp_path)
    monkeypatch.setenv("DRO_HOME", str(made.home))
    monkeypatch.delenv("DRO_DATABASE_URL", raising=False)
    kept = connect(made.database_url, own=True)
    for number, verdict in enumerate((Verdict.PASSED, Verdict.FAILED, None, Verdict.PASSED)):
        began = START + timedelta(hours=number) + (timedelta(days=3) if number == 3 else timedelta())
        kept.open_run(replace(header(f"r-{number}", started_at=began), service="orders" if number else "carts"))
        if verdict is not None:
            kept.close_run(f"r-{number}", closing(verdict, ended_at=began + timedelta(hours=1)))
    yield kept
    kept.close()


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main.run(["population", *SPAN, *arguments]) == Exit.PASSED
    return capsys.readouterr().out


def test_the_whole_population_is_listed_with_its_query(ledger: SqlLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """Each run with its number, failed and open ones too; the counts, and what lies outside of the span."""
    del ledger
    said = " ".join(told(capsys).split())
    for each in (
        "r-0",
        "r-1",
        "r-2",
        "FAILED",
        "under way",
        "3 runs: 1 FAILED, 1 PASSED, 1 under way",
        "0 began before",
    ):
        assert each in said
    assert "r-3" not in said and "1 from then on" in said
    assert f"began from {START:%Y-%m-%d}T00:00:00Z on and before" in said
    found = json.loads(told(capsys, "--service", "orders", "--json"))
    assert [each["id"] for each in found["runs"]] == ["r-1", "r-2"]
    assert (found["count"], found["service"], found["began_after"]) == (2, "orders", 1)
    assert found["runs"][1]["verdict"] is None


def test_a_sample_is_the_same_byte_for_byte(ledger: SqlLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """Also once there are more runs outside of the span's list; more than there are is all, and told."""
    del ledger
    first = told(capsys, "--sample", "2", "--seed", "audit-7", "--json")
    assert told(capsys, "--sample", "2", "--seed", "audit-7", "--json") == first
    assert len(json.loads(first)["runs"]) == 2
    assert "all, for there are no 9" in " ".join(told(capsys, "--sample", "9", "--seed", "x").split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*SPAN, "--sample", "3"), "--sample and --seed go together"),
        ((*SPAN, "--seed", "x"), "--sample and --seed go together"),
        ((*SPAN, "--sample", "0", "--seed", "x"), "0 is not in the range"),
        ((*SPAN, "--service", "order"), "no run of a service 'order'"),
        (("--since", "2026-07-01", "--until", "2026-07-01"), "is not after --since"),
        (("--since", "yesterday", "--until", "2026-07-01"), "not an instant"),
        (("--since", "2026-07-01T10:00:00", "--until", "2026-08-01"), "has no time zone"),
    ],
)
def test_what_is_no_question_is_told(
    ledger: SqlLedger, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to write instead."""
    del ledger
    assert main.run(["population", *arguments]) == Exit.USAGE
    assert said in " ".join(capsys.readouterr().err.split())

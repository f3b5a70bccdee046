"""`dro sweep` in words and exit codes: what was not taken down is never told as swept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.domain.cost import Cost
from dr_orchestrator.domain.run import Copy, CopyState, CopyType
from dr_orchestrator.errors import Exit, NotMeasured
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.wiring import sweeping
from dr_orchestrator.wiring.keeping import now
from dr_orchestrator.wiring.sweeping import Stray, Swept
from tests import workspace
from tests.golden import sample
from tests.golden.story import REGION

RUN = replace(sample.passed().header, exercise="")
COPY = Copy(CopyType.RDS_INSTANCE, "dro-x", REGION, RUN.id, RUN.drill, RUN.service)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqlLedger:
    """The ledger of a workspace with one open run that nobody drives, in a world where nothing answers."""
    workspace.write(tmp_path)
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    for name in ("DRO_DATABASE_URL", "DRO_CLOCK_PACE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    made = connect(f"sqlite:///{tmp_path / '.dro' / 'ledger.db'}", own=True)
    made.open_run(RUN)
    return made


def becomes(monkeypatch: pytest.MonkeyPatch, state: CopyState, why: str = "", unlisted: str = "") -> None:
    """What the sweep of the run comes to, and whether strays can be listed."""

    def strays(_here: object) -> list[Stray]:
        if unlisted:
            raise NotMeasured(unlisted)
        return []

    swept = [Swept(COPY, state, timedelta(minutes=3), why)]
    monkeypatch.setattr(sweeping, "sweep_run", lambda _here, _run, _why: swept)
    monkeypatch.setattr(sweeping, "strays", strays)


def test_a_copy_that_stays_is_not_swept(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With AWS out of reach the run is not swept, and why is told; the leftover decides the exit code."""
    becomes(monkeypatch, CopyState.LEFTOVER, "no route to AWS", unlisted="ListTables: no route to AWS")

    assert main.run(["sweep"]) == Exit.LEFTOVERS

    said = capsys.readouterr().out
    assert f"Run {RUN.id} of {RUN.drill}: NOT swept" in said
    assert "no route to AWS" in said
    assert "0 copies swept, 1 may still be there" in said
    assert "strays is not known: ListTables" in said


def test_unknown_strays_are_told(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where all that is known is gone, strays that cannot be listed make it inconclusive, in JSON too."""
    becomes(monkeypatch, CopyState.DELETED, unlisted="access denied")

    assert main.run(["sweep", "--json"]) == Exit.INCONCLUSIVE

    assert json.loads(capsys.readouterr().out)["strays_unknown"] == "access denied"


def test_a_leftover_tells_its_cost(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it has cost stands beside its age, in words and, unrounded, for programs."""
    left = Swept(COPY, CopyState.LEFTOVER, timedelta(hours=3), "no route", Cost(Decimal("1.234"), "USD"))
    becomes(monkeypatch, CopyState.LEFTOVER)
    monkeypatch.setattr(sweeping, "sweep_run", lambda _here, _run, _why: [left])

    main.run(["sweep"])
    assert "3 h after its intent, cost so far 1.24 USD, no route" in capsys.readouterr().out
    main.run(["sweep", "--json"])
    assert json.loads(capsys.readouterr().out)["copies"][0]["cost"]["amount"] == 1.234


def test_what_is_gone_is_swept(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dead run whose copy is gone is told as swept, and the exit code is 0."""
    becomes(monkeypatch, CopyState.DELETED)

    assert main.run(["sweep"]) == Exit.PASSED
    assert f"Run {RUN.id} of {RUN.drill}: swept." in capsys.readouterr().out


def test_a_run_under_lease_is_named(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right after a kill nothing is dead yet: the open run is named with its holder and until when it is left alone."""
    becomes(monkeypatch, CopyState.DELETED)
    until = now() + timedelta(seconds=25)
    ledger.leases.take(RUN.id, "vm:31736:abc", now(), until)

    assert main.run(["sweep"]) == Exit.PASSED

    said = capsys.readouterr().out
    assert "0 dead runs" in said
    assert f"Run {RUN.id} is driven by vm:31736:abc" in said
    assert f"{until:%H:%M:%S} UTC" in said

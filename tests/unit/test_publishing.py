"""Publishing: a report that cannot be written changes no result, and its reason is kept for whoever prints."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from dr_orchestrator.wiring.publishing import publish_run, why_not
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.golden import sample


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One line without a traceback names the file and the reason; written after all, the reason is gone."""
    here = workspace.world(tmp_path, FakeClock())
    run = replace(sample.passed(), header=replace(sample.passed().header, exercise=""))
    assert run.closing is not None
    here.ledger.open_run(run.header)
    here.ledger.close_run(run.header.id, run.closing)
    (tmp_path / "reports").write_text("in the way")

    with caplog.at_level(logging.WARNING):
        assert publish_run(here, run.header.id) == {}

    (record,) = caplog.records
    assert not record.exc_info
    assert str(tmp_path / "reports") in record.getMessage()
    assert f"dro report {run.header.id}" in record.getMessage()
    assert str(tmp_path / "reports") in why_not(run.header.id)
    (tmp_path / "reports").unlink()
    assert publish_run(here, run.header.id)["html"].exists()
    assert why_not(run.header.id) == ""

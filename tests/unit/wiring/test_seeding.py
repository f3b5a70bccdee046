"""A made-up history enters only a ledger in which nothing took place, and why it did not is told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from dr_orchestrator import wiring
from dr_orchestrator.domain.posture.ruling import NOBODY, Look
from dr_orchestrator.wiring.seeding import seed_before, why_not
from tests.support import workspace
from tests.support.fakes import FakeClock

NOW = datetime(2026, 11, 30, tzinfo=UTC)
HISTORY = "history: {quarters: 3, seed: 9}\n"


def test_no_history_comes_after_what_took_place(tmp_path: Path) -> None:
    """A look at the posture is enough; the reason is told, and none where none is asked for or it was written."""
    with wiring.using(workspace.world(tmp_path / "a", FakeClock(NOW))) as here:
        here.ledger.keep_posture(Look(NOW, False, "1", "r", (NOBODY,)), [])
        assert why_not(here) == ""
        (tmp_path / "a" / "estate.yaml").write_text(HISTORY)
        assert seed_before(here) == 0
        assert why_not(here) == "the ledger holds looks at the posture"
    with wiring.using(workspace.world(tmp_path / "b", FakeClock(NOW))) as here:
        (tmp_path / "b" / "estate.yaml").write_text(HISTORY)
        assert seed_before(here) > 0
        assert why_not(here) == ""

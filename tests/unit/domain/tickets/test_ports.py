"""The ports of a sync: whatever speaks to a tracker, or keeps the outbox, has all that a sync asks for."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.tickets.ports import Outbox, Tracker
from dr_orchestrator.ledger.tickets import SqlOutbox
from dr_orchestrator.tracker.cloud import JiraCloud
from dr_orchestrator.tracker.data_center import JiraDataCenter
from dr_orchestrator.tracker.folder import Folder
from dr_orchestrator.tracker.github import GitHub
from dr_orchestrator.tracker.gitlab import GitLab


@pytest.mark.parametrize("kind", [Folder, JiraCloud, JiraDataCenter, GitHub, GitLab])
def test_each_tracker_has_what_a_sync_asks_for(kind: type) -> None:
    """And none has a way of its own that a sync would have to know."""
    asked = {name for name in vars(Tracker) if not name.startswith("_")} - {"pause"}
    assert asked <= {*dir(kind)}
    assert {name for name in dir(kind) if not name.startswith("_")} - asked <= {"API", "pause"}


def test_the_ledgers_outbox_has_what_a_sync_asks_for() -> None:
    """No more, and no less."""
    asked, has = ({name for name in dir(of) if not name.startswith("_")} for of in (Outbox, SqlOutbox))
    assert asked == has

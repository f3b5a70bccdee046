"""A failover is asked for once, whatever becomes of the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.domain.failover import Zones
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.errors import NotMeasured, Transient
from dr_orchestrator.resources.aurora_cluster.standby import ClusterStandby
from dr_orchestrator.resources.rds_instance.standby import RdsStandby

STALE = False, Zones("a", "b")
EARLIER = ServerTime("copy", "failover started", datetime(2026, 5, 1, 12, tzinfo=UTC), "rds:DescribeEvents")
NEW = ServerTime("copy", "failover started", datetime(2026, 5, 1, 13, tzinfo=UTC), "rds:DescribeEvents")


@pytest.mark.parametrize("way", [RdsStandby, ClusterStandby])
def test_a_lost_answer_is_looked_for_in_awss_events_and_never_asked_for_again(way: Any) -> None:
    """Described is the old zone, for that may be stale; until AWS's events tell of a new failover nothing is known."""
    standby: Any = way.__new__(way)
    standby._toolkit, told = mock.Mock(), [EARLIER]
    asked = mock.Mock(side_effect=Transient("no answer"))
    with (
        mock.patch.object(way, "seen", lambda *_: STALE),
        mock.patch.object(way, "_ask_for_it", asked),
        mock.patch.object(way, "told", lambda *_: list(told)),
    ):
        for match in ("no answer", "not asked for again", "not asked for again"):
            with pytest.raises(NotMeasured, match=match):
                standby.fail_over(mock.Mock(id="copy"), Zones("a", "b"))
        told.append(NEW)
        assert "AWS tells of it" in standby.fail_over(mock.Mock(id="copy"), Zones("a", "b")).words
    assert asked.call_count == 1

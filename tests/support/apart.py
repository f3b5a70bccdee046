"""An account of its own for replicas, as tiers.yaml names it: production's is the lab's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

from dr_orchestrator.checks.sql import SqlChecks, newest
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support.elsewhere import lets_in
from tests.support.estate import REGION

OTHER = "222222222222"
READ, MAKE = (f"arn:aws:iam::{ACCOUNT}:role/dro-{each}" for each in ("read", "copy"))
ROLES = f"roles: {{source: '{READ}', drill: '{MAKE}'}}\n"
THERE = f"roles: {{source: '{READ}', drill: '{MAKE}', elsewhere: ['arn:aws:iam::{OTHER}:role/dro']}}\n"
APART = f'replica: {{place: drill-account, account: "{OTHER}"}}\n'


def stand_apart(drills: Path) -> None:
    """Give the replicas of a workspace that account, which the policies of production's keys let use them."""
    tiers = drills / "tiers.yaml"
    tiers.write_text(tiers.read_text() + THERE + APART)
    lets_in(OTHER, REGION)


@contextmanager
def beating_as_of(taken: datetime) -> Iterator[None]:
    """Within: the newest heartbeat in each restored database is of then, as its snapshot is."""

    def beat(_: SqlChecks, check: Any, _copy: Copy, disrupted: datetime) -> Any:
        return newest(check, taken, disrupted)

    with mock.patch.object(SqlChecks, "perform", beat):
        yield

"""Approvals in the ledger: written once, and never changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select

from dr_orchestrator.domain.production import Approval
from dr_orchestrator.domain.run import Phase
from dr_orchestrator.ledger import tables
from dr_orchestrator.ledger.tables_of_approvals import approval

_row, _step = approval.c, tables.step.c


def keep(connection: Connection, given: Approval) -> None:
    """Write one."""
    values = {"drill": given.drill, "plan": given.plan, "approver": given.by, "at": given.at}
    connection.execute(insert(approval).values(values))


def known(connection: Connection, drill: str) -> list[Approval]:
    """Those of a drill, oldest first."""
    found = connection.execute(select(approval).where(_row.drill == drill).order_by(_row.number)).mappings()
    return [Approval(each["drill"], each["plan"], each["approver"], each["at"]) for each in found]


def begun(connection: Connection, run: str, steps: Sequence[str]) -> int:
    """How many steps of these names a run has begun."""
    of = (_step.run == run, _step.phase == Phase.RECOVER, _step.name.in_(steps))
    return int(connection.scalar(select(func.count()).select_from(tables.step).where(*of)) or 0)

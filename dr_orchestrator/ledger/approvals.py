"""Approvals in the ledger: written once, and taken by one run; nothing else of them changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from dr_orchestrator.domain.production import Approval, Ground
from dr_orchestrator.domain.run import Phase
from dr_orchestrator.ledger import tables
from dr_orchestrator.ledger.tables_of_approvals import approval

_row, _step = approval.c, tables.step.c


def keep(connection: Connection, given: Approval) -> None:
    """Write one."""
    connection.execute(insert(approval).values({**_values(given), "run": given.run}))


def known(connection: Connection, drill: str) -> list[Approval]:
    """Those of a drill, oldest first."""
    found = connection.execute(select(approval).where(_row.drill == drill).order_by(_row.number)).mappings()
    return [
        Approval(
            each["drill"],
            each["plan"],
            each["approver"],
            each["at"],
            Ground(each["account"], each["simulated"], each["roles"]),
            each["run"],
        )
        for each in found
    ]


def claim(connection: Connection, given: Approval, run: str) -> bool:
    """Give one that is free to a run; whether it is that run's now. Of two runs that ask at once one has it."""
    same = [_row[name] == value for name, value in _values(given).items()]
    free = connection.scalar(select(func.min(_row.number)).where(*same, _row.run == ""))
    if free is not None:
        taken = update(approval).where(_row.number == free, _row.run == "").values(run=run)
        if connection.execute(taken).rowcount == 1:
            return True
    own = select(func.count()).select_from(approval).where(*same, _row.run == run)
    return bool(connection.scalar(own))


def _values(given: Approval) -> dict[str, Any]:
    on = {"account": given.ground.account, "roles": given.ground.roles, "simulated": given.ground.simulated}
    return {"drill": given.drill, "plan": given.plan, "approver": given.by, "at": given.at, **on}


def begun(connection: Connection, run: str, steps: Sequence[str]) -> int:
    """How many steps of these names a run has begun."""
    of = (_step.run == run, _step.phase == Phase.RECOVER, _step.name.in_(steps))
    return int(connection.scalar(select(func.count()).select_from(tables.step).where(*of)) or 0)

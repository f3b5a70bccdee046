"""Silences in the ledger: the copies that stand with what was asked for them, each written by one process at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, Table, and_, or_, select, update

from dr_orchestrator.domain.silences.silence import OPEN, Silence, Standing
from dr_orchestrator.ledger import rows, tables
from dr_orchestrator.ledger.engine import reading, transaction
from dr_orchestrator.ledger.leases import insert_or_nothing
from dr_orchestrator.ledger.patience import retry_transient, write_patiently
from dr_orchestrator.ledger.tables_of_silences import silence
from dr_orchestrator.ledger.times import NOW, Times

_copy, _run, _lease, _row = tables.copy.c, tables.run.c, tables.lease.c, silence.c
_same = and_(*(_row[name] == _copy[name] for name in ("run", "type", "region", "id")))


class SqlSilences:
    """The silences of a ledger; `times` is the clock of claims, and that of leases."""

    def __init__(self, engine: Engine, times: Times) -> None:
        self._engine, self.times = engine, times

    def box(self, holder: str) -> SqlBox:
        """Those of the ledger, to one process."""
        return SqlBox(self._engine, self, holder)

    def standing(self) -> list[Standing]:
        """The copies that stand, and those whose silence may, in the order of their intent."""
        whole = tables.copy.join(tables.run, _copy.run == _run.id).outerjoin(silence, _same)
        whole = whole.outerjoin(tables.lease, _lease.run == _copy.run)
        chosen = select(*_named("copy", tables.copy), *_named("silence", silence), *self._more()).select_from(whole)
        found: dict[int, Mapping[Any, Any]] = {}

        def read() -> None:
            with transaction(reading(self._engine)) as connection:
                for few in (tables.UNSETTLED, _row.state.in_(OPEN)):
                    got = connection.execute(chosen.where(few)).mappings()
                    found.update({each["copy_number"]: each for each in got})

        retry_transient(read)
        return [self._standing(found[number]) for number in sorted(found)]

    def _more(self) -> tuple[Any, ...]:
        times = self.times
        of_run = (_run.account.label("of_account"), _run.resource_id, _run.simulated, _run.verdict)
        of_lease = (_lease.clock.label("by"), _lease.beat_at, times.now(tables.lease).label("now"))
        return (*of_run, *of_lease, times.until(tables.lease).label("ends"))

    def _standing(self, row: Mapping[Any, Any]) -> Standing:
        record = rows.copy_of(_unnamed("copy", tables.copy, row))
        known = rows.record_of(Silence, _unnamed("silence", silence, row)) if row["silence_run"] is not None else None
        ours = row["beat_at"] is not None and row["by"] in (None, self.times.clock)
        source = record.copy.source.id if record.copy.source else ""
        return Standing(
            record,
            record.copy.account or row["of_account"],
            frozenset({row["resource_id"], source} - {""}),
            row["simulated"],
            row["verdict"] is None and row["ends"] is not None and row["ends"] > row["now"],
            max(row["now"] - row["beat_at"], NOW) if ours else None,
            known,
        )


class SqlBox:
    """The silences, to the process of that name."""

    def __init__(self, engine: Engine, of: SqlSilences, holder: str) -> None:
        self._engine, self._of, self._holder = engine, of, holder

    def standing(self) -> list[Standing]:
        """The copies that stand, and those whose silence may."""
        return self._of.standing()

    def begin(self, meant: Silence, span: timedelta) -> bool:
        """Write what is meant, and hold it for a span; False where another holds it, or tried it since it was read."""
        times, values = self._of.times, rows.row_of(meant)
        free = or_(times.until(silence) <= times.now(silence), _row.holder == self._holder)
        mine = update(silence).where(_this(meant), free, _row.tries == meant.tries - 1)
        ours = select(_row.tries).where(_this(meant), _row.holder == self._holder, _row.tries == meant.tries)
        blank = {**rows.row_of(Silence(meant.run, meant.type, meant.region, meant.id)), **self._held(NOW), "holder": ""}
        changed: list[bool] = []

        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(insert_or_nothing(connection, silence).values(blank))
                changed[:] = [bool(connection.execute(mine.values({**values, **self._held(span)})).rowcount)]

        def is_written() -> bool:
            with transaction(reading(self._engine)) as connection:
                changed[:] = [connection.execute(ours).first() is not None]
            return changed[0]

        write_patiently(write, is_written)
        return changed[0]

    def keep(self, became: Silence) -> None:
        """Write what became of one that was begun here, and let it go; not where another took it for silent."""
        mine = update(silence).where(_this(became), _row.holder == self._holder, _row.tries == became.tries)

        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(mine.values({**rows.row_of(became), **self._held(NOW)}))

        write_patiently(write)

    def _held(self, span: timedelta) -> dict[str, Any]:
        times = self._of.times
        instants = {"until": times.after(span), "until_wall": times.wall(span)}
        return {"holder": self._holder, "clock": times.clock, **instants}


def _this(of: Silence) -> Any:
    return and_(_row.run == of.run, _row.type == of.type, _row.region == of.region, _row.id == of.id)


def _named(prefix: str, table: Table) -> list[Any]:
    return [each.label(f"{prefix}_{each.name}") for each in table.c]


def _unnamed(prefix: str, table: Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    return {each.name: row[f"{prefix}_{each.name}"] for each in table.c}

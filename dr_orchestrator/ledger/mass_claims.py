"""Items of large-incident drills as work: claimed in batches, settled once, by whoever holds them and by no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, or_, select, update

from dr_orchestrator.domain.mass_restore.items import Item, unasked
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.ledger.engine import reading, transaction
from dr_orchestrator.ledger.patience import retry_transient, write_patiently
from dr_orchestrator.ledger.tables_of_mass_restores import mass_item
from dr_orchestrator.ledger.times import NOW, Times

_row = mass_item.c
_SPANS = {"rta": "rta_us", "held": "held_us", "rpa": "rpa_us"}
_COLUMNS = {each.name: _SPANS.get(each.name, each.name) for each in fields(Item)}
COLUMNS = [_row[each] for each in _COLUMNS.values()]
_FIGURES = ("rta", "held", "rpa", "rows", "newest", "proven")
_ASKED = ("run", "verdict", "rule", "reason", "started_at", "ended_at", *_FIGURES)
"""The fields that settling an item writes."""


class SqlMassClaims:
    """The items of the drills of a ledger, to their workers; `times` is the clock of claims."""

    def __init__(self, engine: Engine, times: Times) -> None:
        self._engine, self.times = engine, times

    def claim(self, of: str, container: str, holder: str, most: int, span: timedelta) -> list[Item]:
        """Take some items of a container that nobody holds, the most critical first, for a span.

        Of several that claim at once each gets others: PostgreSQL passes over what another is just taking, in SQLite
        only one is within such a statement at a time.
        """
        times, got = self.times, list[Item]()
        free = or_(_row.holder == "", times.until(mass_item) <= times.now(mass_item))
        open_ones = (_row.mass_restore == of, _row.container == container, _row.verdict.is_(None))
        some = select(_row.number).where(*open_ones, free).order_by(_row.tier, _row.site).limit(most)
        chosen = some.with_for_update(skip_locked=True).cte("chosen")  # else PostgreSQL may choose more than once
        taken = (
            update(mass_item)
            .where(_row.number.in_(select(chosen.c.number)), *open_ones, free)
            .values(self._held(holder, span))
        )

        def write() -> None:
            with transaction(self._engine) as connection:
                rows = connection.execute(taken.returning(*COLUMNS)).mappings().all()
                got[:] = sorted(map(item_of, rows), key=lambda each: (each.tier, each.site))

        write_patiently(write)
        return got

    def settle(self, item: Item, holder: str) -> bool:
        """Write an item's verdict; whether it was still the holder's, and had none."""
        values = {_COLUMNS[name]: getattr(item, name) for name in _ASKED}
        mine = (_row.number == item.number, _row.holder == holder, _row.verdict.is_(None))
        changed: list[int] = []

        def write() -> None:
            with transaction(self._engine) as connection:
                changed[:] = [connection.execute(update(mass_item).where(*mine).values(values)).rowcount]

        def is_written() -> bool:
            with transaction(reading(self._engine)) as connection:
                same = select(_row.verdict).where(_row.number == item.number, _row.holder == holder)
                if connection.scalar(same) is None:
                    return False
            changed[:] = [1]
            return True

        write_patiently(write, is_written)
        return bool(changed[0])

    def settle_rest(self, of: str, container: str | None, rule: Rule, why: str, at: datetime) -> int:
        """Settle what nobody can ask for any more: all that is open in a container, or in all of them."""
        found = self.unsettled(of, container)

        def write() -> None:
            with transaction(self._engine) as connection:
                for each in found:
                    done = unasked(each, rule, why, at)
                    values = {_COLUMNS[name]: getattr(done, name) for name in _ASKED if name != "run"}
                    still = (_row.number == each.number, _row.verdict.is_(None))
                    connection.execute(update(mass_item).where(*still).values(values))

        write_patiently(write)
        return len(found)

    def unsettled(self, of: str, container: str | None = None) -> list[Item]:
        """The items without a verdict, of a container or of all."""
        query = select(*COLUMNS).where(_row.mass_restore == of, _row.verdict.is_(None)).order_by(_row.number)
        if container is not None:
            query = query.where(_row.container == container)
        return self._read(query)

    def free(self, of: str, holder: str | None = None) -> None:
        """Let go of what a worker held, or all of a dead driver's: whoever drives a drill is alone in it."""
        whose = _row.holder != "" if holder is None else _row.holder == holder
        held = (_row.mass_restore == of, _row.verdict.is_(None), whose)

        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(update(mass_item).where(*held).values(holder=""))

        write_patiently(write)

    def _read(self, query: Any) -> list[Item]:
        def read() -> list[Item]:
            with transaction(reading(self._engine)) as connection:
                return [item_of(each) for each in connection.execute(query).mappings()]

        return retry_transient(read)

    def _held(self, holder: str, span: timedelta) -> dict[str, Any]:
        times = self.times
        instants = {"until": times.after(span), "until_wall": times.wall(span)}
        return {"holder": holder, "clock": times.clock, **instants}

    def unheld(self) -> dict[str, Any]:
        """The columns of an item that nobody holds."""
        return self._held("", NOW)


def item_of(row: Mapping[Any, Any]) -> Item:
    """An item from its row."""
    return Item(**{name: row[column] for name, column in _COLUMNS.items()})


def item_row(item: Item) -> dict[str, Any]:
    """An item's columns, but its number, which the ledger gives."""
    return {column: getattr(item, name) for name, column in _COLUMNS.items() if name != "number"}

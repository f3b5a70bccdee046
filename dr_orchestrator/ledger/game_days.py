"""Game days in the ledger: a log that only grows, each entry judged by how the game day stands where it lands.

Whoever adds holds the game day's row until the transaction ends: of two machines that add at once both do, in one
order, the second judged by what the first has added.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from dr_orchestrator.domain.deadlines import Deadlines
from dr_orchestrator.domain.game_day.acts import PersonAct, Plan
from dr_orchestrator.domain.game_day.fold import after, state_of
from dr_orchestrator.domain.game_day.log import Entry, Kind, Said
from dr_orchestrator.domain.game_day.plan import GameDay, as_json, from_json
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.game_day.standing import RunOutcome, Standing
from dr_orchestrator.domain.game_day.verdict import held_as_aborted, held_as_closed, judge
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import assembly, findings, tables
from dr_orchestrator.ledger.engine import LedgerDefect, alone, reading, transaction
from dr_orchestrator.ledger.patience import retry_transient, write_patiently
from dr_orchestrator.ledger.tables_of_game_days import game_day, game_day_entry

_row, _entry, _run = game_day.c, game_day_entry.c, tables.run.c
_LISTED = "`dro game-day list` lists them"


@dataclass(frozen=True)
class Added:
    """The outcome of an act: its entry, and how the game day stands with it."""

    record: Record
    entry: Entry
    standing: Standing


class SqlGameDays:
    """The game days of a ledger; `deadlines` tells when findings are due."""

    def __init__(self, engine: Engine, deadlines: Callable[[], Deadlines]) -> None:
        self._engine, self._deadlines = engine, deadlines

    def take_plan(self, plan: GameDay, named: str, by: str, at: datetime, *, simulated: bool) -> Record:
        """The game day that is to be held by a plan: the one that waits for its start, else a new one of the id
        `named`; UsageError where one of that name is under way. Another plan than before is an entry of the log.
        """
        taken: list[Record] = []

        def write() -> None:
            with transaction(self._engine) as connection:
                alone(connection, game_day)
                found = _newest(connection, plan.name)
                if found is None or found.ended_at is not None:
                    _open(connection, plan, named, at, simulated)
                    found = _record(connection, named)
                    _add(connection, named, _entry_of(Standing(plan, at), Plan(plan), by, at), secrets.token_hex(8))
                elif found.plan.digest != plan.digest:
                    standing = _standing(connection, found, at)
                    entry = _entry_of(standing, Plan(plan), by, at)
                    _add(connection, found.id, entry, secrets.token_hex(8))
                    changed = {"plan": as_json(plan), "digest": plan.digest}
                    connection.execute(update(game_day).where(_row.id == found.id).values(changed))
                taken[:] = [_record(connection, found.id)]

        write_patiently(write)  # which finds its own
        return taken[0]

    def act(
        self, named: str, act: PersonAct, by: str, at: datetime, *, simulated: bool = False, token: str = ""
    ) -> Added:
        """Add what somebody does; UsageError where it is not the way of it, as it stands by then.

        Time does not run back within a log, whatever the machines' clocks say. What is simulated once stays so. Whoever
        tries again what may have been written names the same `token`: it is looked for first.
        """
        known, token, done = bool(token), token or secrets.token_hex(16), list[Added]()
        deadlines = self._deadlines()

        def write() -> None:
            with transaction(self._engine) as connection:
                record = _locked(connection, named)
                before = _standing(connection, record, at)
                entry = _entry_of(before, act, by, at)
                _add(connection, named, entry, token)
                standing = after(before, entry)
                _keep(connection, record, standing, entry, deadlines, simulated or _any_simulated(connection, before))
                done[:] = [Added(_record(connection, named), entry, standing)]

        def is_written() -> bool:
            with transaction(reading(self._engine)) as connection:
                found = connection.execute(select(game_day_entry).where(_entry.token == token)).mappings().one_or_none()
                if found is None:
                    return False
                record = _record(connection, named)
                done[:] = [Added(record, _read(found), _standing(connection, record, at))]
                return True

        if known and retry_transient(is_written):
            return done[0]
        write_patiently(write, is_written)
        return done[0]

    def entries_after(self, named: str, number: int) -> list[Entry]:
        """The entries of a log beyond that number: none where nothing was added since."""

        def read() -> list[Entry]:
            with transaction(reading(self._engine)) as connection:
                return _entries(connection, named, number)

        return retry_transient(read)

    def outcomes(self, runs: Iterable[str]) -> dict[str, RunOutcome]:
        """How runs stand by now, those that are in the ledger."""
        names = list(runs)

        def read() -> dict[str, RunOutcome]:
            with transaction(reading(self._engine)) as connection:
                return _outcomes(connection, names)

        return retry_transient(read)

    def find(self, name: str) -> Record:
        """The game day of an id or of the beginning of one, else the newest of a plan's name; UsageError if none is."""
        with transaction(reading(self._engine)) as connection:
            if (newest := _newest(connection, name)) is not None:
                return newest
            like = select(_row.id).where(_row.id.startswith(name, autoescape=True)).order_by(_row.number)
            found = list(connection.scalars(like)) if name else []
            exact = [each for each in found if each == name] or found
            if len(exact) != 1:
                told = f"several game days begin with '{name}'" if exact else f"there is no game day '{name}'"
                raise UsageError(told, _LISTED)
            return _record(connection, exact[0])

    def listed(self) -> list[Record]:
        """All of them, the newest first."""
        with transaction(reading(self._engine)) as connection:
            found = connection.execute(select(game_day).order_by(_row.number.desc())).mappings()
            return [_record_of(each) for each in found]

    def of_run(self, run: str) -> str:
        """The game day from which a run was started; empty where it was not."""
        started = select(_entry.game_day, _entry.told).where(_entry.kind == Kind.DRILL_STARTED)
        with transaction(reading(self._engine)) as connection:
            return next((each.game_day for each in connection.execute(started) if each.told["run"] == run), "")


def _entry_of(of: Standing, act: PersonAct, by: str, at: datetime) -> Entry:
    """The entry that an act adds, at its place."""
    when = max(at, of.last_at) if of.last_at else at
    said: Said = act.on(of, by, when)
    return Entry(of.number + 1, when, " ".join(by.split()), said.kind, said.told)


def _keep(
    connection: Connection, record: Record, of: Standing, entry: Entry, deadlines: Deadlines, simulated: bool
) -> None:
    """Write what the log comes to beside it, with what follows for findings."""
    values: dict[str, Any] = {"simulated": record.simulated or simulated}
    if entry.kind is Kind.STARTED:
        values["started_at"] = entry.at
    if entry.kind in (Kind.ENDED, Kind.ABORTED):
        values["ended_at"] = entry.at
    if of.ended is not None or of.aborted is not None:
        values["verdict"] = judge(of)[0]
    if entry.kind is Kind.CLOSED:
        values["closed_at"] = entry.at
    connection.execute(update(game_day).where(_row.id == record.id).values(values))
    told = (of, record.id, values["simulated"], entry.at)
    if entry.kind is Kind.ABORTED:
        findings.take_in_exercise(connection, held_as_aborted(*told), deadlines)
    if entry.kind is Kind.CLOSED:
        findings.take_in_exercise(connection, held_as_closed(*told), deadlines)


def _open(connection: Connection, plan: GameDay, named: str, at: datetime, simulated: bool) -> None:
    values = {"id": named, "name": plan.name, "plan": as_json(plan), "digest": plan.digest}
    connection.execute(insert(game_day).values({**values, "simulated": simulated, "opened_at": at}))


def _add(connection: Connection, named: str, entry: Entry, token: str) -> None:
    values = {"number": entry.number, "at": entry.at, "by": entry.by, "kind": entry.kind, "told": dict(entry.told)}
    connection.execute(insert(game_day_entry).values({"game_day": named, **values, "token": token}))


def _locked(connection: Connection, named: str) -> Record:
    """The game day, held until the transaction ends; in SQLite it is alone from its beginning."""
    found = connection.execute(select(game_day).where(_row.id == named).with_for_update()).mappings().one_or_none()
    if found is None:
        raise UsageError(f"there is no game day '{named}'", _LISTED)
    return _record_of(found)


def _newest(connection: Connection, name: str) -> Record | None:
    query = select(game_day).where(_row.name == name).order_by(_row.number.desc()).limit(1)
    found = connection.execute(query).mappings().one_or_none()
    return None if found is None else _record_of(found)


def _record(connection: Connection, named: str) -> Record:
    return _record_of(connection.execute(select(game_day).where(_row.id == named)).mappings().one())


def _record_of(row: Any) -> Record:
    plan = from_json(row["plan"])
    if plan.digest != row["digest"]:
        raise LedgerDefect(f"the plan of game day {row['id']} is not the one of its digest")
    ends = (row["opened_at"], row["started_at"], row["ended_at"], row["closed_at"], row["verdict"])
    return Record(row["id"], plan, row["simulated"], *ends)


def _standing(connection: Connection, record: Record, at: datetime) -> Standing:
    """How it stands within this transaction."""
    entries = _entries(connection, record.id, 0)
    runs = [each.told["run"] for each in entries if each.kind is Kind.DRILL_STARTED]
    now = max(at, entries[-1].at) if entries else at
    return state_of(record.plan, entries, now, _outcomes(connection, runs))


def _entries(connection: Connection, named: str, number: int) -> list[Entry]:
    query = select(game_day_entry).where(_entry.game_day == named, _entry.number > number).order_by(_entry.number)
    return [_read(each) for each in connection.execute(query).mappings()]


def _read(row: Any) -> Entry:
    return Entry(row["number"], row["at"], row["by"], row["kind"], row["told"])


def _outcomes(connection: Connection, names: Sequence[str]) -> dict[str, RunOutcome]:
    found: dict[str, RunOutcome] = {}
    for some in assembly.chunks(sorted(names)):
        for each in connection.execute(select(_run.id, _run.verdict, _run.cleanup).where(_run.id.in_(some))):
            found[each.id] = RunOutcome(each.verdict, each.cleanup)
    return found


def _any_simulated(connection: Connection, of: Standing) -> bool:
    names = [each.run for each in of.drills]
    query = select(_run.id).where(_run.id.in_(names), _run.simulated).limit(1)
    return bool(names) and connection.execute(query).first() is not None

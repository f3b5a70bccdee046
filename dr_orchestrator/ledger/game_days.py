"""Game days in the ledger: a log that only grows, each entry judged by how the game day stands where it lands.

Whoever adds holds the game day's row until the transaction ends: of two machines that add at once both do, in one
order, the second judged by what the first has added. The table is always asked for before a row of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Text, insert, select, type_coerce, update

from dr_orchestrator.domain.deadlines import Deadlines
from dr_orchestrator.domain.game_day.acts import PersonAct, Plan
from dr_orchestrator.domain.game_day.adding import entry_of
from dr_orchestrator.domain.game_day.fold import after, state_of
from dr_orchestrator.domain.game_day.log import Entry, Kind
from dr_orchestrator.domain.game_day.plan import GameDay, as_json, from_json
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.game_day.standing import RunOutcome, Standing
from dr_orchestrator.domain.game_day.verdict import held_as_aborted, held_as_closed, judge
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import assembly, findings, tables
from dr_orchestrator.ledger.engine import LedgerDefect, alone, beside, reading, transaction
from dr_orchestrator.ledger.patience import retry_transient, write_patiently
from dr_orchestrator.ledger.tables_of_game_days import game_day, game_day_entry

_row, _entry, _run = game_day.c, game_day_entry.c, tables.run.c
_OUTCOME = select(_run.id, _run.verdict, _run.cleanup, _run.ended_at)
# The kind as it is written: a newer release may have added one, and all the same its game day can be read and aborted.
_COLUMNS = select(
    *(_entry.game_day, _entry.number, _entry.at, _entry.by, type_coerce(_entry.kind, Text).label("kind"), _entry.told)
)
_KINDS = frozenset(each.value for each in Kind)
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
                taken[:] = [_take(connection, plan, named, by, at, simulated)]

        write_patiently(write)  # which finds its own
        return taken[0]

    def act_by_plan(
        self, plan: GameDay, named: str, act: PersonAct, by: str, at: datetime, *, simulated: bool = False
    ) -> Added:
        """As `take_plan` and then `act`, both or neither: what is refused has opened nothing and put no plan in place.

        A plan that is taken away again is never in the log.
        """
        deadlines = self._deadlines()

        def write(connection: Connection, token: str) -> Added:
            record = _take(connection, plan, named, by, at, simulated)
            return _act(connection, record, act, (by, at, token), deadlines, simulated)

        return self._added(write, at)

    def act(
        self, named: str, act: PersonAct, by: str, at: datetime, *, simulated: bool = False, token: str = ""
    ) -> Added:
        """Add what somebody does; UsageError where it is not the way of it, as it stands by then.

        Time does not run back within a log, whatever the machines' clocks say. What is simulated once stays so. Whoever
        tries again what may have been written names the same `token`: it is looked for first.
        """
        deadlines = self._deadlines()

        def write(connection: Connection, token: str) -> Added:
            return _act(connection, _locked(connection, named), act, (by, at, token), deadlines, simulated)

        return self._added(write, at, token)

    def _added(self, write_in: Callable[[Connection, str], Added], at: datetime, told: str = "") -> Added:
        """Add in one transaction, under a token by which it is found where the answer was lost; looked for first, where
        it is `told`.
        """
        token, done = told or secrets.token_hex(16), list[Added]()

        def write() -> None:
            with transaction(self._engine) as connection:
                done[:] = [write_in(connection, token)]

        def is_written() -> bool:
            with transaction(reading(self._engine)) as connection:
                found = connection.execute(_COLUMNS.where(_entry.token == token)).mappings().one_or_none()
                if found is None:
                    return False
                record = _record(connection, found["game_day"])
                done[:] = [Added(record, _read(found), _standing(connection, record, at))]
                return True

        if told and retry_transient(is_written):
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
        return self.of_runs([run]).get(run, "")

    def of_runs(self, runs: Iterable[str]) -> dict[str, str]:
        """The game days from which runs were started, by run: those alone that were."""
        wanted = set(runs)
        started = select(_entry.game_day, _entry.told).where(_entry.kind == Kind.DRILL_STARTED)
        with transaction(reading(self._engine)) as connection:
            found = [(each.told["run"], each.game_day) for each in connection.execute(started)]
        return {run: day for run, day in found if run in wanted}


def _take(connection: Connection, plan: GameDay, named: str, by: str, at: datetime, simulated: bool) -> Record:
    """The game day that is to be held by a plan, with that plan in place."""
    alone(connection, game_day)
    found = _newest(connection, plan.name)
    if found is None or found.ended_at is not None:
        entry = entry_of(Standing(plan, at), Plan(plan), by, at)
        _open(connection, plan, named, at, simulated)
        _add(connection, named, entry, secrets.token_hex(8))
        return _record(connection, named)
    if found.plan.digest == plan.digest:
        return found
    entry = entry_of(_standing(connection, found, at), Plan(plan), by, at)
    _add(connection, found.id, entry, secrets.token_hex(8))
    changed = {"plan": as_json(plan), "digest": plan.digest}
    connection.execute(update(game_day).where(_row.id == found.id).values(changed))
    return _record(connection, found.id)


def _act(
    connection: Connection,
    record: Record,
    act: PersonAct,
    of: tuple[str, datetime, str],
    deadlines: Deadlines,
    simulated: bool,
) -> Added:
    """Add what somebody does to a game day that is held by this transaction; `of` is by whom, when, the token."""
    by, at, token = of
    before = _standing(connection, record, at)
    entry = entry_of(before, act, by, at)
    _add(connection, record.id, entry, token)
    standing = after(before, entry)
    _keep(connection, record, standing, entry, deadlines, simulated or _any_simulated(connection, before))
    return Added(_record(connection, record.id), entry, standing)


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


def write_whole(
    connection: Connection, named: str, plan: GameDay, entries: Sequence[Entry], ends: Mapping[str, Any]
) -> None:
    """Write one that is over, of a made-up history: it was never held, and is simulated."""
    _open(connection, plan, named, entries[0].at, simulated=True)
    for each in entries:
        _add(connection, named, each, f"{named}-{each.number}")
    connection.execute(update(game_day).where(_row.id == named).values(ends))


def _open(connection: Connection, plan: GameDay, named: str, at: datetime, simulated: bool) -> None:
    values = {"id": named, "name": plan.name, "plan": as_json(plan), "digest": plan.digest}
    connection.execute(insert(game_day).values({**values, "simulated": simulated, "opened_at": at}))


def _add(connection: Connection, named: str, entry: Entry, token: str) -> None:
    values = {"number": entry.number, "at": entry.at, "by": entry.by, "kind": entry.kind, "told": dict(entry.told)}
    connection.execute(insert(game_day_entry).values({"game_day": named, **values, "token": token}))


def _locked(connection: Connection, named: str) -> Record:
    """The game day, held until the transaction ends; in SQLite it is alone from its beginning."""
    beside(connection, game_day)
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
    query = _COLUMNS.where(_entry.game_day == named, _entry.number > number).order_by(_entry.number)
    return [_read(each) for each in connection.execute(query).mappings()]


def _read(row: Any) -> Entry:
    kind, told = row["kind"], row["told"]
    if kind not in _KINDS:
        return Entry(row["number"], row["at"], row["by"], Kind.UNKNOWN, {"kind": kind, **_written(told)})
    return Entry(row["number"], row["at"], row["by"], Kind(kind), told)


def _written(told: Any) -> dict[str, Any]:
    """The text of an entry of a newer release, where it has one."""
    text = told.get("text") if isinstance(told, dict) else None
    return {"text": text} if isinstance(text, str) else {}


def _outcomes(connection: Connection, names: Sequence[str]) -> dict[str, RunOutcome]:
    found: dict[str, RunOutcome] = {}
    for some in assembly.chunks(sorted(names)):
        for each in connection.execute(_OUTCOME.where(_run.id.in_(some))):
            found[each.id] = RunOutcome(each.verdict, each.cleanup, each.ended_at)
    return found


def _any_simulated(connection: Connection, of: Standing) -> bool:
    names = [each.run for each in of.drills]
    query = select(_run.id).where(_run.id.in_(names), _run.simulated).limit(1)
    return bool(names) and connection.execute(query).first() is not None

"""Tickets in the ledger: claimed by one sync at a time, written by whose they are, and read by all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, bindparam, func, or_, select, update

from dr_orchestrator.domain.findings.tracked import Entry
from dr_orchestrator.domain.tickets.ticket import MOST_TRIES, Held, Item, News, Seen, Ticket
from dr_orchestrator.errors import ClaimLost, UsageError
from dr_orchestrator.ledger import assembly, followed, rows
from dr_orchestrator.ledger.engine import LedgerDefect, reading, transaction
from dr_orchestrator.ledger.followed import Key
from dr_orchestrator.ledger.leases import insert_or_nothing
from dr_orchestrator.ledger.patience import retry_transient, write_patiently
from dr_orchestrator.ledger.tables_of_findings import finding_history, tracked_finding
from dr_orchestrator.ledger.tables_of_identity import id_of
from dr_orchestrator.ledger.tables_of_tickets import ticket
from dr_orchestrator.ledger.times import NOW, Times

_row, _finding, _entry = ticket.c, tracked_finding.c, finding_history.c


class SqlTickets:
    """The tickets of a ledger in all trackers; `times` is the clock of claims."""

    def __init__(self, engine: Engine, times: Times) -> None:
        self._engine, self.times = engine, times

    def outbox(self, tracker: str, holder: str) -> SqlOutbox:
        """Those of one tracker, to one sync."""
        return SqlOutbox(self._engine, self.times, tracker, holder)

    def listed(self, tracker: str) -> list[Item]:
        """All findings with what is known of their tickets in a tracker, oldest first."""
        with transaction(reading(self._engine)) as connection:
            return _items(connection, tracker)

    def make_anew(self, key: Key, tracker: str) -> None:
        """Let a ticket be made again that somebody deleted, or of which nobody knows whether it was made; UsageError
        where there is none such, or while a sync has it: that may be making it.
        """
        told: list[int | Held] = []

        def write() -> None:
            with transaction(self._engine) as connection:
                told[:] = [self._anew(connection, key, tracker)]

        def is_written() -> bool:
            found = [each.ticket for each in self.listed(tracker) if each.finding.key == key]
            said = found[0] if found else None
            told[:] = [int(bool(said and not said.tries and said.gone_at is None and (said.gone or said.unsure)))]
            return bool(told[0])

        write_patiently(write, is_written)
        if isinstance(held := told[0], Held):
            whose = f"the ticket of finding {key[0]} is being synced: {held.holder} has it, for {_seconds(held)} s yet"
            raise UsageError(whose, "it may be made this very moment: `dro tickets` tells then; else say so again")
        if not held:
            none = f"of finding {key[0]} no ticket is known that was deleted in {tracker}"
            raise UsageError(none, "`dro tickets sync` looks there first, and tells which were")

    def _anew(self, connection: Connection, key: Key, tracker: str) -> int | Held:
        """How many were changed; Held where it is to be had later."""
        row = followed.by_key(connection, [key]).get(key)
        same = and_(_row.finding == (row.number if row else 0), _row.tracker == tracker)
        deleted = and_(_row.gone != "", _row.gone_at.is_not(None))
        waits = and_(same, _row.remote == "", or_(deleted, _row.tries >= MOST_TRIES))
        free = self.times.until(ticket) <= self.times.now(ticket)
        said = update(ticket).where(waits, free).values(gone_at=None, tries=0, looks=0, error="")
        changed = connection.execute(said).rowcount
        return changed or _held(connection, self.times, waits) or 0


class SqlOutbox:
    """The tickets of one tracker, to the sync of that name: what it claims is nobody else's until it lets go, or is
    silent for too long.
    """

    def __init__(self, engine: Engine, times: Times, tracker: str, holder: str) -> None:
        self._engine, self._times, self._tracker, self._holder = engine, times, tracker, holder

    @cached_property
    def ledger(self) -> str:
        """The ledger's own name, which its tickets tell."""

        def read() -> str:
            with transaction(reading(self._engine)) as connection:
                return id_of(connection)

        return retry_transient(read)

    def items(self) -> list[Item]:
        """All findings with their tickets, oldest first."""

        def read() -> list[Item]:
            with transaction(reading(self._engine)) as connection:
                return _items(connection, self._tracker)

        return retry_transient(read)

    def claim(self, of: Item, key: str, span: timedelta) -> Item | Held:
        """Take a ticket for a span, and return it as it stands by then; Held where it is not to be had."""
        claimed: list[Item | Held] = []

        def write() -> None:
            with transaction(self._engine) as connection:
                claimed[:] = [self._claim(connection, of.number, key, span)]

        write_patiently(write)  # which finds its own
        return claimed[0]

    def keep(self, kept: Ticket, span: timedelta) -> None:
        """Write a ticket that is claimed, and hold it for a span from now; ClaimLost where it is another's by now."""
        values = {**rows.row_of(kept), **self._held(span)}
        changed: list[int] = []

        def write() -> None:
            with transaction(self._engine) as connection:
                mine = update(ticket).where(self._this(kept.finding), _row.holder == self._holder)
                changed[:] = [connection.execute(mine.values(values)).rowcount]

        write_patiently(write)
        if not changed[0]:
            told = f"the ticket {kept.ref or kept.key} is another sync's by now"
            raise ClaimLost(told, "it was silent for too long, and lets go of it: the other one brings it up to date")

    def saw(self, seen: Mapping[int, Seen], at: datetime) -> None:
        """Write how tickets stand there that need nothing, by a list that was begun at that time; of one that was given
        another id meanwhile, that somebody holds, or of which something later is known, nothing.
        """
        if not seen:
            return
        told = [
            {"of": number, "its": each.remote, "reads": each.status, "done": each.closed, "named": each.ref}
            for number, each in seen.items()
        ]
        same = and_(_row.finding == bindparam("of"), _row.tracker == self._tracker, _row.remote == bindparam("its"))
        free = self._times.until(ticket) <= self._times.now(ticket)
        older = (or_(each.is_(None), each < at) for each in (_row.seen_at, _row.tried_at))
        values: dict[str, Any] = {"status": bindparam("reads"), "closed": bindparam("done"), "ref": bindparam("named")}
        always = {"seen_at": at, "synced_at": at, "error": ""}

        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(update(ticket).where(same, free, *older).values({**values, **always}), told)

        write_patiently(write)

    def _claim(self, connection: Connection, number: int, key: str, span: timedelta) -> Item | Held:
        blank = rows.row_of(Ticket(number, self._tracker, key))
        connection.execute(insert_or_nothing(connection, ticket).values({**blank, **self._held(NOW), "holder": ""}))
        times = self._times
        free = or_(times.until(ticket) <= times.now(ticket), _row.holder == self._holder)
        taken = update(ticket).where(self._this(number), free).values(self._held(span))
        if connection.execute(taken).rowcount:
            (found,) = _items(connection, self._tracker, number)
            return found
        if (held := _held(connection, times, self._this(number))) is None:
            raise LedgerDefect(f"the ledger has no ticket of finding {number} that was just asked for")
        return held

    def _this(self, number: int) -> Any:
        return and_(_row.finding == number, _row.tracker == self._tracker)

    def _held(self, span: timedelta) -> dict[str, Any]:
        times = self._times
        instants = {"until": times.after(span), "until_wall": times.wall(span)}
        return {"holder": self._holder, "clock": times.clock, **instants}


def _held(connection: Connection, times: Times, which: ColumnElement[bool]) -> Held | None:
    """The holder of a ticket, and for how long yet; None where there is none such."""
    left = (times.until(ticket).label("ends"), times.now(ticket).label("now"), _row.holder)
    row = connection.execute(select(*left).where(which)).one_or_none()
    return None if row is None else Held(row.holder, max(row.ends - row.now, NOW))


def _seconds(held: Held) -> str:
    return f"{held.left.total_seconds():.0f}"


def of(connection: Connection, keys: Collection[Key], *, lost: bool = False) -> dict[Key, list[Ticket]]:
    """The tickets of findings that are there, in all trackers, the newest first; those that were there, if asked."""
    numbers = {row.number: key for key, row in followed.by_key(connection, keys).items()}
    found: dict[Key, list[Ticket]] = {}
    for some in assembly.chunks(sorted(numbers)):
        known = or_(_row.remote != "", _row.gone != "") if lost else _row.remote != ""
        query = select(ticket).where(_row.finding.in_(some), known)
        for each in connection.execute(query.order_by(_row.intended_at.desc(), _row.tracker)).mappings():
            found.setdefault(numbers[each["finding"]], []).append(rows.record_of(Ticket, each))
    return found


def _items(connection: Connection, tracker: str, number: int | None = None) -> list[Item]:
    """Findings with their tickets in a tracker and what these do not tell yet, oldest first; of one, or of all."""
    found, tickets = select(tracked_finding), select(ticket).where(_row.tracker == tracker)
    behind = and_(_row.finding == _entry.finding, _row.tracker == tracker)
    news = select(finding_history).outerjoin(ticket, behind).where(_entry.number > func.coalesce(_row.told, 0))
    if number is not None:
        found, tickets = found.where(_finding.number == number), tickets.where(_row.finding == number)
        news = news.where(_entry.finding == number)
    known = {each["finding"]: rows.record_of(Ticket, each) for each in connection.execute(tickets).mappings()}
    told: dict[int, list[News]] = defaultdict(list)
    for each in connection.execute(news.order_by(_entry.number)).mappings():
        told[each["finding"]].append(News(each["number"], rows.record_of(Entry, each)))
    listed: Sequence[Any] = connection.execute(found.order_by(_finding.number)).all()
    return [
        Item(each.number, followed.finding_of(each), known.get(each.number), tuple(told[each.number]))
        for each in listed
    ]

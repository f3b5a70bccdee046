"""Notices in the ledger: raised once by whoever sees the event first, sent by one process at a time."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, insert, select, update

from dr_orchestrator.domain.notices.notice import Delivery, Letter, Notice, Raised, State
from dr_orchestrator.domain.notices.policy import NoticePolicy
from dr_orchestrator.domain.notices.text import Message
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import rows
from dr_orchestrator.ledger.columns import storable
from dr_orchestrator.ledger.engine import alone, reading, transaction
from dr_orchestrator.ledger.leases import insert_or_nothing
from dr_orchestrator.ledger.patience import retry_transient, write_patiently
from dr_orchestrator.ledger.tables_of_notices import delivery, notice, notice_channel, notice_key
from dr_orchestrator.ledger.times import NOW, Times

GRACE = timedelta(hours=1)
"""How long before it is seen first a channel is told of: whoever declares one starts a drill soon after."""

_SIMULATED = " simulated"
"""Behind an event: since when a channel is told of rehearsals, too."""

_AGAIN = (State.FAILED, State.UNKNOWN)
_row, _key = delivery.c, notice_key.c


class SqlNotices:
    """The notices of a ledger; `times` is the clock of claims."""

    def __init__(self, engine: Engine, times: Times) -> None:
        self._engine, self.times = engine, times

    def outbox(self, holder: str) -> SqlLetters:
        """The messages that wait, to one process."""
        return SqlLetters(self._engine, self.times, holder)

    def raise_(self, seen: Sequence[Raised], policy: NoticePolicy, now: datetime) -> list[Notice]:
        """Raise those that nobody has raised, for the channels that are to be told; return what is new."""
        made: list[Notice] = []

        def write() -> None:
            made.clear()
            with transaction(self._engine) as connection:
                alone(connection, notice)
                since = _known(connection, policy, now)
                for each in seen:
                    made.extend(_raised(connection, each, policy, since, now))

        write_patiently(write)  # which finds its own keys
        return made

    def listed(self, limit: int | None = None, states: Collection[State] | None = None) -> list[Letter]:
        """The messages, newest first; of those states where some are named."""
        chosen = _letters().order_by(_row.notice.desc(), _row.channel).limit(limit)
        if states is not None:
            chosen = chosen.where(_row.state.in_([*states]))
        with transaction(reading(self._engine)) as connection:
            return [_letter(each) for each in connection.execute(chosen).mappings()]

    def again(self, name: str, who: str) -> Delivery:
        """Let a message be sent anew that failed, or of which nobody knows whether it arrived; UsageError else."""
        anew = {"tries": 0, "error": "", "not_before": None, "first_tried_at": None}
        return self._said(name, who, State.WAITING, anew)

    def settle(self, name: str, who: str) -> Delivery:
        """Write a person's word that such a message needs no sending any more; UsageError where it is none."""
        return self._said(name, who, State.SETTLED, {})

    def _said(self, name: str, who: str, state: State, more: Mapping[str, object]) -> Delivery:
        digits, _, channel = name.partition(".")
        number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else 0
        this = and_(_row.notice == number, _row.channel == channel)
        changed: list[int] = []

        def write() -> None:
            with transaction(self._engine) as connection:
                said = (
                    update(delivery).where(this, _row.state.in_(_AGAIN)).values({"state": state, "person": who, **more})
                )
                changed[:] = [connection.execute(said).rowcount]

        write_patiently(write)
        found = [each.delivery for each in self.listed() if each.delivery.id == name]
        if not found:
            raise UsageError(f"no message '{name}'", "`dro notices` lists them by their ids")
        if not changed[0] and (found[0].state, found[0].person) != (state, who):
            told = f"message {name} is {found[0].state}"
            raise UsageError(told, "a person decides only of what failed, or is unknown")
        return found[0]


class SqlLetters:
    """The outbox, to the process of that name."""

    def __init__(self, engine: Engine, times: Times, holder: str) -> None:
        self._engine, self._times, self._holder = engine, times, holder

    def waiting(self) -> list[Letter]:
        """Those that wait, oldest first; what a silent process began is unknown from now on."""
        times = self._times
        silent = and_(_row.state == State.SENDING, times.until(delivery) <= times.now(delivery))
        told = {"state": State.UNKNOWN, "error": "the process that sent it fell silent"}

        def read() -> list[Letter]:
            with transaction(self._engine) as connection:
                connection.execute(update(delivery).where(silent).values(told))
                chosen = _letters().where(_row.state == State.WAITING).order_by(_row.notice, _row.channel)
                return [_letter(each) for each in connection.execute(chosen).mappings()]

        return retry_transient(read)

    def begin(self, of: Delivery, said: Message, now: datetime, span: timedelta) -> Delivery | None:
        """Write that a message is sent now; None where it waits no more, or was tried meanwhile."""
        values = {
            "state": State.SENDING,
            "tries": of.tries + 1,
            "title": said.title,
            "body": said.body,
            "error": "",
            "not_before": None,
            "first_tried_at": of.first_tried_at or now,
            "tried_at": now,
        }
        waits = and_(_this(of), _row.state == State.WAITING, _row.tries == of.tries)
        ours = and_(_this(of), _row.state == State.SENDING, _row.tries == of.tries + 1, _row.holder == self._holder)
        changed: list[int] = []

        def write() -> None:
            with transaction(self._engine) as connection:
                mine = update(delivery).where(waits).values({**values, **self._held(span)})
                changed[:] = [connection.execute(mine).rowcount]

        def is_written() -> bool:
            with transaction(reading(self._engine)) as connection:
                changed[:] = [int(connection.execute(select(_row.tries).where(ours)).first() is not None)]
            return bool(changed[0])

        write_patiently(write, is_written)
        if not changed[0]:
            return None
        kept = {name: value for name, value in values.items() if name != "state"}
        return rows.record_of(Delivery, {**rows.row_of(of), **kept, "state": State.SENDING})

    def end(
        self, of: Delivery, state: State, now: datetime, error: str = "", not_before: datetime | None = None
    ) -> None:
        """Write what became of one that was begun here, though it was taken for silent; not where a person had it
        sent anew meanwhile.
        """
        values = {
            "state": state,
            "error": error,
            "not_before": not_before,
            "sent_at": now if state is State.SENT else None,
        }
        mine = and_(_this(of), _row.holder == self._holder, _row.tries == of.tries)
        open_still = _row.state.in_((State.SENDING, State.UNKNOWN))
        self._change(update(delivery).where(mine, open_still).values({**values, **self._held(NOW)}))

    def put_off(self, of: Delivery, error: str, now: datetime, not_before: datetime | None, state: State) -> None:
        """Write why a message that waits is not tried, or given up."""
        waits = and_(_this(of), _row.state == State.WAITING, _row.tries == of.tries)
        values = {"error": error, "not_before": not_before, "state": state, "tried_at": now}
        self._change(update(delivery).where(waits).values(values))

    def _change(self, change: Any) -> None:
        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(change)

        write_patiently(write)

    def _held(self, span: timedelta) -> dict[str, Any]:
        times = self._times
        instants = {"until": times.after(span), "until_wall": times.wall(span)}
        return {"holder": self._holder, "clock": times.clock, **instants}


Since = Mapping[tuple[str, str], datetime]


def _known(connection: Connection, policy: NoticePolicy, now: datetime) -> Since:
    """Since when each channel is known to be told of each event; from now on of those that are new."""
    declared = [(name, event.value) for name, each in policy.channels.items() for event in sorted(each.events)]
    if policy.simulated:
        declared += [(name, event + _SIMULATED) for name, event in declared]
    else:  # whoever asks for rehearsals again is told of those from then on
        connection.execute(delete(notice_channel).where(notice_channel.c.event.endswith(_SIMULATED)))
    for name, event in declared:
        row = {"channel": name, "event": event, "since": now - GRACE}
        connection.execute(insert_or_nothing(connection, notice_channel).values(row))
    found = connection.execute(select(notice_channel)).mappings()
    return {(each["channel"], each["event"]): each["since"] for each in found}


def _since(known: Since, channel: str, seen: Raised) -> datetime:
    of = _SIMULATED if seen.simulated else ""
    found = (known.get((channel, each.value + of)) for each in (seen.event, seen.event.family))
    return min(filter(None, found))


def _raised(connection: Connection, seen: Raised, policy: NoticePolicy, since: Since, now: datetime) -> list[Notice]:
    """The notice of an event, with its messages, several of a long digest; none where it was raised before, or nobody
    is to be told.
    """
    family = seen.event.family
    if not policy.wanted(seen.simulated):
        return []
    channels = [each for each in policy.to(seen.event) if _since(since, each, seen) <= seen.happened_at]
    if not channels:
        return []
    keys = {storable(each): each for each in seen.keys}
    known = select(_key.key).where(_key.event == family.value, _key.key.in_([*keys]))
    old = set(connection.scalars(known))
    if not (kept := [each for stored, each in keys.items() if stored not in old]):
        return []
    return [_written(connection, each, channels, now) for each in seen.parts(kept)]


def _written(connection: Connection, said: Raised, channels: Sequence[str], now: datetime) -> Notice:
    kept = [*dict.fromkeys(map(storable, said.keys))]
    row = {"event": said.event, "key": kept[0], "facts": said.facts, "raised_at": now}
    made = connection.execute(insert(notice).values({**row, "simulated": said.simulated}).returning(notice.c.number))
    number: int = made.scalar_one()
    keyed = [{"event": said.event.family.value, "key": each, "notice": number} for each in kept]
    connection.execute(insert(notice_key), keyed)
    blank = {"holder": "", "until": now, "clock": None, "until_wall": None}
    connection.execute(insert(delivery), [{**rows.row_of(Delivery(number, each)), **blank} for each in channels])
    return Notice(number, said.event, said.keys[0], json.loads(json.dumps(said.facts)), now, said.simulated)


def _this(of: Delivery) -> Any:
    return and_(_row.notice == of.notice, _row.channel == of.channel)


def _letters() -> Any:
    kept = [each.label(f"of_{each.name}") for each in notice.c]
    return select(delivery, *kept).join(notice, _row.notice == notice.c.number)


def _letter(row: Mapping[Any, Any]) -> Letter:
    of = {each.name: row[f"of_{each.name}"] for each in notice.c}
    return Letter(rows.record_of(Notice, of), rows.record_of(Delivery, row))

"""Large-incident drills in the ledger: written whole before anything begins, and closed with what they raise."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, Table, insert, select, update

from dr_orchestrator.domain.findings.by_exercise import Held
from dr_orchestrator.domain.mass_restore.items import Item
from dr_orchestrator.domain.mass_restore.plan import MassPlan
from dr_orchestrator.domain.mass_restore.record import ContainerRecord, Handover, MassRecord, WaveRecord
from dr_orchestrator.domain.mass_restore.remembered import Proven, Size
from dr_orchestrator.domain.mass_restore.sites import Site, undone_until
from dr_orchestrator.domain.mass_restore.waves import Wave
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import findings
from dr_orchestrator.ledger.engine import alone, reading, transaction
from dr_orchestrator.ledger.findings import SqlFindings
from dr_orchestrator.ledger.mass_claims import COLUMNS, SqlMassClaims, item_of, item_row
from dr_orchestrator.ledger.naming import find
from dr_orchestrator.ledger.patience import retry_transient, write_patiently
from dr_orchestrator.ledger.tables_of_mass_restores import (
    mass_container,
    mass_handover,
    mass_item,
    mass_restore,
    mass_site,
    mass_wave,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")
_row, _item = mass_restore.c, mass_item.c
_WORTH = (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS, Verdict.PARTIAL)
_BATCH = 500


class SqlMassRestores:
    """The large-incident drills of a ledger; what they raise is written with their end."""

    def __init__(self, engine: Engine, of: SqlFindings, claims: SqlMassClaims) -> None:
        self._engine, self._findings, self.claims = engine, of, claims

    def begin(self, of: MassRecord, sites: Sequence[Site], items: Sequence[Item], waves: Sequence[Wave]) -> None:
        """Write a drill with all its sites, items, waves and containers: from then on none can be forgotten.

        UsageError where another of that name is under way.
        """

        def write() -> None:
            with transaction(self._engine) as connection:
                alone(connection, mass_restore)
                _refuse_second(connection, of)
                connection.execute(insert(mass_restore).values(_of_record(of)))
                _in_batches(connection, mass_site, [_of_site(of, each) for each in sites])
                _in_batches(connection, mass_wave, [_of_wave(of, each) for each in waves])
                _in_batches(connection, mass_container, [*_of_containers(of, waves)])
                _in_batches(connection, mass_item, [self._of_item(of, each) for each in items])

        write_patiently(write, lambda: self._is_there(of.id))

    def named(self, name: str) -> MassRecord:
        """A drill by its id, the beginning of one, or `latest`; UsageError where there is none."""

        def read() -> MassRecord:
            with transaction(reading(self._engine)) as connection:
                id = find(connection, mass_restore, name, "dro mass status")
                return _record(connection.execute(select(mass_restore).where(_row.id == id)).mappings().one())

        return retry_transient(read)

    def all(self, name: str | None = None) -> list[MassRecord]:
        """The drills, the newest first; those of a plan, where one is named."""
        query = select(mass_restore).order_by(_row.number.desc())
        return [_record(each) for each in self._rows(query if name is None else query.where(_row.name == name))]

    def waves(self, of: str) -> list[WaveRecord]:
        """The waves of a drill, in their order."""
        query = select(mass_wave).where(mass_wave.c.mass_restore == of).order_by(mass_wave.c.number)
        return [_flat(WaveRecord, each) for each in self._rows(query)]

    def containers(self, of: str) -> list[ContainerRecord]:
        """The containers of a drill, wave by wave."""
        query = select(mass_container).where(mass_container.c.mass_restore == of)
        return [_flat(ContainerRecord, each) for each in self._rows(query.order_by("wave", "product", "drill"))]

    def container_of(self, run: str) -> ContainerRecord | None:
        """The container that a run restores; None where it is a run like any other."""
        found = self._rows(select(mass_container).where(mass_container.c.run == run))
        return _flat(ContainerRecord, found[0]) if found else None

    def handovers(self, of: str) -> list[Handover]:
        """The handovers of a drill, in their order."""
        query = select(mass_handover).where(mass_handover.c.mass_restore == of).order_by(mass_handover.c.number)
        return [_flat(Handover, each) for each in self._rows(query)]

    def sites(self, of: str) -> list[dict[str, Any]]:
        """The sites of a drill as they were listed, with until when a deletion can be undone."""
        query = select(mass_site).where(mass_site.c.mass_restore == of).order_by(mass_site.c.line)
        return [dict(each) for each in self._rows(query)]

    def items(self, of: str) -> list[Item]:
        """The items of a drill."""
        query = select(*COLUMNS).where(_item.mass_restore == of).order_by(_item.number)
        return [item_of(each) for each in self._rows(query)]

    def begin_container(self, of: str, drill: str, run: str, at: datetime) -> str:
        """Write the run that is to restore a container, before it is opened; the one that was written before, else."""
        own = (mass_container.c.mass_restore == of, mass_container.c.drill == drill)
        self._write(update(mass_container).where(*own, mass_container.c.run == "").values(run=run, began_at=at))
        return str(self._rows(select(mass_container.c.run).where(*own))[0]["run"])

    def end_container(self, of: str, drill: str, at: datetime) -> None:
        """Write that a container is done with."""
        own = (mass_container.c.mass_restore == of, mass_container.c.drill == drill)
        self._write(update(mass_container).where(*own, mass_container.c.ended_at.is_(None)).values(ended_at=at))

    def release(self, of: str, wave: int, by: str, at: datetime) -> WaveRecord:
        """Release a wave; it stands as it was released first. UsageError where there is none of that number."""
        self._wave(of, wave, mass_wave.c.released_at, released_at=at, released_by=by)
        return self.wave(of, wave)

    def begin_wave(self, of: str, wave: int, at: datetime) -> None:
        """Write that a wave begins."""
        self._wave(of, wave, mass_wave.c.began_at, began_at=at)

    def settle_wave(self, of: str, wave: int, at: datetime) -> None:
        """Write that all items of a wave are settled."""
        self._wave(of, wave, mass_wave.c.settled_at, settled_at=at)

    def hand_over(self, of: str, told: Handover) -> None:
        """Hand a wave over: its owner is another from then on, and who said so is kept."""
        token = secrets.token_hex(8)
        own = (mass_wave.c.mass_restore == of, mass_wave.c.number == told.wave)
        values = {each.name: getattr(told, each.name) for each in fields(told)}

        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(update(mass_wave).where(*own).values(team=told.taker))
                connection.execute(insert(mass_handover).values(**values, mass_restore=of, token=token))

        write_patiently(write, lambda: bool(self._rows(select(mass_handover).where(mass_handover.c.token == token))))

    def wave(self, of: str, number: int) -> WaveRecord:
        """A wave by its number; UsageError where there is none."""
        found = {each.number: each for each in self.waves(of)}
        if number not in found:
            raise UsageError(f"{of} has no wave {number}", f"it has {', '.join(map(str, found)) or 'none'}")
        return found[number]

    def change(self, of: str, auto: bool, at_once: int) -> None:
        """Write how an open drill goes on: whether waves are released by themselves, so many containers at once."""
        own = (_row.id == of, _row.ended_at.is_(None))
        self._write(update(mass_restore).where(*own).values(auto=auto, at_once=at_once))

    def end(
        self,
        of: str,
        at: datetime,
        verdict: Verdict,
        told: str,
        back: Size,
        held: Held | None,
        simulated: bool = False,
    ) -> None:
        """Close a drill once, with its verdict, what came back, and its findings; `simulated` where it proved to be."""
        own = (_row.id == of, _row.ended_at.is_(None))
        counts = {"sites_back": back.sites, "products_back": back.products, "items_back": back.items}
        marks = {"simulated": True} if simulated else {}
        deadlines = self._findings.deadlines()

        def write() -> None:
            with transaction(self._engine) as connection:
                values = {"ended_at": at, "verdict": verdict, "told": told, **counts, **marks}
                closed = update(mass_restore).where(*own).values(values)
                if connection.execute(closed).rowcount and held is not None:
                    findings.take_in_exercise(connection, held, deadlines)

        write_patiently(write)

    def proven(self, until: datetime | None = None) -> list[Proven]:
        """All that each has brought back that passed, or passed in part, and ended by then."""
        ended = [] if until is None else [_row.ended_at <= until]
        query = select(mass_restore).where(_row.verdict.in_(_WORTH), *ended).order_by(_row.number)
        found = map(_record, self._rows(query))
        return [Proven(each.id, each.back, each.simulated) for each in found]

    def _wave(self, of: str, wave: int, unset: Any, **values: Any) -> None:
        own = (mass_wave.c.mass_restore == of, mass_wave.c.number == wave, unset.is_(None))
        self._write(update(mass_wave).where(*own).values(**values))

    def _write(self, statement: Any) -> None:
        def write() -> None:
            with transaction(self._engine) as connection:
                connection.execute(statement)

        write_patiently(write)

    def _rows(self, query: Any) -> list[Mapping[Any, Any]]:
        def read() -> list[Mapping[Any, Any]]:
            with transaction(reading(self._engine)) as connection:
                return list(connection.execute(query).mappings())

        return retry_transient(read)

    def _of_item(self, of: MassRecord, item: Item) -> dict[str, Any]:
        return {"mass_restore": of.id, **item_row(item), **self.claims.unheld()}

    def _is_there(self, id: str) -> bool:
        return bool(self._rows(select(_row.id).where(_row.id == id)))


def _refuse_second(connection: Connection, of: MassRecord) -> None:
    query = select(_row.id).where(_row.name == of.plan.name, _row.ended_at.is_(None)).limit(1)
    if (other := connection.scalar(query)) is not None:
        told = f"{other} of {of.plan.name} is under way, or its process died"
        raise UsageError(told, f"go on with it: dro mass run {of.plan.name} --resume")


def _in_batches(connection: Connection, table: Table, values: Sequence[Mapping[str, Any]]) -> None:
    for at in range(0, len(values), _BATCH):
        connection.execute(insert(table).values(values[at : at + _BATCH]))


def _of_record(of: MassRecord) -> dict[str, Any]:
    same = ("id", "struck_at", "started_at", "simulated", "auto", "operator", "at_once", "accepted", "told")
    counts = {f"{each}_back": getattr(of.back, each) for each in ("sites", "products", "items")}
    plan = {"name": of.plan.name, "digest": of.plan.digest, "plan": _adapter().dump_json(of.plan).decode()}
    return {**{name: getattr(of, name) for name in same}, **counts, **plan}


def _record(row: Mapping[Any, Any]) -> MassRecord:
    same = {each.name for each in fields(MassRecord)} - {"plan", "back"}
    back = Size(row["sites_back"], row["products_back"], row["items_back"])
    return MassRecord(**{name: row[name] for name in same}, plan=_adapter().validate_json(row["plan"]), back=back)


def _of_site(of: MassRecord, site: Site) -> dict[str, Any]:
    same = {name: getattr(site, name) for name in ("tier", "state", "deleted_at", "reason", "line")}
    until = undone_until(site.deleted_at, of.plan.stages)
    return {"mass_restore": of.id, "site": site.name, "undone_until": until, **same}


def _of_wave(of: MassRecord, wave: Wave) -> dict[str, Any]:
    first = wave.number == 1
    released = {"released_at": of.started_at if first else None, "released_by": "the start" if first else ""}
    owner = {"team": wave.team.name, "handover": wave.team.handover}
    return {"mass_restore": of.id, "number": wave.number, "tier": wave.tier, **owner, **released}


def _of_containers(of: MassRecord, waves: Sequence[Wave]) -> Sequence[dict[str, Any]]:
    return [
        {"mass_restore": of.id, "drill": drill, "product": product, "wave": wave.number, "run": ""}
        for wave in waves
        for product, drill in wave.containers
    ]


def _flat(kind: Callable[..., T], row: Mapping[Any, Any]) -> T:
    return kind(**{each.name: row[each.name] for each in fields(kind)})  # type: ignore[arg-type]


@cache
def _adapter() -> TypeAdapter[MassPlan]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - it loads slowly, and few commands need it

    return TypeAdapter(MassPlan)

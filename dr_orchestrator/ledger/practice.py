"""Tabletops and reviews in the ledger: each record once, a corrected one beside the one that it supersedes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, Select, and_, insert, select

from dr_orchestrator.domain.exercise.kept import Judgement, Sat, held, still_open
from dr_orchestrator.domain.findings.by_exercise import Shown
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.review.looking import Look, Sighting
from dr_orchestrator.domain.review.signing import Reviewed
from dr_orchestrator.domain.tabletop.sitting import Conducted
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import findings, tables
from dr_orchestrator.ledger.engine import alone, briefly, reading, transaction
from dr_orchestrator.ledger.findings import SqlFindings
from dr_orchestrator.ledger.naming import LATEST
from dr_orchestrator.ledger.patience import write_patiently
from dr_orchestrator.ledger.tables_of_practice import document_seen, practice, review_look

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Body = Conducted | Reviewed
B = TypeVar("B", Conducted, Reviewed, Look)
_row, _look, _seen, _run = practice.c, review_look.c, document_seen.c, tables.run.c
_FIELDS = [each.name for each in fields(Sat)]
_BRIEFLY_S = 3.0
_GREEN = tuple(each for each in Verdict if each.green)


class NotCorrected(UsageError):
    """A sitting is told otherwise than in the record of it that is kept, and nobody says why."""


class Overlapping(UsageError):
    """A tabletop is said to have been held while another sitting of it was."""


@dataclass(frozen=True)
class Recorded:
    """A record as it is kept, and whether it was written just now: the same one again changes nothing."""

    sat: Sat
    new: bool


class SqlPractice:
    """The tabletops and reviews of a ledger; what they show becomes findings in the transaction that keeps them."""

    def __init__(self, engine: Engine, of: SqlFindings) -> None:
        self._engine, self._findings = engine, of

    def record(self, sat: Sat, body: Body) -> Recorded:
        """Keep a record and raise its gaps, once; NotCorrected where another of its sitting is kept, and it does not
        say why it is told otherwise.
        """
        kept: list[Recorded] = []
        deadlines, tried = self._findings.deadlines(), False

        def write() -> None:
            nonlocal tried
            before, tried = tried, True
            with transaction(self._engine) as connection:
                alone(connection, practice)
                known = _same(connection, sat)
                if known is not None:  # what was written before its answer was lost is ours, and new
                    kept[:] = [Recorded(known, before and known.recorded_at == sat.recorded_at)]
                    return
                whole = replace(sat, supersedes=_superseded(connection, sat))
                _refuse_overlap(connection, whole)
                values = {name: getattr(whole, name) for name in _FIELDS}
                connection.execute(insert(practice).values(**values, body=_text(body)))
                judgement = still_open(body.judgement, _shown_later(connection, whole))
                findings.take_in_exercise(connection, held(whole, judgement, _chain(connection, whole)), deadlines)
                kept[:] = [Recorded(whole, True)]

        write_patiently(write)  # which finds its own
        return kept[0]

    def records(self, kind: RaisedBy | None = None, name: str | None = None) -> list[Sat]:
        """The records, oldest first; those of a kind, or of a name, where one is given."""
        query = select(*(_row[each] for each in _FIELDS)).order_by(_row.number)
        if kind is not None:
            query = query.where(_row.kind == kind)
        if name is not None:
            query = query.where(_row.name == name)
        with transaction(reading(self._engine)) as connection:
            return [_sat(each) for each in connection.execute(query).mappings()]

    def services(self) -> dict[str, tuple[str, ...]]:
        """The services that each record is about by the plan of then, by its id."""
        with transaction(reading(self._engine)) as connection:
            found = connection.execute(select(_row.id, _row.body)).all()
        return {each.id: tuple(of["service"] for of in json.loads(each.body)["plan"]["services"]) for each in found}

    def tabletop(self, name: str) -> tuple[Sat, Conducted]:
        """The record of a tabletop by its id, the beginning of one, or `latest`; UsageError where there is none."""
        return self._whole(RaisedBy.TABLETOP, name, Conducted)

    def review(self, name: str) -> tuple[Sat, Reviewed]:
        """Likewise of a review."""
        return self._whole(RaisedBy.REVIEW, name, Reviewed)

    def superseded_by(self, of: str) -> str:
        """The id of the record that supersedes one; empty where none does."""
        query = select(_row.id).where(_row.supersedes == of).order_by(_row.number.desc()).limit(1)
        with transaction(reading(self._engine)) as connection:
            return connection.scalar(query) or ""

    def named_gaps(self, kind: RaisedBy, name: str) -> set[str]:
        """The subjects of all gaps that the records of a name ever told."""
        return {subject for _, _, subject in self.gaps_told(kind, name)}

    def gaps_told(self, kind: RaisedBy, name: str) -> set[Shown]:
        """All gaps that the records of a name ever told, by service, rule and subject."""
        query = select(_row.body).where(_row.kind == kind, _row.name == name)
        with transaction(reading(self._engine)) as connection:
            bodies = list(connection.scalars(query))
        return {(gap.about.service, gap.rule, gap.subject) for each in bodies for gap in _judgement(kind, each).gaps}

    def keep_look(self, look: Look) -> None:
        """Write what a machine saw of a document, and which digest it had then."""

        def write() -> None:
            with transaction(self._engine) as connection:
                alone(connection, review_look)
                if connection.scalar(select(_look.id).where(_look.id == look.id)) is None:
                    told = {"id": look.id, "review": look.review, "at": look.at, "simulated": look.simulated}
                    connection.execute(insert(review_look).values(**told, body=_text(look)))
                if look.digest:
                    _see(connection, Sighting(look.document, look.digest, look.at, look.id))

        write_patiently(write)

    def newest_look(self, review: str) -> Look | None:
        """The newest look at what a review is of; None where nobody looked."""
        query = select(_look.body).where(_look.review == review).order_by(_look.number.desc()).limit(1)
        with transaction(reading(self._engine)) as connection:
            body = connection.scalar(query)
        return None if body is None else _read(Look, body)

    def see(self, *seen: Sighting) -> None:
        """Write which digests documents had; of one source once. It is tried once, and not for long: a run waits."""
        with briefly(_BRIEFLY_S), transaction(self._engine) as connection:
            alone(connection, document_seen)
            for each in seen:
                _see(connection, each)

    def sightings(self, document: str) -> list[Sighting]:
        """The digests that a document had, oldest first."""
        query = select(_seen.document, _seen.digest, _seen.at, _seen.source).where(_seen.document == document)
        with transaction(reading(self._engine)) as connection:
            return [Sighting(*each) for each in connection.execute(query.order_by(_seen.number))]

    def newest_green(self, service: str) -> tuple[str, datetime] | None:
        """The newest run of a service on real AWS that passed, and when it ended; None where there is none."""
        green = (_run.service == service, _run.simulated.is_(False), _run.verdict.in_(_GREEN))
        query = select(_run.id, _run.ended_at).where(*green).order_by(_run.ended_at.desc()).limit(1)
        with transaction(reading(self._engine)) as connection:
            found = connection.execute(query).first()
        return None if found is None else (found.id, found.ended_at)

    def _whole(self, kind: RaisedBy, name: str, of: type[B]) -> tuple[Sat, B]:
        with transaction(reading(self._engine)) as connection:
            row = connection.execute(select(practice).where(_row.id == _meant(connection, kind, name))).mappings().one()
        return _sat(row), _read(of, row["body"])


def _meant(connection: Connection, kind: RaisedBy, name: str) -> str:
    """The id that a name means; UsageError where it means none or several."""
    query: Select[Any] = select(_row.id).where(_row.kind == kind).order_by(_row.number.desc())
    ids: list[str] = list(connection.scalars(query))
    found = ids[:1] if name == LATEST else [each for each in ids if each == name]
    found = found or [each for each in ids if each.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"'{name}' begins the ids of several: {', '.join(found[:10])}", "write more of it")
    raise UsageError(f"there is no record of a {kind} '{name}'", "`dro reviews` lists them")


def _same(connection: Connection, of: Sat) -> Sat | None:
    same = and_(*(_row[name] == getattr(of, name) for name in ("kind", "name", "sitting", "digest")))
    row = connection.execute(select(practice).where(same)).mappings().one_or_none()
    return None if row is None else _sat(row)


def _superseded(connection: Connection, of: Sat) -> str:
    """The id of the newest record of the same sitting; empty where there is none."""
    sitting = and_(*(_row[name] == getattr(of, name) for name in ("kind", "name", "sitting")))
    newest = connection.scalar(select(_row.id).where(sitting).order_by(_row.number.desc()).limit(1))
    if newest is not None and not of.correction:
        raise NotCorrected(f"'{of.sitting}' of {of.name} is kept already, as {newest}, and is told otherwise there")
    return newest or ""


def _refuse_overlap(connection: Connection, of: Sat) -> None:
    """Overlapping where another sitting was held then: one that failed is not told anew under a new name."""
    if of.kind is not RaisedBy.TABLETOP:
        return
    own = (_row.kind == of.kind, _row.name == of.name)
    superseded = select(_row.supersedes).where(*own)
    then = (_row.began < of.ended, _row.ended > of.began, _row.sitting != of.sitting, _row.id.not_in(superseded))
    if (other := connection.execute(select(_row.id, _row.sitting).where(*own, *then).limit(1)).first()) is not None:
        raise Overlapping(
            f"'{other.sitting}' of {of.name} was held then, and is kept as {other.id}",
            f"mend the times; where it is that one, write `sitting: {other.sitting}`, and why in `correction:`",
        )


def _chain(connection: Connection, of: Sat) -> frozenset[str]:
    """The records of its sitting that a correction supersedes, however many there were."""
    same = (_row.kind == of.kind, _row.name == of.name, _row.sitting == of.sitting, _row.id != of.id)
    return frozenset(connection.scalars(select(_row.id).where(*same))) if of.supersedes else frozenset()


def _shown_later(connection: Connection, of: Sat) -> frozenset[Shown]:
    """All that sittings after this one showed to hold: what a later one mended is not opened anew by an older one."""
    later = (_row.kind == of.kind, _row.name == of.name, _row.simulated == of.simulated, _row.ended > of.ended)
    found: set[Shown] = set()
    query = select(_row.kind, _row.body, _row.id, _row.supersedes).where(*later).order_by(_row.ended, _row.number)
    rows = connection.execute(query).all()
    every = select(_row.supersedes).where(_row.kind == of.kind, _row.name == of.name)
    superseded = {of.supersedes, *connection.scalars(every)}  # a correction may end before what it corrects
    for each in rows:
        if each.id in superseded:
            continue
        judgement = _judgement(each.kind, each.body)
        wrong = {(gap.rule, gap.subject) for gap in judgement.gaps}
        found = {each for each in found if each[1:] not in wrong} | judgement.shown
    return frozenset(found)


def _judgement(kind: RaisedBy, body: str) -> Judgement:
    if kind is RaisedBy.TABLETOP:
        return _read(Conducted, body).judgement
    return _read(Reviewed, body).judgement


def _see(connection: Connection, of: Sighting) -> None:
    same = and_(_seen.document == of.document, _seen.source == of.source)
    if connection.scalar(select(_seen.number).where(same)) is None:
        told = {"document": of.document, "digest": of.digest, "at": of.at, "source": of.source}
        connection.execute(insert(document_seen).values(told))


def _sat(row: Mapping[Any, Any]) -> Sat:
    return Sat(**{name: row[name] for name in _FIELDS})


@cache
def _adapters() -> dict[type[Any], TypeAdapter[Any]]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - it loads slowly, and few commands need it

    return {kind: TypeAdapter(kind) for kind in (Conducted, Reviewed, Look)}


def _text(value: Body | Look) -> str:
    return str(_adapters()[type(value)].dump_json(value).decode())


def _read(kind: type[B], text: str) -> B:
    found: B = _adapters()[kind].validate_json(text)
    return found

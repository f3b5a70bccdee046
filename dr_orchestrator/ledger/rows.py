"""Turns the domain's records into rows and back, field by field, with nothing rounded and nothing left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import Field, fields
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity, Place, Source
from dr_orchestrator.domain.finding import Finding
from dr_orchestrator.domain.objective import ClockPolicy, Limit, Objective, Operator
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import (
    SCHEMA_VERSION,
    CheckResult,
    Clocks,
    Closing,
    Measures,
    Provenance,
    RunHeader,
    Step,
)
from dr_orchestrator.domain.skew import Skew
from dr_orchestrator.ledger import prose

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = Mapping[Any, Any]
Record = TypeVar("Record", bound="DataclassInstance")

# Durations, by the names of their fields; their columns say the unit.
_SPANS = {
    "offset",
    "duration",
    "detection_allowance",
    "decision_allowance",
    "rta",
    "rta_from_disruption",
    "rta_from_declaration",
    "rta_net",
    "rpa",
    "rpa_skew",
    "rta_clock_error",
    "rpa_clock_error",
    "worst_case",
    "worst_case_gap",
    "worst_case_p95",
    "worst_case_backup",
    "whole_after",
}
_CLOSING = (
    *("ended_at", "verdict", "reasons", "cleanup", "cleanup_reasons", "worst_case_verdict", "rule_version"),
    "reason_rules",
)
_NESTED = {"objective", "policy", "provenance", "exercise", "tier_objective"}


def row_of(record: DataclassInstance, **more: Any) -> dict[str, Any]:
    """The columns of a flat record, each field under its own name."""
    return {_column(field.name): getattr(record, field.name) for field in _kept(record)} | more


def _kept(of: DataclassInstance | type[DataclassInstance]) -> list[Field[Any]]:
    """The fields of a record that have columns: all but those that say that they have none."""
    return [each for each in fields(of) if each.metadata.get("kept", True)]


def record_of(kind: type[Record], row: Row) -> Record:
    """A flat record from a row that holds at least its columns."""
    return kind(**{name: row[column] for name, column in _columns(kind)})


def records_of(kind: type[Record], rows: Iterable[Row]) -> tuple[Record, ...]:
    """Flat records from their rows, in order."""
    return tuple(record_of(kind, row) for row in rows)


def header_row(header: RunHeader) -> dict[str, Any]:
    """The columns that are known when a run opens."""
    flat = {field.name: getattr(header, field.name) for field in fields(header) if field.name not in _NESTED}
    promise, tier = header.objective, header.tier_objective
    return {
        **flat,
        **_limit_columns("rto", promise.rto),
        **_limit_columns("rpo", promise.rpo),
        **_limit_columns("hydration", promise.hydration),
        **row_of(header.policy),
        **_provenance_columns(header.provenance),
        "objective_source": promise.source,
        "objective_revision": promise.revision,
        **_limit_columns("tier_rto", tier.rto if tier else None),
        **_limit_columns("tier_rpo", tier.rpo if tier else None),
        "tier_source": tier.source if tier else None,
        "tier_revision": tier.revision if tier else None,
        "exercise": header.exercise or None,
        "schema_version": SCHEMA_VERSION,
    }


def header_of(row: Row) -> RunHeader:
    """A run's header from its row."""
    return RunHeader(
        **{name: row[column] for name, column in _columns(RunHeader) if name not in _NESTED},
        objective=_objective(row, "", row["objective_source"], row["objective_revision"]),
        tier_objective=None
        if row["tier_source"] is None
        else _objective(row, "tier_", row["tier_source"], row["tier_revision"]),
        policy=record_of(ClockPolicy, row),
        provenance=_provenance(row),
        exercise=row["exercise"] or "",
    )


def _provenance_columns(of: Provenance) -> dict[str, Any]:
    flat = {field.name: getattr(of, field.name) for field in fields(of) if field.name != "clocks"}
    return {**flat, **_skew_columns("aws", of.clocks.aws), **_skew_columns("ledger", of.clocks.ledger)}


def _provenance(row: Row) -> Provenance:
    flat = {field.name: row[field.name] for field in fields(Provenance) if field.name != "clocks"}
    return Provenance(**flat, clocks=Clocks(_skew(row, "aws"), _skew(row, "ledger")))


def _skew_columns(of: str, skew: Skew | None) -> dict[str, Any]:
    return {f"{of}_ahead_us": skew and skew.ahead, f"{of}_ahead_error_us": skew and skew.error}


def _skew(row: Row, of: str) -> Skew | None:
    ahead, error = row[f"{of}_ahead_us"], row[f"{of}_ahead_error_us"]
    return None if ahead is None else Skew(ahead, error)


def closing_row(closing: Closing) -> dict[str, Any]:
    """The columns of a run's end; its findings have a table of their own."""
    return {name: getattr(closing, name) for name in _CLOSING} | row_of(closing.measures)


def closing_of(row: Row, findings: tuple[Finding, ...], points: Iterable[RecoveryPoint] = ()) -> Closing | None:
    """A run's end from its row, None while it is open."""
    if row["verdict"] is None:
        return None
    rules = row["reason_rules"]
    ending = {name: row[name] for name in _CLOSING} | {
        "worst_case_verdict": prose.worst_case_of(row["worst_case_verdict"]),
        "reason_rules": tuple(map(prose.rule_of, row["reasons"]) if rules is None else map(Rule, rules)),
    }
    return Closing(**ending, measures=_measures_of(row, points), findings=findings)


def _measures_of(row: Row, points: Iterable[RecoveryPoint]) -> Measures:
    if row["rpa_check"] is not None:
        return record_of(Measures, row)
    source, ids = row["rpa_source"] or "", [point.id for point in points]
    old = {"rpa_check": prose.reader_of(source), "rpa_point": prose.claimant_of(source, ids)}
    return record_of(Measures, {**row, **old})


def step_of(row: Row) -> Step:
    """A step from its row."""
    role = row["role"] or prose.role_of(row["name"], row["phase"])
    tried = prose.tried(role, row["detail"]) if row["tried"] is None else row["tried"]
    return record_of(Step, {**row, "role": role, "tried": tried})


def check_of(row: Row) -> CheckResult:
    """A check's result from its row."""
    return record_of(CheckResult, {**row, "reads_whole": bool(row["reads_whole"])})


def finding_of(row: Row) -> Finding:
    """A finding from its row."""
    return record_of(Finding, {**row, "rule": row["rule"] or prose.rule_of(row["title"])})


def copy_row(copy: Copy, **more: Any) -> dict[str, Any]:
    """The columns of a copy that is intended."""
    source = copy.source
    flat = {name: value for name, value in row_of(copy, state=CopyState.INTENDED, **more).items() if name != "source"}
    return flat | {
        "source_type": source.type if source else "",
        "source_id": source.id if source else "",
        "source_account": source.place.account if source else "",
        "source_region": source.place.region if source else "",
    }


def copy_of(row: Row) -> CopyRecord:
    """A copy and what became of it, from its row; of a source nothing is known in rows from before it was kept."""
    flat = {field.name: row[field.name] for field in fields(Copy) if field.name != "source"}
    place = Place(row["source_account"], row["source_region"])
    source = Source(row["source_type"], row["source_id"], place) if row["source_type"] else None
    return CopyRecord(
        copy=Copy(**flat, source=source),
        state=row["state"],
        identity=None if row["unique_id"] is None else record_of(Identity, row),
        intended_at=row["intended_at"],
        created_at=row["created_at"],
        gone_at=row["gone_at"],
        job=row["job"],
    )


def exercise_row(exercise: Exercise) -> dict[str, Any]:
    """The columns of an exercise."""
    return row_of(exercise, left_out=dict(exercise.left_out))


def exercise_of(row: Row) -> Exercise:
    """An exercise from its row."""
    return record_of(Exercise, row)


@cache
def _columns(kind: type[DataclassInstance]) -> tuple[tuple[str, str], ...]:
    """The fields of a record, each with its column."""
    return tuple((field.name, _column(field.name)) for field in _kept(kind))


def _column(field: str) -> str:
    return f"{field}_us" if field in _SPANS else field


def _objective(row: Row, which: str, source: str, revision: str) -> Objective:
    rto, rpo = (limit_of(row[f"{which}{name}_us"], row[f"{which}{name}_operator"]) for name in ("rto", "rpo"))
    hydration = None if which else limit_of(row["hydration_us"], row["hydration_operator"])
    return Objective(rto, rpo, source, revision, hydration)


def _limit_columns(name: str, limit: Limit | None) -> dict[str, Any]:
    return {f"{name}_us": limit and limit.value, f"{name}_operator": limit and limit.operator}


def limit_of(value: timedelta | None, operator: Operator | None) -> Limit | None:
    """A limit from its two columns; None where no target was set."""
    return None if value is None or operator is None else Limit(value, operator)
